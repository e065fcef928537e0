"""How fast the sandbox is: single requests, pages, a load through CreateMultiple, memory with many rows in a file.

    python -m benchmarks.sandbox_speed [ROWS]

ROWS is how many accounts are loaded (100000 by default; 1000000 takes minutes). Beside what a client gets stands the
processor time that the sandbox itself took, which is the same on a busy machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import requests

from benchmarks.running import process_of, sandbox

BATCH = 1000
PAGE = 5000
COLUMNS = "accounts?$select=name,accountnumber,revenue,createdon"


def main() -> None:
    """Print what was measured."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, requests.Session() as session:
        file = Path(folder) / "rows.sqlite"
        with sandbox("--seed", "empty", "--db", str(file)) as settings:
            session.trust_env = False
            session.verify = settings["ca_bundle"]
            session.headers["Authorization"] = f"Bearer {settings['token']}"
            bench = _Bench(session, f"{settings['endpoint_url']}/api/data/v9.2/", process_of(settings))
            _single(bench)
            _load(bench, rows)
            _read(bench)
            _read_all(bench, rows)
            print(f"memory with {rows:,} rows: {bench.memory('VmRSS')} MB, {bench.memory('VmHWM')} MB at its highest")
            print(f"size of the file: {file.stat().st_size // 2**20} MB")


@dataclass(frozen=True)
class _Bench:
    session: requests.Session
    root: str
    process: int

    def time(self, name: str, work: Callable[[], object], times: int, unit: str = "requests", size: int = 1) -> None:
        """Does something some times and prints how often a second, and how long the sandbox's processor took."""
        start, processor = time.perf_counter(), self.processor()
        for _ in range(times):
            work()
        seconds, spent = time.perf_counter() - start, self.processor() - processor
        done = times * size
        print(f"{name}: {done / seconds:,.1f} {unit} a second ({spent / times * 1000:,.2f} ms of the processor each)")

    def processor(self) -> float:
        """The processor time of the sandbox until now, in seconds."""
        fields = Path(f"/proc/{self.process}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str) -> int:
        """A size of the sandbox's process, in MB."""
        lines = Path(f"/proc/{self.process}/status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024

    def get(self, address: str) -> requests.Response:
        """A GET that must succeed."""
        answer = self.session.get(address if "://" in address else self.root + address)
        answer.raise_for_status()
        return answer

    def post(self, address: str, body: bytes) -> requests.Response:
        """A POST that must succeed."""
        answer = self.session.post(self.root + address, data=body, headers={"Content-Type": "application/json"})
        answer.raise_for_status()
        return answer


def _single(bench: _Bench) -> None:
    body = orjson.dumps({"name": "Many"})
    address = bench.post("accounts", body).headers["OData-EntityId"]
    bench.time("create", lambda: bench.post("accounts", body), 500)
    bench.time("get", lambda: bench.get(f"{address}?$select=name"), 500)


def _load(bench: _Bench, rows: int) -> None:
    bodies = _bodies(rows)
    address = "accounts/Microsoft.Dynamics.CRM.CreateMultiple"
    start = time.perf_counter()
    parts = -(-rows // BATCH)
    bench.time(f"CreateMultiple of {BATCH:,}", lambda: bench.post(address, next(bodies)), parts, "rows", BATCH)
    print(f"{rows:,} accounts through CreateMultiple: {time.perf_counter() - start:.1f} s")


def _bodies(rows: int) -> Iterator[bytes]:
    for first in range(0, rows, BATCH):
        yield orjson.dumps({"Targets": [_account(number) for number in range(first, min(first + BATCH, rows))]})


def _account(number: int) -> dict[str, object]:
    return {
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "name": f"Company {number:07d}",
        "accountnumber": f"A{number:07d}",
        "revenue": number % 1000 * 1000.0,
        "numberofemployees": number % 500,
        "address1_city": f"City {number % 97}",
    }


def _read(bench: _Bench) -> None:
    ways = {
        f"a page of {PAGE:,}": COLUMNS,
        f"a page of {PAGE:,}, filtered and sorted": f"{COLUMNS}&$filter=numberofemployees gt 250&$orderby=name desc",
        "a count": "accounts/$count?$filter=contains(name,'99')",
    }
    for name, path in ways.items():
        bench.time(name, lambda path=path: bench.get(path), 10)  # type: ignore[misc]


def _read_all(bench: _Bench, rows: int) -> None:
    """Reads page after page by the links, as far as they lead."""
    found, link = 0, COLUMNS
    start = time.perf_counter()
    while link:
        page = orjson.loads(bench.get(link).content)
        found, link = found + len(page["value"]), page.get("@odata.nextLink", "")
    print(f"{found:,} rows read by links: {time.perf_counter() - start:.1f} s")
    assert found >= rows


if __name__ == "__main__":
    main()
