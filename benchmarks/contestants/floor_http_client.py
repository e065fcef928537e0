"""The floor: what the work costs with the standard library's ``http.client`` and ``orjson`` alone."""

from __future__ import annotations

import http.client
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))
import orjson

from benchmarks.contestants import floors
from benchmarks.contestants.harness import Done, main

Settings = Mapping[str, Any]


class _Link:
    """One connection."""

    def __init__(self, settings: Settings) -> None:
        context = ssl.create_default_context(cafile=settings["ca_bundle"])
        self._connection = http.client.HTTPSConnection(urlsplit(settings["url"]).netloc, context=context, timeout=60)
        self._headers = floors.headers(settings)
        self.get(floors.one_row())

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        self._connection.request("GET", path.replace(" ", "%20"), headers=self._headers)
        return orjson.loads(self._connection.getresponse().read())


def reading(settings: Settings) -> Done:
    """All pages, each parsed; annotations stay."""
    link = _Link(settings)

    def work() -> Mapping[str, Any]:
        rows, path = 0, floors.first_page()
        while path:
            data = link.get(path)
            rows, path = rows + len(data["value"]), floors.next_page(data, settings)
        return {"rows": rows}

    return work


def getting(settings: Settings) -> Done:
    """One row again and again."""
    link, path = _Link(settings), floors.one_row()

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            link.get(path)
        return {"rows": settings["calls"]}

    return work


if __name__ == "__main__":
    main({"read": reading, "get": getting})
