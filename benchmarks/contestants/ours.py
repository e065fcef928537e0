"""onteg-dynamics, as a flow uses it: through the executor."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS, id_of
from onteg_dynamics.executor import Executor

Settings = Mapping[str, Any]


def _connected(settings: Settings) -> tuple[Executor, dict[str, Any]]:
    """An executor that knows the table, as it does after the first step of a flow."""
    form = {
        "connection_name": "benchmark",
        "connector": "msDynamics365Connector-v1.0",
        "endpoint_url": settings["url"],
        "authentication": "Bearer",
        "token": settings["token"],
        "ca_bundle": settings["ca_bundle"],
    }
    executor = Executor()
    key = {"table": "account", "key": id_of(0), "select": COLUMNS}
    executor.run("get_record", key, form).unwrap()
    return executor, form


def reading(**options: Any) -> Callable[[Settings], Done]:
    """All rows as dicts, page by page."""

    def prepare(settings: Settings) -> Done:
        executor, form = _connected(settings)

        def work() -> Mapping[str, Any]:
            wanted = {"table": "account", "select": COLUMNS, **options}
            rows = columns = 0
            for page in executor.stream("list_records", wanted, form):
                rows += len(page)
                columns = len(page[0])
            return {"rows": rows, "columns": columns}

        return work

    return prepare


def parquet(settings: Settings) -> Done:
    """All rows into a Parquet file."""
    executor, form = _connected(settings)
    path = Path(settings["folder"]) / f"ours-{os.getpid()}.parquet"

    def work() -> Mapping[str, Any]:
        told = executor.run("export_records", {"table": "account", "select": COLUMNS, "path": str(path)}, form).unwrap()
        return {"rows": told["rows"], "file": str(path)}

    return work


def writing(action: str, rows: Callable[[int], list[dict[str, Any]]]) -> Callable[[Settings], Done]:
    """Many rows written."""

    def prepare(settings: Settings) -> Done:
        executor, form = _connected(settings)
        given = rows(settings["writes"])
        executor.run(action, {"table": "account", "rows": rows(1)}, form).unwrap()

        def work() -> Mapping[str, Any]:
            told = executor.run(action, {"table": "account", "rows": given}, form)
            return {"rows": told.unwrap()["done"], "stats": dict(told.stats)}

        return work

    return prepare


def _new(count: int) -> list[dict[str, Any]]:
    return [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]


def _known(count: int) -> list[dict[str, Any]]:
    return [{"accountid": id_of(number), "name": f"Changed {number}"} for number in range(count)]


def getting(settings: Settings) -> Done:
    """One row again and again."""
    executor, form = _connected(settings)
    key = {"table": "account", "key": id_of(0), "select": COLUMNS}

    def work() -> Mapping[str, Any]:
        for _ in range(settings["calls"]):
            executor.run("get_record", key, form).unwrap()
        return {"rows": settings["calls"]}

    return work


if __name__ == "__main__":
    main(
        {
            "read": reading(),
            "read_labels": reading(labels=True),
            "parquet": parquet,
            "create": writing("create_records", _new),
            "upsert": writing("upsert_records", _known),
            "get": getting,
        }
    )
