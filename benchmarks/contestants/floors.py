"""The floors: what the work costs without a client. ``requests`` and ``orjson`` alone, and the bytes through orjson."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
import orjson
import requests

from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS, id_of

Settings = Mapping[str, Any]
SELECT = COLUMNS.replace("primarycontactid", "_primarycontactid_value")
CHUNK, WORKERS = 1000, 8


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=WORKERS))
    session.headers.update({"Authorization": f"Bearer {settings['token']}", "Accept": "application/json"})
    session.get(f"{settings['url']}/api/data/v9.2/accounts({id_of(0)})", timeout=60)
    return session


def _pages(session: requests.Session, settings: Settings, prefer: str) -> Iterator[bytes]:
    url: str | None = f"{settings['url']}/api/data/v9.2/accounts?$select={SELECT}"
    while url:
        content = session.get(url, headers={"Prefer": prefer}, timeout=60).content
        yield content
        end = content.rfind(b'"@odata.nextLink":')
        url = orjson.loads(content[end + 18 : -1]) if end > 0 else None


def reading(prefer: str = "odata.maxpagesize=5000") -> Callable[[Settings], Done]:
    """All pages, each parsed; annotations stay."""

    def prepare(settings: Settings) -> Done:
        session = _session(settings)

        def work() -> Mapping[str, Any]:
            rows = 0
            for content in _pages(session, settings, prefer):
                rows += len(orjson.loads(content)["value"])
            return {"rows": rows}

        return work

    return prepare


def parsing(settings: Settings) -> Done:
    """The same bytes, without a network."""
    session = _session(settings)
    contents = list(_pages(session, settings, "odata.maxpagesize=5000"))

    def work() -> Mapping[str, Any]:
        return {"rows": sum(len(orjson.loads(content)["value"]) for content in contents)}

    return work


def creating(settings: Settings) -> Done:
    """CreateMultiple with bare requests, at the same parallelism."""
    session, count = _session(settings), settings["writes"]
    kind = "Microsoft.Dynamics.CRM.account"
    url = f"{settings['url']}/api/data/v9.2/accounts/Microsoft.Dynamics.CRM.CreateMultiple"
    rows = [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]

    def one(start: int) -> int:
        targets = [{"@odata.type": kind, **row} for row in rows[start : start + CHUNK]]
        sent = session.post(url, data=orjson.dumps({"Targets": targets}), headers={"Content-Type": "application/json"})
        return len(orjson.loads(sent.content)["Ids"])

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(settings.get("workers", WORKERS)) as pool:
            return {"rows": sum(pool.map(one, range(0, count, CHUNK)))}

    return work


def getting(settings: Settings) -> Done:
    """One row again and again."""
    session = _session(settings)
    url = f"{settings['url']}/api/data/v9.2/accounts({id_of(0)})?$select={SELECT}"

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            session.get(url, timeout=60).json()
        return {"rows": settings["calls"]}

    return work


if __name__ == "__main__":
    main(
        {
            "read": reading(),
            "read_labels": reading('odata.maxpagesize=5000,odata.include-annotations="*"'),
            "parse": parsing,
            "create": creating,
            "get": getting,
        }
    )
