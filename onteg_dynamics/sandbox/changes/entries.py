"""One page of changes: new and changed rows by their versions, then the ids of deleted ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from onteg_dynamics.sandbox.changes.marks import Place
from onteg_dynamics.sandbox.changes.tracking import members
from onteg_dynamics.sandbox.query import Query, Row
from onteg_dynamics.sandbox.query.names import with_names
from onteg_dynamics.sandbox.query.sql import sql_columns
from onteg_dynamics.sandbox.store.ddl import quoted
from onteg_dynamics.sandbox.world import World

_FOREVER = 2**62


@dataclass(frozen=True)
class Changes:
    """A page.

    Attributes:
        rows: New and changed rows.
        deleted: Ids of rows that are gone.
        following: Where the next page begins, or None at the end.
    """

    rows: list[Row]
    deleted: list[str]
    following: Place | None = None


def read_changes(world: World, query: Query, place: Place, size: int, *, names: bool) -> Changes:
    """The page that begins at a place.

    Args:
        world: The sandbox.
        query: The table and its columns.
        place: Where to begin.
        size: At most so many entries.
        names: True to add the names of rows that lookups point at.
    """
    found = [] if place.deletes else _rows(world, query, place, size + 1)
    deleted = [] if place.is_full or len(found) > size else _deleted(world, query, place, size + 1 - len(found))
    following = _following(query, place, found, deleted, size)
    found = found[:size]
    if names:
        with_names(world, query, found)
    rows = [Row(query.table, query.columns, values, values["versionnumber"]) for values in found]
    return Changes(rows, [row_id for _, row_id in deleted[: size - len(found)]], following)


def count_entries(world: World, query: Query, place: Place) -> int:
    """How many changes there are from a place on."""
    source, until = quoted(query.table.logical_name), _until(place)
    text = f"SELECT count(*) FROM {source} WHERE versionnumber > ? AND versionnumber <= ?"
    rows = int(world.store.db.execute(text, (place.since, until)).fetchone()[0])
    return rows if place.is_full else rows + len(_deleted(world, query, place, -1))


def _rows(world: World, query: Query, place: Place, limit: int) -> list[dict[str, Any]]:
    columns = sql_columns(query.table, query.columns)
    wanted, key = ", ".join(map(quoted, columns)), quoted(query.table.primary_id)
    text = (
        f"SELECT {wanted} FROM {quoted(query.table.logical_name)} "
        f"WHERE (versionnumber, {key}) > (?, ?) AND versionnumber <= ? ORDER BY versionnumber, {key} LIMIT ?"
    )
    start = (place.since, "~") if place.page == 1 else (place.version, place.row_id)
    found = world.store.db.execute(text, (*start, _until(place), limit))
    return [dict(zip(columns, row, strict=True)) for row in found]


def _deleted(world: World, query: Query, place: Place, limit: int) -> list[tuple[int, str]]:
    """Versions and ids of deletions; a row that was made again under its id is not gone."""
    tables = [table.logical_name for table in members(world, query.table)]
    marks, key = ", ".join("?" * len(tables)), quoted(query.table.primary_id)
    text = (
        f"SELECT max(version) AS version, id FROM __deleted WHERE name IN ({marks}) AND version > ? AND version <= ? "
        f"AND NOT EXISTS (SELECT 1 FROM {quoted(query.table.logical_name)} AS alive WHERE alive.{key} = __deleted.id) "
        "GROUP BY id HAVING max(version) > ? ORDER BY 1 LIMIT ?"
    )
    after = place.version if place.deletes else place.since
    values = (*tables, place.since, place.until.version, after, limit)
    return [(int(version), str(row_id)) for version, row_id in world.store.db.execute(text, values)]


def _until(place: Place) -> int:
    """A first list shows what changes while it is read; a list of changes leaves that to the next one."""
    return _FOREVER if place.is_full else place.until.version


def _following(
    query: Query, place: Place, found: Sequence[dict[str, Any]], deleted: Sequence[tuple[int, str]], size: int
) -> Place | None:
    if len(found) + len(deleted) <= size:
        return None
    page = replace(place, page=place.page + 1)
    told = deleted[: max(0, size - len(found))]
    if told:
        return replace(page, deletes=True, version=told[-1][0], row_id=told[-1][1])
    last = found[size - 1] if len(found) > size else found[-1]
    return replace(page, version=last["versionnumber"], row_id=str(last[query.table.primary_id]))
