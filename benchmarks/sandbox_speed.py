"""How fast the sandbox is: single requests, pages, a load through CreateMultiple, memory with many rows in a file.

    python benchmarks/sandbox_speed.py [ROWS]

ROWS is how many accounts are loaded (100000 by default; 1000000 takes minutes).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import requests
from running import process_of, sandbox

BATCH = 1000
PAGE = 5000


def main() -> None:
    """Print what was measured."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        file = Path(folder) / "rows.sqlite"
        with sandbox("--seed", "empty", "--db", str(file)) as settings:
            session.trust_env = False
            session.verify = settings["ca_bundle"]
            session.headers["Authorization"] = f"Bearer {settings['token']}"
            root = f"{settings['endpoint_url']}/api/data/v9.2/"
            _single(session, root)
            _load(session, root, rows)
            _read(session, root)
            resident = Path(f"/proc/{process_of(settings)}/status").read_text("utf-8")
            line = next(line for line in resident.splitlines() if line.startswith("VmHWM"))
            print(f"memory of the sandbox at {rows:,} rows: {int(line.split()[1]) // 1024} MB at its highest")
            print(f"size of the file: {file.stat().st_size // 2**20} MB")


def _single(session: requests.Session, root: str) -> None:
    made = session.post(root + "accounts", json={"name": "One"})
    address = made.headers["OData-EntityId"]
    print(f"create: {_rate(lambda: session.post(root + 'accounts', json={'name': 'Many'}), 500):.0f} a second")
    print(f"get: {_rate(lambda: session.get(address + '?$select=name'), 500):.0f} a second")


def _load(session: requests.Session, root: str, rows: int) -> None:
    start = time.perf_counter()
    for first in range(0, rows, BATCH):
        targets = [_account(number) for number in range(first, min(first + BATCH, rows))]
        body = orjson.dumps({"Targets": targets})
        address = root + "accounts/Microsoft.Dynamics.CRM.CreateMultiple"
        session.post(address, data=body, headers={"Content-Type": "application/json"}).raise_for_status()
    seconds = time.perf_counter() - start
    print(f"{rows:,} accounts through CreateMultiple: {seconds:.1f} s, {rows / seconds:,.0f} rows a second")


def _account(number: int) -> dict[str, object]:
    return {
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "name": f"Company {number:07d}",
        "accountnumber": f"A{number:07d}",
        "revenue": number % 1000 * 1000.0,
        "numberofemployees": number % 500,
        "address1_city": f"City {number % 97}",
    }


def _read(session: requests.Session, root: str) -> None:
    select = "accounts?$select=name,accountnumber,revenue,createdon"
    ways = {
        "a page of 5,000": select,
        "a page of 5,000, filtered and sorted": f"{select}&$filter=numberofemployees gt 250&$orderby=name desc",
        "a count": "accounts/$count?$filter=contains(name,'99')",
    }
    for name, path in ways.items():
        rate = _rate(lambda path=path: session.get(root + path), 10)  # type: ignore[misc]
        print(f"{name}: {rate:.1f} a second")


def _rate(work: Callable[[], requests.Response], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work().raise_for_status()
    return times / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
