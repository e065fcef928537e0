"""SQL text → tree ("Use SQL to query data by using the Dataverse Web API").

The page says that TOP and OFFSET … FETCH are refused; Microsoft's own Python SDK sends both and relies on them, so they
are read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Model
from onteg_dynamics.sandbox.query.fetchxml.parse import MAX_CONDITIONS, MAX_LINKS
from onteg_dynamics.sandbox.query.fetchxml.tree import Entity, Fetch, Filter, Link, Order
from onteg_dynamics.sandbox.query.query import MAX_ROWS
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported
from onteg_dynamics.sandbox.query.tsql.conditions import Conditions
from onteg_dynamics.sandbox.query.tsql.joins import Join, read_join
from onteg_dynamics.sandbox.query.tsql.select import Selected, read_order, read_select
from onteg_dynamics.sandbox.query.tsql.tables import Tables

_PARTS = ("expressions", "from", "joins", "where", "group", "order", "distinct", "limit", "offset")


def parse_sql(text: str, model: Model, now: datetime) -> Fetch:
    """The query that a SQL text is.

    Args:
        text: One SELECT in T-SQL.
        model: The metadata.
        now: What GETUTCDATE gives.

    Raises:
        Refusal: It is no SELECT, or has what the service does not read.
    """
    select = _statement(text)
    only(select, *_PARTS)
    tables = Tables(model)
    source = select.args.get("from_") or select.args.get("from")  # sqlglot changed the name
    if source is None:
        raise unsupported("SELECT without FROM")
    tables.add(source.this)
    joins = [read_join(join, tables, now) for join in select.args.get("joins") or ()]
    if len(joins) > MAX_LINKS:
        raise refusals.fetch_too_many_links()
    if len(list(select.find_all(exp.Predicate))) > MAX_CONDITIONS:
        raise refusals.fetch_too_many_conditions()
    return _fetch(select, tables, joins, now)


def _statement(text: str) -> exp.Select:
    try:
        statements = sqlglot.parse(text, read="tsql")
    except (SqlglotError, RecursionError) as error:
        raise refusals.query_error("The SQL query cannot be read.") from error
    found = [statement for statement in statements if statement is not None]
    if len(found) != 1 or not isinstance(found[0], exp.Select):
        raise unsupported("other than a single SELECT")
    return found[0]


def _fetch(select: exp.Select, tables: Tables, joins: Sequence[Join], now: datetime) -> Fetch:
    selected = read_select(select, tables)
    orders = tuple(read_order(select, tables, selected))
    where = select.args.get("where")
    filters = (Conditions(tables, now).read(where.this),) if where is not None else ()
    window = _window(select)
    return Fetch(
        entity=_entity(_Parts(tables, selected, joins), "", filters, orders),
        top=window.limit,
        offset=window.offset,
        distinct=_is_distinct(select),
        aggregate=selected.is_aggregate,
        raw_order=True,
    )


@dataclass(frozen=True)
class _Parts:
    tables: Tables
    selected: Selected
    joins: Sequence[Join]


def _entity(parts: _Parts, alias: str, filters: tuple[Filter, ...], orders: tuple[Order, ...] = ()) -> Entity:
    tables = parts.tables
    attributes = tuple(parts.selected.attributes.get(alias, ()))
    return Entity(
        table=tables.tables[alias or tables.root],
        attributes=attributes,
        no_attributes=not attributes,
        orders=orders,
        filters=filters,
        links=tuple(_links(parts, alias)),
    )


def _links(parts: _Parts, alias: str) -> Iterator[Link]:
    for join in parts.joins:
        if join.target.alias == alias:
            entity = _entity(parts, join.alias, join.filters)
            yield Link(entity, join.kind, join.source, join.target.name, join.alias)


def _is_distinct(select: exp.Select) -> bool:
    distinct = select.args.get("distinct")
    if distinct is not None:
        only(distinct)
    return distinct is not None


@dataclass(frozen=True)
class _Window:
    limit: int | None
    offset: int


def _window(select: exp.Select) -> _Window:
    """TOP, or OFFSET and FETCH."""
    limit, offset = select.args.get("limit"), select.args.get("offset")
    if (offset is not None or isinstance(limit, exp.Fetch)) and select.args.get("order") is None:
        raise unsupported("OFFSET without ORDER BY")
    number = None if limit is None else _limit(limit)
    if number is not None and number > MAX_ROWS:
        raise refusals.fetch_top_too_high(MAX_ROWS)
    return _Window(number, 0 if offset is None else _whole(offset.expression))


def _limit(limit: exp.Expression) -> int:
    """The options of TOP and FETCH say nothing more than how many rows there are at most."""
    options = limit.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        raise unsupported("TOP with PERCENT or TIES")
    return _whole(limit.args["count"] if isinstance(limit, exp.Fetch) else limit.expression)


def _whole(node: exp.Expression) -> int:
    inside = node.this if isinstance(node, exp.Paren) else node
    if not isinstance(inside, exp.Literal) or inside.is_string or not str(inside.this).isdecimal():
        raise unsupported("TOP, OFFSET or FETCH with other than a whole number")
    return int(str(inside.this))
