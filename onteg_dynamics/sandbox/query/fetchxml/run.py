"""Running a FetchXML query: the tree becomes a statement, the statement a listing."""

from __future__ import annotations

from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.cells import Listing
from onteg_dynamics.sandbox.query.fetchxml.aggregates import LIMIT, aggregates, check_limit
from onteg_dynamics.sandbox.query.fetchxml.filters import Filters
from onteg_dynamics.sandbox.query.fetchxml.orders import identity_keys, is_root_only, row_keys
from onteg_dynamics.sandbox.query.fetchxml.outputs import outputs
from onteg_dynamics.sandbox.query.fetchxml.paging import goes_to, stretch
from onteg_dynamics.sandbox.query.fetchxml.plan import Names, Node, lay_out
from onteg_dynamics.sandbox.query.fetchxml.tree import Fetch
from onteg_dynamics.sandbox.query.order import SortKey
from onteg_dynamics.sandbox.query.query import Base
from onteg_dynamics.sandbox.query.run import based
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import NEVER, Select, Sql
from onteg_dynamics.sandbox.query.statement import Statement, run_statement
from onteg_dynamics.sandbox.world import Caller, World


@dataclass(frozen=True)
class Wish:
    """What a request asks for beside the query.

    Attributes:
        page_size: Rows per page where the query says nothing, or None.
        token: ``$skiptoken``, or None.
        base: The row's collection to read from, or None.
        names: True to look up names and currency symbols.
        count: True to count all rows, as the query itself may ask too.
    """

    page_size: int | None = None
    token: str | None = None
    base: Base | None = None
    names: bool = False
    count: bool = False


def run_fetch(world: World, table: Table, fetch: Fetch, wish: Wish, caller: Caller) -> Listing:
    """One page of a query.

    Args:
        world: The sandbox.
        table: The table that the address names.
        fetch: The query.
        wish: Page size, token and the like.
        caller: Who asks.

    Raises:
        Refusal: Names that do not exist, parts that do not fit, a query for another table, a cookie of another query,
            too many rows to aggregate.
    """
    fetch = goes_to(fetch, wish.token)
    nodes = lay_out(Select(world.model, caller.rights), fetch.entity)
    if fetch.entity.table != table.logical_name:
        raise refusals.fetch_wrong_table()
    source = _source(world, caller, fetch, nodes, wish.base)
    if fetch.aggregate:
        check_limit(world, source, min(fetch.limit or LIMIT, LIMIT))
    statement = _of_aggregates(nodes, source) if fetch.aggregate else _of_rows(fetch, nodes, source)
    rows = stretch(fetch, statement.cookie, wish.page_size)
    return run_statement(world, statement, rows, names=wish.names, count=wish.count or fetch.total)


def _source(world: World, caller: Caller, fetch: Fetch, nodes: tuple[Node, ...], base: Base | None) -> Sql:
    filters = Filters(Scope(world, caller, nodes[0].place), Names(nodes))
    more = [based(world, nodes[0].place, base)] if base is not None else []
    return filters.source(nodes, [*more, NEVER] if fetch.retained else more)


def _of_aggregates(nodes: tuple[Node, ...], source: Sql) -> Statement:
    found = aggregates(nodes)
    return Statement(nodes[0].place.table, found.cells, source, found.keys, group=found.group)


def _of_rows(fetch: Fetch, nodes: tuple[Node, ...], source: Sql) -> Statement:
    names = Names(nodes)
    table, shown, keys = nodes[0].place.table, outputs(fetch, nodes), row_keys(fetch, nodes, names)
    if fetch.distinct:
        parts = dict.fromkeys(part for cell in shown.cells for part in cell.selected)
        keys = (*keys, *(SortKey("", part) for part in parts))
        group = f"GROUP BY {', '.join(parts)}" if parts else ""
        return Statement(table, shown.cells, source, keys, group=group, shape=shown.shape)
    keys = (*keys, *identity_keys(nodes))
    cookie = keys if is_root_only(nodes, names) and not fetch.offset else ()
    version = nodes[0].place.column("versionnumber") if "versionnumber" in table.columns else ""
    return Statement(table, shown.cells, source, keys, cookie, version, shape=shown.shape)
