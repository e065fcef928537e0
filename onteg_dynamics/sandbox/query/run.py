"""Running a query: SQL made, rows fetched, the way on remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.expand import expanded
from onteg_dynamics.sandbox.query.names import with_names
from onteg_dynamics.sandbox.query.order import SortKey, beyond, order_by, read_token, sort_keys, token
from onteg_dynamics.sandbox.query.query import MAX_ROWS, Base, Page, Query, Row
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Place, Select, Sql, joined, sql_columns
from onteg_dynamics.sandbox.query.where import where
from onteg_dynamics.sandbox.store.ddl import quoted
from onteg_dynamics.sandbox.world import Caller, World


@dataclass(frozen=True)
class _Statement:
    """A query as SQL, short of what it selects."""

    place: Place
    condition: Sql
    keys: tuple[SortKey, ...]

    @property
    def tail(self) -> str:
        """FROM and WHERE; read when everything is compiled, as following lookups adds joins."""
        joins = "".join(self.place.select.joins)
        return f"FROM {self.place.source}{joins} WHERE {self.condition.text}"


def run_query(
    world: World,
    query: Query,
    *,
    base: Base | None = None,
    page_size: int | None = None,
    caller: Caller,
    names: bool = False,
) -> Page:
    """One page of a query.

    Args:
        world: The sandbox.
        query: What to read.
        base: The row's collection to read from, or None.
        page_size: Rows per page; with it ``$top`` counts for nothing, as in the service.
        caller: Who asks.
        names: True to add the names of rows that lookups point at.

    Raises:
        Refusal: The filter, the order or the token cannot be carried out.
    """
    if any(table.is_elastic for table in _shown(query)):
        raise refusals.no_links()
    statement = _statement(world, query, base, caller)
    number, start = 1, None
    if query.token is not None:
        number, last = read_token(query.token, statement.keys)
        start = beyond(statement.keys, last)
    is_cut = query.top is not None and page_size is None
    limit = query.top if is_cut and query.top is not None else min(page_size or MAX_ROWS, MAX_ROWS)
    found = _fetch(world, query, statement, start, limit if is_cut else limit + 1)
    count = _count(world, statement) if query.count else None
    next_token = None
    if len(found) > limit:
        found = found[:limit]
        next_token = token(
            number, statement.keys, _sort_values(statement, found[0]), _sort_values(statement, found[-1])
        )
    rows = _rows(world, query, found, caller, names=names, page_size=page_size, single=False)
    return Page(rows, next_token, None if count is None else min(count, MAX_ROWS), (count or 0) > MAX_ROWS)


def fetch_row(world: World, query: Query, row_id: str, caller: Caller, *, names: bool = False) -> Row | None:
    """One row by its id, or None.

    Args:
        world: The sandbox.
        query: Which columns and related rows.
        row_id: The id.
        caller: Who asks.
        names: True to add the names of rows that lookups point at.

    Raises:
        Refusal: The row is there, but the caller may not read it.
    """
    select = Select(world.model, caller.rights)
    place = select.place(query.table)
    columns = sql_columns(query.table, query.columns)
    wanted = ", ".join(place.column(name) for name in columns)
    text = f"SELECT {wanted} FROM {place.source} WHERE {place.key} = ?"
    found = world.store.db.execute(text, (row_id,)).fetchone()
    if found is None:
        if caller.rights is not None:
            caller.rights.check_id("Read", query.table, row_id)
        return None
    values = dict(zip(columns, found, strict=True))
    return _rows(world, query, [values], caller, names=names, page_size=None, single=True)[0]


def _shown(query: Query) -> Iterator[Table]:
    """The tables of a query with related rows, or none."""
    for expand in query.expands:
        yield from (query.table, expand.query.table)


def _statement(world: World, query: Query, base: Base | None, caller: Caller) -> _Statement:
    select = Select(world.model, caller.rights)
    place = select.place(query.table)
    scope = Scope(world, caller, place)
    parts = [] if base is None else [based(world, place, base)]
    if query.filter is not None:
        parts.append(where(query.filter, scope))
    keys = sort_keys(query.order, scope)
    return _Statement(place, joined(parts, "AND") if parts else Sql("1"), keys)


def based(world: World, place: Place, base: Base) -> Sql:
    """The condition that rows are in a row's collection."""
    navigation = base.navigation
    if navigation.relation is not None:
        column = navigation.relation.column
        kind = place.column(f"{column}__table")
        if world.model.tables[navigation.table].is_view:
            return Sql(f"{place.column(column)} = ?", (base.row_id,))
        return Sql(f"({place.column(column)} = ? AND {kind} = ?)", (base.row_id, navigation.table))
    assert navigation.many is not None
    pairs, near, far = quoted(navigation.many.intersect), quoted(navigation.near), quoted(navigation.far)
    return Sql(f"{place.key} IN (SELECT {far} FROM {pairs} WHERE {near} = ?)", (base.row_id,))


def _fetch(world: World, query: Query, statement: _Statement, start: Sql | None, limit: int) -> list[dict[str, Any]]:
    columns = sql_columns(query.table, query.columns)
    place = statement.place
    wanted = ", ".join(place.column(name) for name in columns)
    sorting = "".join(f", {key.sql} AS __k{number}" for number, key in enumerate(statement.keys))
    after = f" AND {start.text}" if start is not None else ""
    text = f"SELECT {wanted}{sorting} {statement.tail}{after} ORDER BY {order_by(statement.keys)} LIMIT ?"
    parameters = (*statement.condition.parameters, *(start.parameters if start is not None else ()), limit)
    names = (*columns, *(f"__k{number}" for number in range(len(statement.keys))))
    return [dict(zip(names, row, strict=True)) for row in world.store.db.execute(text, parameters)]


def _sort_values(statement: _Statement, values: dict[str, Any]) -> list[Any]:
    return [values[f"__k{number}"] for number in range(len(statement.keys))]


def _count(world: World, statement: _Statement) -> int:
    """How many rows there are; counting stops behind what the service tells."""
    text = f"SELECT count(*) FROM (SELECT 1 {statement.tail} LIMIT ?)"
    return int(world.store.db.execute(text, (*statement.condition.parameters, MAX_ROWS + 1)).fetchone()[0])


def _rows(
    world: World,
    query: Query,
    found: list[dict[str, Any]],
    caller: Caller,
    *,
    names: bool,
    page_size: int | None,
    single: bool,
) -> list[Row]:
    rows = [Row(query.table, query.columns, values, values.get("versionnumber")) for values in found]
    if names:
        with_names(world, query, found)
    return expanded(world, query, rows, caller, names=names, page_size=page_size, single=single)
