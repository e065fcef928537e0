"""What is recorded of a tracked table: its deletions, and since when and in what shape it is tracked.

Recording starts with the first list that asks for a delta link; before that no delta token can exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.changes.marks import Mark
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.store.ddl import activity_tables, quoted
from onteg_dynamics.sandbox.world import World

_DAYS = 7
_TABLES = (
    "CREATE TABLE IF NOT EXISTS __tracked (name TEXT PRIMARY KEY, since TEXT NOT NULL, shape TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS __deleted (name TEXT, version INTEGER, id TEXT, PRIMARY KEY (name, version))",
)
_TRIGGERS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN ({})"


@dataclass(frozen=True)
class _Tracked:
    since: Mark
    shape: str


def check_tracked(table: Table) -> None:
    """Refuses a table whose changes are not tracked."""
    if not table.change_tracking or "versionnumber" not in table.columns or table.logical_name == "owner":
        raise refusals.tracking_off(table.logical_name)


def members(world: World, table: Table) -> list[Table]:
    """The tables that hold a table's rows: itself, or for the table of all activities each of them."""
    return activity_tables(world.model) if table.is_view else [table]


def mark_now(world: World) -> Mark:
    """The mark of this moment."""
    version = world.store.db.execute("SELECT value FROM __counter").fetchone()[0]
    return Mark(int(version), world.clock().replace(microsecond=0))


def start(world: World, table: Table) -> Mark:
    """Records a table's deletions from now on, where that is not done yet.

    Returns:
        The mark of this moment.
    """
    known = _known(world, table)
    if known is None or known.shape != _shape(table):
        with world.store.transaction():
            world.store.next_version()  # so that no earlier mark is as high as this one
            _record(world, table, mark_now(world))
    return mark_now(world)


def check_mark(world: World, table: Table, mark: Mark) -> None:
    """Refuses a mark that is too old, older than the table's columns, or from another life of this environment.

    Raises:
        Refusal: The client must read the whole table again.
    """
    known, now = _known(world, table), mark_now(world)
    if known is None or known.shape != _shape(table):
        raise refusals.stamp_expired()
    if mark.version < known.since.version or mark.moment < known.since.moment or mark.version > now.version:
        raise refusals.stamp_expired()
    if mark.moment < world.clock() - timedelta(days=_days(world)):
        raise refusals.stamp_expired()


def _known(world: World, table: Table) -> _Tracked | None:
    """What is recorded of a table, or None where nothing is, or not of all of it."""
    db, names = world.store.db, [_trigger(member) for member in members(world, table)]
    marks = ", ".join("?" * len(names))
    if db.execute(_TRIGGERS.format(marks), names).fetchone()[0] < len(names):
        return None
    row = db.execute("SELECT since, shape FROM __tracked WHERE name = ?", (table.logical_name,)).fetchone()
    return None if row is None else _Tracked(Mark.parse(row[0]), row[1])


def _record(world: World, table: Table, now: Mark) -> None:
    db = world.store.db
    for statement in (*_TABLES, *_statements(members(world, table))):
        db.execute(statement)
    row = (table.logical_name, str(now), _shape(table))
    db.execute("INSERT OR REPLACE INTO __tracked (name, since, shape) VALUES (?, ?, ?)", row)


def _statements(tables: Iterable[Table]) -> Iterable[str]:
    """A trigger that gives each deletion a version of its own, and an index to find the latest versions."""
    for table in tables:
        name, literal = quoted(table.logical_name), table.logical_name.replace("'", "''")
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {quoted(_trigger(table))} AFTER DELETE ON {name} BEGIN "
            "UPDATE __counter SET value = value + 1; "
            f"INSERT INTO __deleted SELECT '{literal}', value, OLD.{quoted(table.primary_id)} FROM __counter; END"
        )
        index = quoted(f"{table.logical_name}.versionnumber")
        yield f"CREATE INDEX IF NOT EXISTS {index} ON {name} (versionnumber)"


def _trigger(table: Table) -> str:
    return f"{table.logical_name}.deleted"


def _shape(table: Table) -> str:
    """A short text that changes with the table's columns: delta tokens do not outlive such a change."""
    columns = sorted(f"{column.logical_name} {column.type}" for column in table.stored)
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()


def _days(world: World) -> int:
    """How long changes are remembered: the organisation says so."""
    row = world.store.first(world.model.tables["organization"], {})
    days = (row or {}).get("expirechangetrackingindays")
    return _DAYS if days is None else int(days)


def remember_for(world: World, days: int) -> None:
    """Sets how many days changes are remembered, as the organisation's ExpireChangeTrackingInDays."""
    table = world.model.tables["organization"]
    for row in world.store.select(table.logical_name, {}, [table.primary_id]):
        world.store.update(table, row[table.primary_id], {"expirechangetrackingindays": days})
