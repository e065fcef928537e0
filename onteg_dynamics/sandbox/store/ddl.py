"""SQL that makes the tables of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.model.types import TEXT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onteg_dynamics.sandbox.model import Column, Model, Table

_INTEGER_TYPES = frozenset(
    {"Picklist", "State", "Status", "Integer", "BigInt", "Boolean", "ManagedProperty"},
)
_REAL_TYPES = frozenset({"Decimal", "Double", "Money"})

# Every row has these; an index on them would cost every insert and serve nobody.
_UNINDEXED = frozenset(
    {
        "createdby",
        "createdonbehalfby",
        "modifiedby",
        "modifiedonbehalfby",
        "owningbusinessunit",
        "owninguser",
        "owningteam",
        "transactioncurrencyid",
        "organizationid",
    },
)

# Ids that are no lookups, but are looked for at every turn.
_POINTERS = {"principalobjectaccess": ("objectid", "principalid")}

# Files: what is known of them, their bytes in parts, and the uploads under way.
_FILE_STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS __file (id TEXT PRIMARY KEY, name TEXT, mimetype TEXT, size INTEGER)",
    "CREATE TABLE IF NOT EXISTS __part (file TEXT, start INTEGER, block TEXT, data BLOB)",
    "CREATE INDEX IF NOT EXISTS __part_of_file ON __part (file, start)",
    "CREATE TABLE IF NOT EXISTS __upload (token TEXT PRIMARY KEY, body BLOB)",
)
_HEAVY = 1_000_000_000


def quoted(name: str) -> str:
    """The identifier in SQL quotes."""
    return '"' + name.replace('"', '""') + '"'


def column_definitions(column: Column) -> tuple[str, ...]:
    """The SQLite columns of one Dataverse column: two for a lookup."""
    name = quoted(column.logical_name)
    if column.is_lookup:
        return f"{name} TEXT", f"{quoted(column.logical_name + '__table')} TEXT"
    return (f"{name} {_sql_type(column)}",)


def table_statement(table: Table) -> str:
    """CREATE TABLE for one table."""
    parts: list[str] = []
    for column in sorted(table.stored, key=_is_heavy):
        if column.logical_name == table.primary_id:
            parts.append(f"{quoted(column.logical_name)} TEXT PRIMARY KEY")
        else:
            parts.extend(column_definitions(column))
    return f"CREATE TABLE IF NOT EXISTS {quoted(table.logical_name)} ({', '.join(parts)})"


def index_statements(model: Model, table: Table) -> Iterator[str]:
    """Indexes for lookups (only over rows that have a value), alternate keys, intersect pairs and the primary name."""
    name = quoted(table.logical_name)
    columns = {relation.column for relation in model.lookups_of(table.logical_name)} - _UNINDEXED
    for column in sorted(columns & {column.logical_name for column in table.stored if column.is_lookup}):
        yield lookup_index(table.logical_name, column)
    for column in _POINTERS.get(table.logical_name, ()):
        yield lookup_index(table.logical_name, column)
    if table.primary_name and table.primary_name in table.columns and table.columns[table.primary_name].is_stored:
        index = quoted(f"{table.logical_name}.name")
        yield f"CREATE INDEX IF NOT EXISTS {index} ON {name} ({quoted(table.primary_name)})"
    for key in table.keys:
        if key.is_active and table.primary_id not in key.columns:
            yield key_index(table.logical_name, key.columns)
    for many in model.many_to_many:
        if many.intersect == table.logical_name:
            pair = quoted(f"{table.logical_name}.{many.column1}.{many.column2}")
            ends = f"{quoted(many.column1)}, {quoted(many.column2)}"
            yield f"CREATE UNIQUE INDEX IF NOT EXISTS {pair} ON {name} ({ends})"
            back = quoted(f"{table.logical_name}.{many.column2}")
            yield f"CREATE INDEX IF NOT EXISTS {back} ON {name} ({quoted(many.column2)})"


def lookup_index(table: str, column: str) -> str:
    """CREATE INDEX for one lookup column."""
    index = quoted(f"{table}.{column}")
    return (
        f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table)} ({quoted(column)}) WHERE {quoted(column)} IS NOT NULL"
    )


def key_index(table: str, columns: Sequence[str]) -> str:
    """CREATE INDEX for an alternate key."""
    names = ", ".join(map(quoted, columns))
    return f"CREATE INDEX IF NOT EXISTS {key_index_name(table, columns)} ON {quoted(table)} ({names})"


def key_index_name(table: str, columns: Sequence[str]) -> str:
    """What the index of an alternate key is called, in SQL quotes."""
    return quoted(".".join((table, "key", *columns)))


def schema_statements(model: Model) -> Iterator[str]:
    """Everything an empty database needs."""
    yield "CREATE TABLE IF NOT EXISTS __counter (value INTEGER NOT NULL)"
    yield "INSERT INTO __counter SELECT 1000000 WHERE NOT EXISTS (SELECT 1 FROM __counter)"
    yield "CREATE TABLE IF NOT EXISTS __document (kind TEXT, name TEXT, body BLOB, PRIMARY KEY (kind, name))"
    yield from _FILE_STATEMENTS
    for table in model.tables.values():
        if not table.is_view:
            yield table_statement(table)
            yield from index_statements(model, table)
    yield from view_statements(model)


def view_statements(model: Model) -> Iterator[str]:
    """The tables that only show rows of others: activitypointer (all activities) and owner (users and teams)."""
    for name, members in (("activitypointer", activity_tables(model)), ("owner", _owner_tables(model))):
        view = model.table(name)
        if view is not None:
            yield f"DROP VIEW IF EXISTS {quoted(name)}"
            selects = " UNION ALL ".join(_member_select(view, member) for member in members)
            yield f"CREATE VIEW {quoted(name)} AS {selects}"


def activity_tables(model: Model) -> list[Table]:
    """The concrete activity tables whose columns are known."""
    return [table for table in model.tables.values() if table.is_activity and not table.is_view]


def _owner_tables(model: Model) -> list[Table]:
    return [table for name in ("systemuser", "team") if (table := model.table(name))]


def _member_select(view: Table, member: Table) -> str:
    parts: list[str] = []
    for column in view.stored:
        source = _source_column(view, member, column)
        suffixes = ("", "__table") if column.is_lookup else ("",)
        for suffix in suffixes:
            value = quoted(source + suffix) if source else "NULL"
            parts.append(f"{value} AS {quoted(column.logical_name + suffix)}")
    return f"SELECT {', '.join(parts)} FROM {quoted(member.logical_name)}"


def _source_column(view: Table, member: Table, column: Column) -> str | None:
    if column.logical_name == view.primary_name and member.primary_name:
        return member.primary_name
    found = member.columns.get(column.logical_name)
    return found.logical_name if found is not None and found.is_stored else None


def _is_heavy(column: Column) -> bool:
    """True for the text of a whole file: it stands last in its row, so that SQLite need not read across it."""
    return (column.max_length or 0) > _HEAVY


def _sql_type(column: Column) -> str:
    if column.type in _INTEGER_TYPES:
        return "INTEGER"
    if column.type in _REAL_TYPES:
        return "REAL"
    return "TEXT COLLATE NOCASE" if column.type in TEXT_TYPES else "TEXT"
