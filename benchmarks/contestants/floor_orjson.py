"""The floor below all floors: the same bytes through ``orjson``, without a network. They stay in memory meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
import orjson
import requests

from benchmarks.contestants import floors
from benchmarks.contestants.harness import Done, main


def reading(settings: Mapping[str, Any]) -> Done:
    """All pages parsed."""
    contents, path = [], floors.first_page()
    with requests.Session() as session:
        session.headers.update(floors.headers(settings))
        while path:
            contents.append(session.get(settings["url"] + path, timeout=60).content)
            path = floors.next_page(orjson.loads(contents[-1]), settings)

    def work() -> Mapping[str, Any]:
        return {"rows": sum(len(orjson.loads(content)["value"]) for content in contents)}

    return work


if __name__ == "__main__":
    main({"read": reading})
