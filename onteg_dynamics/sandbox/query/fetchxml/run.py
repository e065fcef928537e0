"""Running a FetchXML query: tree → statement → one page of a listing ("Page results using FetchXml")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.cells import Cell, Listing
from onteg_dynamics.sandbox.query.fetchxml.filters import Conditions
from onteg_dynamics.sandbox.query.fetchxml.plan import Names, Node, lay_out
from onteg_dynamics.sandbox.query.fetchxml.show import aggregated, shown
from onteg_dynamics.sandbox.query.fetchxml.tree import Fetch, Order
from onteg_dynamics.sandbox.query.labels import choice_label, lookup_name
from onteg_dynamics.sandbox.query.order import SortKey, beyond, read_cookie, read_token
from onteg_dynamics.sandbox.query.query import MAX_ROWS, Base
from onteg_dynamics.sandbox.query.run import based
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Select, Sql, joined
from onteg_dynamics.sandbox.query.statement import Statement, Stretch, run_statement
from onteg_dynamics.sandbox.world import Caller, World

MAX_AGGREGATED = 50_000
_NUMERIC = frozenset({"Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Boolean"})
_LABELLED = frozenset({"Picklist", "State", "Status"})


@dataclass(frozen=True)
class Wish:
    """What a request asks for beside the query.

    Attributes:
        page_size: Rows per page where the query says nothing, or None.
        token: ``$skiptoken``, or None.
        base: The row's collection to read from, or None.
        names: True to look up names and currency symbols.
    """

    page_size: int | None = None
    token: str | None = None
    base: Base | None = None
    names: bool = False


def run_fetch(world: World, table: Table, fetch: Fetch, wish: Wish, caller: Caller) -> Listing:
    """One page of a FetchXML query.

    Args:
        world: The sandbox.
        table: The table that the address names.
        fetch: The query.
        wish: Page size, token and the like.
        caller: Who asks.

    Raises:
        Refusal: The query is for another table, or cannot be carried out.
    """
    if fetch.entity.table != table.logical_name:
        raise refusals.fetch_wrong_table()
    nodes = lay_out(Select(world.model), fetch.entity)
    conditions = Conditions(Scope(world, caller, nodes[0].place), Names(nodes))
    source = _source(world, conditions, nodes, wish.base, fetch)
    statement = (
        _aggregates(world, table, fetch, nodes, source) if fetch.aggregate else _plain(table, fetch, nodes, source)
    )
    stretch = _stretch(fetch, statement, wish)
    return run_statement(world, statement, stretch, names=wish.names, count=fetch.total)


def _source(world: World, conditions: Conditions, nodes: Sequence[Node], base: Base | None, fetch: Fetch) -> Sql:
    """FROM and WHERE."""
    source, asked = conditions.joins(nodes)
    if base is not None:
        asked.append(based(world, nodes[0].place, base))
    if fetch.retained:
        asked.append(Sql("0"))  # nothing was ever moved to the long-term store here
    condition = joined(asked, "AND") if asked else Sql("1")
    return Sql(f"FROM {source.text} WHERE {condition.text}", source.parameters + condition.parameters)


def _plain(table: Table, fetch: Fetch, nodes: Sequence[Node], source: Sql) -> Statement:
    cells = shown(nodes, distinct=fetch.distinct)
    keys = tuple(_sort_keys(fetch, nodes))
    is_single = all(node.is_single for node in nodes) and all(not order.entity for order in fetch.entity.orders)
    own = SortKey(table.primary_id, nodes[0].place.key)
    links_order = any(node.entity.orders for node in nodes[1:])
    version = nodes[0].place.column("versionnumber") if "versionnumber" in table.columns and not fetch.distinct else ""
    return Statement(
        table,
        cells,
        source,
        keys=keys if fetch.distinct else (*keys, own),
        cookie=(*keys, own) if is_single and not links_order and not fetch.distinct else (),
        version=version,
        group=_distinct(cells) if fetch.distinct else "",
        shape=tuple(cell.key for cell in cells if not cell.attribute),
    )


def _distinct(cells: Sequence[Cell]) -> str:
    """Rows that look the same are one group."""
    return f"GROUP BY {', '.join(part for cell in cells for part in cell.selected)}"


def _aggregates(world: World, table: Table, fetch: Fetch, nodes: Sequence[Node], source: Sql) -> Statement:
    cells, groups = aggregated(nodes)
    limit = min(fetch.limit or MAX_AGGREGATED, MAX_AGGREGATED)
    text = f"SELECT count(*) FROM (SELECT 1 {source.text} LIMIT ?)"
    if world.store.db.execute(text, (*source.parameters, limit + 1)).fetchone()[0] > limit:
        raise refusals.aggregate_limit()
    keys = tuple(_alias_key(order, cells) for node in nodes for order in node.entity.orders)
    return Statement(table, cells, source, keys=keys, group=f"GROUP BY {groups}" if groups else "")


def _alias_key(order: Order, cells: Sequence[Cell]) -> SortKey:
    if order.attribute:
        raise refusals.fetch_order_by_attribute()
    cell = next((cell for cell in cells if cell.key == order.alias), None)
    if cell is None:
        raise refusals.fetch_order_needs_alias()
    return SortKey(order.alias, cell.sql, order.descending)


def _sort_keys(fetch: Fetch, nodes: Sequence[Node]) -> list[SortKey]:
    names = Names(nodes)
    found: list[SortKey] = []
    for node in nodes:
        for order in node.entity.orders:
            if order.alias:
                raise refusals.fetch_order_by_alias()
            if not order.attribute:
                raise refusals.fetch_order_needs_attribute()
            found.append(_sort_key(names.node(order.entity) if order.entity else node, order, raw=fetch.raw_order))
    return found


def _sort_key(node: Node, order: Order, *, raw: bool) -> SortKey:
    column = node.column(order.attribute)
    if column.is_lookup:
        return SortKey(order.attribute, lookup_name(node.place, column), order.descending)
    if column.type in _LABELLED and not raw:
        return SortKey(order.attribute, choice_label(node.place, column), order.descending)
    return SortKey(order.attribute, node.value(column), order.descending, numeric=column.edm_type in _NUMERIC)


def _stretch(fetch: Fetch, statement: Statement, wish: Wish) -> Stretch:
    """Which rows: cut by ``top``, found by a cookie or token, or counted off."""
    if fetch.top is not None:
        return Stretch(fetch.top, goes_on=False)
    limit = min(fetch.count or wish.page_size or MAX_ROWS, MAX_ROWS)
    page, after = fetch.page, None
    if wish.token is not None:
        page, values = read_token(wish.token, statement.cookie)
        after = beyond(statement.cookie, values) if statement.cookie else None
    elif fetch.cookie and statement.cookie:
        found = read_cookie(fetch.cookie, statement.cookie)
        if found is None:
            raise refusals.fetch_cookie_mismatch()
        after = beyond(statement.cookie, found)
    offset = fetch.offset if after is not None else (page - 1) * limit + fetch.offset
    if offset + limit > MAX_AGGREGATED and page > 1 and after is None:
        raise refusals.fetch_too_deep(MAX_AGGREGATED)
    return Stretch(limit, offset, after, page)
