"""onteg-dynamics, as a flow uses it: through the executor. What it did is checked row by row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS, expected, id_of
from onteg_dynamics.connection import Connection
from onteg_dynamics.executor import Executor

Settings = Mapping[str, Any]
_KEY = {"table": "account", "key": id_of(0), "select": COLUMNS}


def _executor(settings: Settings) -> tuple[Executor, dict[str, Any]]:
    form = {
        "connection_name": "benchmark",
        "connector": "msDynamics365Connector-v1.0",
        "endpoint_url": settings["url"],
        "authentication": "Bearer",
        "token": settings["token"],
        "ca_bundle": settings["ca_bundle"],
    }
    return Executor(), form


def _connected(settings: Settings) -> tuple[Executor, dict[str, Any]]:
    """An executor that knows the table, as it does after the first step of a flow."""
    executor, form = _executor(settings)
    executor.run("get_record", _KEY, form).unwrap()
    return executor, form


def reading(settings: Settings) -> Done:
    """All rows as dicts, page by page; in several streams at a time where that is asked for."""
    executor, form = _connected(settings)
    parallel = settings.get("parallel")
    wanted = {"table": "account", "select": COLUMNS, "labels": settings["labels"]}
    dataverse = executor.dataverse(Connection.from_settings(form))

    def pages() -> Iterable[Sequence[Mapping[str, Any]]]:
        if parallel:
            return dataverse.at_once("account", select=COLUMNS.split(","), parallel=parallel)
        return executor.stream("list_records", wanted, form)

    def work() -> Mapping[str, Any]:
        rows = 0
        for page in pages():
            for _ in page:
                rows += 1
        return {"rows": rows, "check": lambda: _check_rows(pages(), settings)}

    return work


def _check_rows(pages: Iterable[Sequence[Mapping[str, Any]]], settings: Settings) -> None:
    rows = sorted((row for page in pages for row in page), key=itemgetter("accountid"))
    assert len({row["accountid"] for row in rows}) == len(rows), "a row came twice"
    for number, row in enumerate(rows if settings["canned"] else ()):
        made = expected(number, labels=settings["labels"])
        assert row == made, f"row {number} is not as it was sent: {row}"


def parquet(settings: Settings) -> Done:
    """All rows into a Parquet file."""
    executor, form = _connected(settings)
    path = Path(settings["folder"]) / "ours.parquet"
    wanted = {"table": "account", "select": COLUMNS, "path": str(path), "overwrite": True}

    def work() -> Mapping[str, Any]:
        return {"rows": executor.run("export_records", wanted, form).unwrap()["rows"], "check": check}

    def check() -> None:
        from pyarrow import parquet as files

        number = 0
        with files.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["accountid", "accountnumber", "industrycode"]):
                for row in batch.to_pylist():
                    made = {"accountid": id_of(number), "accountnumber": f"AC-{number:08d}"}
                    assert row == {**made, "industrycode": number % 20 + 10}, f"row {number} is {row}"
                    number += 1

    return work


def writing(action: str, rows: Callable[[int], list[dict[str, Any]]], **how: Any) -> Callable[[Settings], Done]:
    """Many rows written."""

    def prepare(settings: Settings) -> Done:
        executor, form = _connected(settings)
        given = rows(settings["writes"])
        executor.run(action, {"table": "account", "rows": rows(1)}, form).unwrap()

        def work() -> Mapping[str, Any]:
            options = {"table": "account", "rows": given, "on_error": "Go On", **how}
            told = executor.run(action, options, form).unwrap()
            return {"rows": told["done"], "check": lambda: _one_result_each(told, len(given))}

        return work

    return prepare


def _one_result_each(told: Mapping[str, Any], count: int) -> None:
    assert [one["index"] for one in told["results"]] == list(range(count)), "there is not one result for each row"
    assert len({one["id"] for one in told["results"]}) == count, "two rows have one id"
    assert not told["failures"], f"rows failed: {told['failures'][:3]}"
    assert told["complete"], "not all was sent"


def _new(count: int) -> list[dict[str, Any]]:
    return [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]


def _known(count: int) -> list[dict[str, Any]]:
    return [{"accountid": id_of(number), "name": f"Changed {number}"} for number in range(count)]


def getting(settings: Settings) -> Done:
    """One row again and again."""
    executor, form = _connected(settings)

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            last = executor.run("get_record", _KEY, form).unwrap()
        return {"rows": settings["calls"], "check": lambda: check(last)}

    def check(last: Mapping[str, Any]) -> None:
        assert last["row"] == expected(0, labels=False), f"not as it was sent: {last}"

    return work


def filling(settings: Settings) -> Done:
    """Lay rows into the sandbox."""
    executor, form = _executor(settings)
    rows = [{**row, "accountid": id_of(number)} for number, row in enumerate(_new(settings["writes"]))]
    return lambda: {"rows": executor.run("create_records", {"table": "account", "rows": rows}, form).unwrap()["done"]}


if __name__ == "__main__":
    main(
        {
            "read": reading,
            "read_labels": reading,
            "parquet": parquet,
            "create": writing("create_records", _new),
            "upsert": writing("upsert_records", _known, tell_created=False),  # as the peers, which do not tell it
            "get": getting,
            "fill": filling,
        }
    )
