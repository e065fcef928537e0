"""``$expand``: related rows of a whole page with one query per navigation property ("Join tables")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.names import with_names
from onteg_dynamics.sandbox.query.order import SortKey, order_by, sort_keys, token
from onteg_dynamics.sandbox.query.query import MAX_ROWS, Expand, Query, Row
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Place, Select, Sql, restricted, sql_columns
from onteg_dynamics.sandbox.query.where import where
from onteg_dynamics.sandbox.store.ddl import quoted
from onteg_dynamics.sandbox.world import Caller, World


def expanded(
    world: World,
    query: Query,
    rows: list[Row],
    caller: Caller,
    *,
    names: bool,
    page_size: int | None,
    single: bool,
) -> list[Row]:
    """The rows with their related rows.

    Args:
        world: The sandbox.
        query: What was read, with its expansions.
        rows: The rows.
        caller: Who asks.
        names: True to add the names of rows that lookups point at.
        page_size: Rows per page; pages expanded collections too where an expansion is nested.
        single: True for one row read by its id: its related rows show their versions.
    """
    if not query.expands or not rows:
        return rows
    nested = any(expand.query.expands for expand in query.expands)
    reader = _Reader(world, caller, names=names, page_size=page_size if nested else None, single=single, nested=nested)
    parts = [(expand, reader.read(query.table, rows, expand)) for expand in query.expands]
    return [_with(row, parts) for row in rows]


Found = dict[str, tuple[Row | list[Row] | None, str | None]]


def _with(row: Row, parts: Sequence[tuple[Expand, Found]]) -> Row:
    related: dict[str, Row | list[Row] | None] = {}
    links: dict[str, str] = {}
    for expand, found in parts:
        name = expand.navigation.name
        related[name], link = found[row.row_id]
        if link is not None:
            links[name] = link
    return replace(row, expanded=related, links=links)


class _Reader:
    def __init__(
        self, world: World, caller: Caller, *, names: bool, page_size: int | None, single: bool, nested: bool
    ) -> None:
        self._world = world
        self._caller = caller
        self._names = names
        self._page_size = page_size
        self._single = single
        self._nested = nested

    def read(self, table: Table, rows: list[Row], expand: Expand) -> Found:
        """The related rows of each row, by the row's id, with the link that goes on."""
        if not expand.navigation.is_collection:
            return self._looked_up(rows, expand)
        return self._collected(table, rows, expand)

    def _looked_up(self, rows: list[Row], expand: Expand) -> Found:
        pointers = self._pointers(rows, expand)
        targets = {row.row_id: row for row in self._by_id(expand.query, set(pointers.values()))}
        if expand.reference:
            targets = {key: replace(row, reference=True) for key, row in targets.items()}
        return {row.row_id: (targets.get(pointers.get(row.row_id, "")), None) for row in rows}

    def _pointers(self, rows: list[Row], expand: Expand) -> dict[str, str]:
        """Row id → id of the row that its lookup points at, where that is in the right table."""
        assert expand.navigation.relation is not None
        table, column = rows[0].table, expand.navigation.relation.column
        select = Select(self._world.model, self._caller.rights)
        place = select.place(table)
        kind = restricted(place, column, expand.navigation.target)
        text = (
            f"SELECT {place.key}, {place.column(column)} FROM {place.source} "
            f"WHERE {place.key} IN (SELECT value FROM json_each(?)) AND {place.column(column)} IS NOT NULL AND {kind}"
        )
        return dict(self._world.store.db.execute(text, (_json(row.row_id for row in rows),)).fetchall())

    def _by_id(self, query: Query, ids: set[str]) -> list[Row]:
        select = Select(self._world.model, self._caller.rights)
        place = select.place(query.table)
        condition = self._condition(query, place)
        columns = sql_columns(query.table, query.columns)
        wanted = ", ".join(place.column(name) for name in columns)
        text = (
            f"SELECT {wanted} FROM {place.source}{''.join(select.joins)} "
            f"WHERE {place.key} IN (SELECT value FROM json_each(?)) AND {condition.text}"
        )
        found = self._world.store.db.execute(text, (_json(ids), *condition.parameters))
        return self._rows(query, [dict(zip(columns, row, strict=True)) for row in found], versioned=self._single)

    def _collected(self, table: Table, rows: list[Row], expand: Expand) -> Found:
        groups: dict[str, list[dict[str, Any]]] = {row.row_id: [] for row in rows}
        limit = min(expand.query.top if expand.query.top is not None else MAX_ROWS, MAX_ROWS)
        limit = min(limit, self._page_size or MAX_ROWS)
        keys, found = self._members(table, rows, expand, limit + 1)
        for values in found:
            groups[values.pop("__owner")].append(values)
        return {row.row_id: self._group(row, expand, keys, groups[row.row_id], limit) for row in rows}

    def _group(
        self, row: Row, expand: Expand, keys: Sequence[SortKey], found: list[dict[str, Any]], limit: int
    ) -> tuple[list[Row], str | None]:
        shown = found[:limit]
        members = self._rows(self._with_link_column(expand), shown, versioned=not self._nested or self._single)
        address = f"{row.table.entity_set_name}({row.row_id})/{expand.navigation.name}"
        query = "&".join(
            _encoded(piece) for piece in expand.options.split(";") if piece.startswith(("$select", "$filter"))
        )
        if not self._nested:
            return members, f"{address}?{query}" if query else address
        if len(found) <= limit:
            return members, None
        marks = [[values[f"__k{number}"] for number in range(len(keys))] for values in (shown[0], shown[-1])]
        text = quote(token(1, keys, *marks), safe="")
        return members, f"{address}?{query}&$skiptoken={text}" if query else f"{address}?$skiptoken={text}"

    def _with_link_column(self, expand: Expand) -> Query:
        """Rows of a one-to-many collection show the lookup that links them."""
        query, relation = expand.query, expand.navigation.relation
        column = query.table.columns.get(relation.column) if relation is not None else None
        if column is None or column in query.columns or not column.is_lookup:
            return query
        return replace(query, columns=(*query.columns, column))

    def _members(
        self, table: Table, rows: list[Row], expand: Expand, limit: int
    ) -> tuple[tuple[SortKey, ...], list[dict[str, Any]]]:
        query = self._with_link_column(expand)
        select = Select(self._world.model, self._caller.rights)
        place = select.place(query.table)
        condition = self._condition(query, place)
        keys = sort_keys(query.order, Scope(self._world, self._caller, place))
        owner, link, kind = _owner(place, table, expand)
        columns = sql_columns(query.table, query.columns)
        wanted = ", ".join(place.column(name) for name in columns)
        sorting = "".join(f", {key.sql} AS __k{number}" for number, key in enumerate(keys))
        rank = f"row_number() OVER (PARTITION BY {owner} ORDER BY {order_by(keys)}) AS __rank"
        inside = (
            f"SELECT {owner} AS __owner, {wanted}{sorting}, {rank} FROM {place.source}{link}{''.join(select.joins)} "
            f"WHERE {owner} IN (SELECT value FROM json_each(?)) AND {kind} AND {condition.text}"
        )
        text = f"SELECT * FROM ({inside}) WHERE __rank <= ? ORDER BY __owner, __rank"
        ids = _json(row.row_id for row in rows)
        names = ("__owner", *columns, *(f"__k{number}" for number in range(len(keys))), "__rank")
        cursor = self._world.store.db.execute(text, (ids, *condition.parameters, limit))
        return keys, [dict(zip(names, row, strict=True)) for row in cursor]

    def _condition(self, query: Query, place: Place) -> Sql:
        if query.filter is None:
            return Sql("1")
        return where(query.filter, Scope(self._world, self._caller, place))

    def _rows(self, query: Query, found: list[dict[str, Any]], *, versioned: bool) -> list[Row]:
        if self._names:
            with_names(self._world, query, found)
        rows = [
            Row(query.table, query.columns, values, values.get("versionnumber") if versioned else None)
            for values in found
        ]
        return expanded(
            self._world,
            query,
            rows,
            self._caller,
            names=self._names,
            page_size=self._page_size,
            single=self._single,
        )


def _owner(place: Place, table: Table, expand: Expand) -> tuple[str, str, str]:
    """The SQL of the row that a member belongs to, the join that it needs, and the condition on its kind."""
    navigation = expand.navigation
    if navigation.relation is not None:
        column = navigation.relation.column
        return place.column(column), "", restricted(place, column, table.logical_name)
    assert navigation.many is not None
    pairs = quoted(navigation.many.intersect)
    link = f" JOIN {pairs} AS pair ON pair.{quoted(navigation.far)} = {place.key}"
    return f"pair.{quoted(navigation.near)}", link, "1"


def _encoded(piece: str) -> str:
    name, _, value = piece.strip().partition("=")
    return f"{name}={quote(value, safe=',()_')}"


def _json(ids: Iterable[str]) -> str:
    return orjson.dumps(list(ids)).decode()
