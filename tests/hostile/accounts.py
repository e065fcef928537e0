"""Many rows as a file, and the checks that each of them is in its place exactly once."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.model import Table
from tests.hostile.weather import ROWS, run

KEY = "accountnumber"
CHUNK = max(ROWS // 2000, 20)
"""Rows a request and a page: so few that every kind of fault has its turn, several times."""
PAGE = max(ROWS // 400, 25)
COLUMNS = (KEY, "name", "revenue", "numberofemployees")

_START = datetime(2015, 1, 1, tzinfo=timezone.utc)
_SPANS = (1, 86_400, 86_400 * 3000)  # seconds: a third of the rows in one, a third in one day, the others over years


def key(number: int) -> str:
    return f"H{number:07}"


def row(number: int) -> dict[str, Any]:
    return {
        KEY: key(number),
        "name": f'Firm {number} é "x", \u2028 line',
        "revenue": number * 1.25,
        "numberofemployees": number,
        "description": "d" * (number % 300) or None,
    }


def dated(number: int) -> dict[str, Any]:
    """The row with the moment of its making, so that an export can be split by it."""
    moment = _START + timedelta(seconds=number * 7919 % _SPANS[number % 3])
    return {**row(number), "overriddencreatedon": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A CSV file of rows that all have the same columns."""
    every = iter(rows)
    first = next(every)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(every)
    return path


def moving(file: Path, folder: Path, **more: Any) -> dict[str, Any]:
    """Options of Import Records."""
    names = {"results_path": str(folder / "results.jsonl"), "left_path": str(folder / "left.csv")}
    found = {"table": "account", "path": str(file), "chunk_size": CHUNK, "journal": str(folder / "journal")}
    return {**found, **names, **more}


def count(sandbox: Sandbox) -> int:
    return sandbox.call(lambda: sandbox.world.store.count("account"))


def stored(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.call(lambda: list(sandbox.world.store.select("account", {})))


def fill(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """Put dated rows there in good weather; their ids by key."""
    file = write(folder / "dated.csv", map(dated, range(ROWS)))
    ending = run("import_records", sandbox, moving(file, folder, chunk_size=500))
    assert ending.error is None, ending.error
    return check_stored(sandbox)


def check_stored(sandbox: Sandbox) -> dict[str, str]:
    """Every row is there once, with its values; their ids by key."""
    found = stored(sandbox)
    by_key = {one[KEY]: one for one in found}
    assert len(found) == len(by_key) == ROWS
    for number in range(ROWS):
        wanted, there = row(number), by_key[key(number)]
        assert {**{name: there[name] for name in wanted}, "revenue": float(there["revenue"])} == wanted
    return {name: one["accountid"] for name, one in by_key.items()}


def check_results(path: Path, outcomes: set[str], ids: Mapping[str, str] | None = None) -> None:
    """One result for each row, in order; with the id of the very row where `ids` are given."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            result = orjson.loads(line)
            assert result["index"] == number
            assert result["outcome"] in outcomes, result
            assert ids is None or result["id"] == ids[key(number)], result
    assert number == ROWS - 1


def check_export(path: Path, ids: Mapping[str, str]) -> None:
    table = parquet.read_table(path).to_pylist()
    found = {one[KEY]: one for one in table}
    assert len(table) == len(found) == ROWS
    for number in range(ROWS):
        wanted, there = row(number), found[key(number)]
        assert there["accountid"] == ids[wanted[KEY]]
        assert (there["name"], there["numberofemployees"]) == (wanted["name"], number)
        assert float(there["revenue"]) == wanted["revenue"]


def export(path: Path, **more: Any) -> dict[str, Any]:
    """Options of Export Records."""
    found = {"table": "account", "path": str(path), "select": ",".join(COLUMNS), "page_size": PAGE, "overwrite": True}
    return {**found, **more}


def counted(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each row is changed from now on, by its id; also by requests whose answer is lost."""
    found: Counter[str] = Counter()
    store = sandbox.world.store
    change = store.update

    def update(table: Table, row_id: str, values: Mapping[str, Any]) -> None:
        found[row_id] += 1
        change(table, row_id, values)

    monkeypatch.setattr(store, "update", update)
    return found
