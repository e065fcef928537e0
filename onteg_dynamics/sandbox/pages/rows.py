"""What the pages tell of tables and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.log import MASK
from onteg_dynamics.sandbox.model import Column, ManyToOne, Table
from onteg_dynamics.sandbox.read.formats import formatted
from onteg_dynamics.sandbox.world import World

PAGE_SIZE = 50
MAX_SHOWN = 8
_LAST_PAGE = 10**9
# What every row has says little of it.
_NOISE = frozenset(
    {
        "createdby",
        "modifiedby",
        "modifiedon",
        "organizationid",
        "owningbusinessunit",
        "owninguser",
        "timezoneruleversionnumber",
        "transactioncurrencyid",
        "versionnumber",
    }
)
_SECRETS = frozenset({"authvalue", "saskey", "sastoken", "password"})
_PLAIN_TYPES = frozenset({"Decimal", "Double", "Integer", "BigInt"})


class NotThere(Exception):  # noqa: N818 - it becomes an answer
    """Something that there is no page of."""


@dataclass(frozen=True)
class Cell:
    """One value as it is shown.

    Attributes:
        column: Its column.
        text: The stored value; "" for null.
        label: What the service would show instead, or "".
        target: The table of the row that a lookup leads to, or "".
        key: The id of that row, or "".
    """

    column: Column
    text: str
    label: str = ""
    target: str = ""
    key: str = ""


def all_tables(world: World, fields: Mapping[str, str]) -> dict[str, Any]:
    """The tables with how many rows they have.

    Args:
        world: The sandbox.
        fields: ``q`` is a part of a name, ``all`` shows tables without rows too.
    """
    wanted, everything = fields.get("q", "").strip(), bool(fields.get("all") or fields.get("q"))
    found = [(table, world.store.count(table.logical_name)) for table in _browsable(world, wanted)]
    shown = sorted(
        ((table, count) for table, count in found if count or everything), key=lambda pair: pair[0].logical_name
    )
    return {"title": "Tables", "tables": shown, "hidden": len(found) - len(shown), "q": wanted}


def rows_of_table(world: World, name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """One page of a table's rows, the newest first.

    Args:
        world: The sandbox.
        name: The table's logical name.
        fields: ``q`` is a part of the rows' names, ``column`` and ``key`` ask for rows that point at a row, ``page``
            is the number of the page.

    Raises:
        NotThere: There is no such table, column or page.
    """
    table = _table(world, name)
    number = _page_number(fields.get("page", "1"))
    text, match = fields.get("q", "").strip(), _match(table, fields)
    start = (number - 1) * PAGE_SIZE
    rows = world.store.browse(table, text, match, PAGE_SIZE + 1, start)
    shown, columns = rows[:PAGE_SIZE], _columns(table, rows[:PAGE_SIZE])
    return {
        "title": table.display_collection_name,
        "table": table,
        "columns": columns,
        "rows": [(row[table.primary_id], [cell_of(world, column, row) for column in columns]) for row in shown],
        "first": start + 1,
        "page": number,
        "more": len(rows) > PAGE_SIZE,
        "q": text,
        "match": match,
        "fields": {"q": text, **({"column": fields["column"], "key": fields["key"]} if match else {})},
    }


def one_row(world: World, name: str, key: str) -> dict[str, Any]:
    """A row with all its values and the rows that point at it.

    Args:
        world: The sandbox.
        name: The table's logical name.
        key: The row's id.

    Raises:
        NotThere: There is no such table or row.
    """
    table = _table(world, name)
    row = world.store.get(table, key.lower())
    if row is None:
        raise NotThere(f"There is no {name} with this id.")
    cells = [cell_of(world, column, row) for column in sorted(table.stored, key=lambda one: one.logical_name)]
    own = row[table.primary_id]
    return {
        "title": _name_of(table, row) or own,
        "table": table,
        "key": own,
        "filled": [cell for cell in cells if cell.text],
        "empty": [cell for cell in cells if not cell.text],
        "related": list(_related(world, table, own)),
    }


def _browsable(world: World, wanted: str) -> Iterator[Table]:
    for table in world.model.tables.values():
        if wanted.lower() in f"{table.logical_name} {table.display_collection_name}".lower():
            yield table


def _table(world: World, name: str) -> Table:
    found = world.model.table(name)
    if found is None:
        raise NotThere("There is no such table.")
    return found


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 0 < number < _LAST_PAGE:
        raise NotThere("There is no such page.")
    return number


def _match(table: Table, fields: Mapping[str, str]) -> dict[str, str]:
    name, key = fields.get("column", ""), fields.get("key", "")
    if not name or not key:
        return {}
    column = table.columns.get(name)
    if column is None or not column.is_stored:
        raise NotThere("There is no such column.")
    return {name: key.lower()}


def _columns(table: Table, rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """The columns that tell most: the name first, then those that hold something."""
    names = {name for row in rows for name, value in row.items() if value is not None} - _NOISE - {table.primary_id}
    found = [column for column in table.stored if column.logical_name in names]
    return sorted(found, key=lambda column: (column.logical_name != table.primary_name, _rank(column)))[:MAX_SHOWN]


def _rank(column: Column) -> int:
    """What people ask for first: links and texts, then choices and numbers, then what was never changed."""
    if column.is_lookup:
        return 0
    if column.type == "Uniqueidentifier" or column.attribute_of:
        return 4
    if column.default is not None:
        return 3
    return 2 if column.type in {"Memo", "Double"} else 1


def cell_of(world: World, column: Column, row: Mapping[str, Any]) -> Cell:
    """One value of a row as it is shown; what opens something else is masked.

    Args:
        world: The sandbox.
        column: The column.
        row: The stored row.
    """
    name, value = column.logical_name, row[column.logical_name]
    if value is None:
        return Cell(column, "")
    if name in _SECRETS:
        return Cell(column, MASK)
    if column.is_lookup:
        target = str(row[f"{name}__table"] or "")
        return Cell(column, str(value), _linked_name(world, target, str(value)), target, str(value))
    if column.type in _PLAIN_TYPES:
        return Cell(column, str(value))
    label = formatted(column, value, world.organization.base_currency_symbol) or ""
    return Cell(column, ("true" if value else "false") if column.type == "Boolean" else str(value), label)


def _linked_name(world: World, target: str, key: str) -> str:
    table = world.model.table(target)
    if table is None or not table.primary_name:
        return ""
    row = world.store.select(target, {table.primary_id: key}, (table.primary_name,), limit=1)
    return str(row[0][table.primary_name] or "") if row else ""


def _name_of(table: Table, row: Mapping[str, Any]) -> str:
    return str(row.get(table.primary_name) or "") if table.primary_name else ""


def _related(world: World, table: Table, key: str) -> Iterator[tuple[ManyToOne, Table, int]]:
    """The lookups through which other rows point at a row, with how many do."""
    seen = set()
    for one in world.model.pointing_at(table.logical_name):
        near = world.model.table(one.table)
        column = near.columns.get(one.column) if near is not None else None
        if near is None or column is None or not column.is_stored or (one.table, one.column) in seen:
            continue
        seen.add((one.table, one.column))
        match = {one.column: key, f"{one.column}__table": table.logical_name} if column.is_lookup else {one.column: key}
        count = world.store.count_where(one.table, match)
        if count and not near.is_view:
            yield one, near, count
