"""The floor: what the work costs with ``requests`` and ``orjson`` alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
import orjson
import requests

from benchmarks.contestants import floors
from benchmarks.contestants.harness import Done, main

Settings = Mapping[str, Any]


def _workers(settings: Settings) -> int:
    """How many requests are under way at a time."""
    return int(settings.get("workers", floors.WORKERS))


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=_workers(settings)))
    session.headers.update(floors.headers(settings))
    session.get(settings["url"] + floors.one_row(), timeout=60)
    return session


def reading(settings: Settings) -> Done:
    """All pages, each parsed; annotations stay."""
    session = _session(settings)

    def work() -> Mapping[str, Any]:
        rows, path = 0, floors.first_page()
        while path:
            data = orjson.loads(session.get(settings["url"] + path, timeout=60).content)
            rows, path = rows + len(data["value"]), floors.next_page(data, settings)
        return {"rows": rows}

    return work


def creating(settings: Settings) -> Done:
    """CreateMultiple, at a parallelism that does not change."""
    session, bodies = _session(settings), floors.parts(settings["writes"])
    url = f"{settings['url']}/api/data/v9.2/accounts/Microsoft.Dynamics.CRM.CreateMultiple"
    kind = {"Content-Type": "application/json"}

    def one(body: bytes) -> int:
        return len(orjson.loads(session.post(url, data=body, headers=kind, timeout=600).content)["Ids"])

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(_workers(settings)) as pool:
            return {"rows": sum(pool.map(one, bodies))}

    return work


def getting(settings: Settings) -> Done:
    """One row again and again."""
    session, url = _session(settings), settings["url"] + floors.one_row()

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            session.get(url, timeout=60).json()
        return {"rows": settings["calls"]}

    return work


if __name__ == "__main__":
    main({"read": reading, "read_labels": reading, "create": creating, "get": getting})
