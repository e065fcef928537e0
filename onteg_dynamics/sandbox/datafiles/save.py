"""Rows → a folder with one data file per table."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.datafiles.cells import (
    NAME_SUFFIX,
    TABLE_SUFFIX,
    TYPE_SUFFIX,
    cell_text,
    companions_of,
    written_value,
)
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.files.columns import kept_file
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.profile import profile

FORMATS = ("json", "csv")
_LEFT_OUT = frozenset({"versionnumber"})
# These come with the metadata, or with the files in other rows.
_MADE_BY_OTHERS = frozenset({"sdkmessage", "sdkmessagefilter", "fileattachment"})


def save_folder(
    world: World, handed_out: Store, path: Path, form: str = "json", tables: Collection[str] = ()
) -> dict[str, int]:
    """Writes all rows but those of an environment as it is handed out; data files of other rows are removed.

    Args:
        world: The sandbox.
        handed_out: The rows of the empty seed; they are in every sandbox, and are saved only where they were changed.
        path: The folder; made where it is not there.
        form: One of `FORMATS`.
        tables: Logical names of the tables to save; every table that has rows where it is empty.

    Returns:
        How many rows were written, by table.

    Raises:
        ValueError: There is no such format, no such table, or the table only shows rows of others.
        OSError: The folder cannot be written.
    """
    _check(world, form, tables)
    path.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for table in world.model.tables.values():
        if not _is_wanted(table, tables):
            continue
        _clear(path, table)
        rows = list(_rows(world.store, handed_out, table))
        if rows:
            text = _WRITERS[form](table, [dict(_members(world, table, row)) for row in rows])
            (path / f"{table.logical_name}.{form}").write_bytes(text.encode())
            written[table.logical_name] = len(rows)
    return written


def _check(world: World, form: str, tables: Collection[str]) -> None:
    if form not in FORMATS:
        raise ValueError(f"There is no format {form!r}; there are: {', '.join(FORMATS)}.")
    for name in tables:
        table = world.model.table(name)
        if table is None or table.is_view:
            raise ValueError(f"There is no table {name!r} with rows of its own.")


def _is_wanted(table: Table, tables: Collection[str]) -> bool:
    if tables:
        return table.logical_name in tables
    return not table.is_view and table.logical_name not in _MADE_BY_OTHERS


def _clear(path: Path, table: Table) -> None:
    for form in FORMATS:
        for name in (table.logical_name, table.entity_set_name):
            (path / f"{name}.{form}").unlink(missing_ok=True)


def _rows(store: Store, handed_out: Store, table: Table) -> Iterator[Mapping[str, Any]]:
    """The rows that are not just as they were handed out."""
    known = _versions(handed_out, table)
    for row in store.select(table.logical_name, {}):
        if known.get(row[table.primary_id], row) != row.get("versionnumber"):
            yield row


def _versions(store: Store, table: Table) -> dict[str, Any]:
    if not store.has_table(table.logical_name):
        return {}
    rows = store.select(table.logical_name, {})
    return {row[table.primary_id]: row.get("versionnumber") for row in rows}


def _json(table: Table, rows: list[dict[str, Any]]) -> str:
    """A list with one row on each line, so that versions of a file can be compared."""
    filled = _filled_by_platform(table)
    lines = [
        json.dumps(
            {name: value for name, value in row.items() if value is not None or name in filled},
            ensure_ascii=False,
        )
        for row in rows
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _csv(table: Table, rows: list[dict[str, Any]]) -> str:
    used = {name for row in rows for name, value in row.items() if value is not None} | _filled_by_platform(table)
    names = [name for name in rows[0] if name in used]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([cell_text(row[name]) for name in names] for row in rows)
    return text.getvalue()


def _members(world: World, table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values as they stand in a file; the row's id is the first."""
    yield table.primary_id, row[table.primary_id]
    for column in sorted(table.stored, key=lambda one: one.logical_name):
        name = column.logical_name
        if column.type in {"File", "Image"}:
            yield from _contents(world, column, row)
        if not _is_saved(table, column):
            continue
        yield name, written_value(column, row[name])
        if column.is_lookup:
            yield f"{name}{TABLE_SUFFIX}", row[f"{name}__table"]


def _contents(world: World, column: Column, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The bytes of a file, of an image in its full size, with name and type."""
    name, kept = column.logical_name, kept_file(world, dict(row), column)
    data = base64.b64encode(vault.read(world.store, kept.id, 0, kept.size)).decode() if kept is not None else None
    yield name, data or (row[name] if column.type == "Image" else None)
    yield f"{name}{NAME_SUFFIX}", kept.name if kept is not None else None
    yield f"{name}{TYPE_SUFFIX}", kept.mime_type if kept is not None else None


def _is_saved(table: Table, column: Column) -> bool:
    apart = {*_LEFT_OUT, table.primary_id, *companions_of(table)}
    return column.logical_name not in apart and column.type not in {"File", "Image"}


def _filled_by_platform(table: Table) -> set[str]:
    """Columns that a new row gets by itself: where they are null, a file must say so."""
    about = profile(table)
    numbers = (name for name, _ in about.numbered)
    amounts = (base for _, base in about.money)
    found = {*about.defaults, *about.stamps, *about.composites, *numbers, *amounts}
    return {name for name in found if _is_saved(table, table.columns[name])}


_WRITERS = {"json": _json, "csv": _csv}
