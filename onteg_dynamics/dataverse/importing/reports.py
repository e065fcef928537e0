"""What came of each row, and the rows that were not written, as files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.dataverse.importing.journal import Entry
from onteg_dynamics.dataverse.importing.sources import CsvSource, ParquetSource, Raw, Source
from onteg_dynamics.errors import InputError

__all__ = ["rows_left", "told_entry", "write_left", "write_results"]

_COLUMNS = ("index", "outcome", "id", "reason", "fix")
_BATCH = 1000


def told_entry(entry: Entry) -> dict[str, Any]:
    """An entry as people read it."""
    error = entry.error or {}
    plain = {"index": entry.index, "outcome": entry.outcome, "id": entry.id}
    return {**plain, "reason": error.get("message"), "fix": error.get("fix")} if error else plain


def write_results(file: Path, form: str, entries: Iterable[Entry]) -> None:
    """Write what came of each row.

    Args:
        file: where.
        form: ``CSV`` or ``JSON Lines``.
        entries: one for each row, in order.
    """
    if form == "CSV":
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(map(told_entry, entries))
        return
    with file.open("wb") as lines:
        lines.writelines(orjson.dumps(told_entry(entry)) + b"\n" for entry in entries)


def rows_left(
    source: Source, failed: Mapping[int, Entry], untried: Callable[[int], bool] = lambda _: False
) -> Iterator[Raw]:
    """The rows that were not written, as they were given. One whose fate is not known keeps the id that it had, so that
    it cannot come twice.

    Args:
        source: the rows.
        failed: those that failed, by their place.
        untried: whether a row, by its place, was not tried and is wanted too.
    """
    for index, row in enumerate(source.rows()):
        entry = failed.get(index)
        if isinstance(row, InputError) or (entry is None and not untried(index)):
            continue
        unknown = entry and (entry.error or {}).get("outcome_unknown") and entry.id and "id" not in row
        yield {**row, "id": entry.id} if entry and unknown else row


def write_left(file: Path, source: Source, rows: Iterable[Raw]) -> None:
    """Write rows in the form of the file that they came from.

    Args:
        file: where.
        source: the rows' own.
        rows: some of them.
    """
    if isinstance(source, ParquetSource):
        _write_parquet(file, source.schema, rows)
    elif isinstance(source, CsvSource):
        names = [*source.names, *({"id"} - set(source.names))]
        with file.open("w", encoding=source.encoding, newline="") as text:
            writer = csv.DictWriter(text, names, lineterminator="\n", delimiter=source.separator)
            writer.writeheader()
            writer.writerows(rows)
    else:
        with file.open("wb") as lines:
            lines.writelines(orjson.dumps(row, default=str) + b"\n" for row in rows)


def _write_parquet(file: Path, schema: Any, rows: Iterable[Raw]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    if "id" not in schema.names:
        schema = schema.append(pa.field("id", pa.string()))
    with parquet.ParquetWriter(str(file), schema) as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist([dict(row) for row in batch], schema))


def _batches(rows: Iterable[Raw]) -> Iterator[list[Raw]]:
    batch: list[Raw] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
