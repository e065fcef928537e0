"""Aggregates and groups ("Aggregate data using FetchXml")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.cells import Cell
from onteg_dynamics.sandbox.query.fetchxml.orders import person_sql
from onteg_dynamics.sandbox.query.fetchxml.outputs import cell_of, number_words
from onteg_dynamics.sandbox.query.fetchxml.plan import Node
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Order
from onteg_dynamics.sandbox.query.order import SortKey
from onteg_dynamics.sandbox.query.sql import Sql
from onteg_dynamics.sandbox.world import World

LIMIT = 50_000
_NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money"})
_WHOLE = frozenset({"Integer", "BigInt"})
_YEAR = "CAST(substr({0}, 1, 4) AS INTEGER)"
_MONTH = "CAST(substr({0}, 6, 2) AS INTEGER)"
_QUARTER = f"({_MONTH} + 2) / 3"
_PARTS = {
    "day": "CAST(substr({0}, 9, 2) AS INTEGER)",
    # Weeks begin on Sunday; the first one is that of January 1st.
    "week": "(strftime('%j', {0}) + strftime('%w', substr({0}, 1, 4) || '-01-01') - 1) / 7 + 1",
    "month": _MONTH,
    "quarter": _QUARTER,
    "year": _YEAR,
    # No page tells the bare value of a fiscal period; year and period keep the groups apart and in order.
    "fiscal-period": f"{_YEAR} * 100 + {_QUARTER}",
    "fiscal-year": _YEAR,
}


@dataclass(frozen=True)
class _Output:
    """A cell, what to sort by for it, and whether rows are grouped by it."""

    cell: Cell
    sort: str
    is_group: bool


@dataclass(frozen=True)
class Aggregates:
    """What a query of aggregates shows.

    Attributes:
        cells: Groups and aggregates.
        keys: What they are ordered by.
        group: GROUP BY with its list, or empty.
    """

    cells: tuple[Cell, ...]
    keys: tuple[SortKey, ...]
    group: str


def aggregates(nodes: Sequence[Node]) -> Aggregates:
    """What a query of aggregates shows.

    Args:
        nodes: The tables, the root first.

    Raises:
        Refusal: A column that is neither grouped by nor aggregated, a function or alias that does not fit.
    """
    found: dict[str, _Output] = {}
    for node in nodes:
        for attribute in node.entity.attributes:
            output = _output(node, attribute)
            if output.cell.key in found:
                raise refusals.fetch_duplicate_alias(output.cell.key)
            found[output.cell.key] = output
    if not found:
        raise refusals.fetch_element_missing("attribute")
    groups = [part for output in found.values() if output.is_group for part in output.cell.selected]
    ordered = [_key(found, order) for node in nodes for order in node.entity.orders]
    keys = (*ordered, *(SortKey("", part) for part in groups))
    return Aggregates(tuple(one.cell for one in found.values()), keys, _group_by(groups))


def check_limit(world: World, source: Sql, limit: int) -> None:
    """Refuses to aggregate more rows than the service does.

    Args:
        world: The sandbox.
        source: FROM and WHERE.
        limit: How many rows there may be.

    Raises:
        Refusal: There are more.
    """
    text = f"SELECT count(*) FROM (SELECT 1 {source.text} LIMIT ?)"
    if world.store.db.execute(text, (*source.parameters, limit + 1)).fetchone()[0] > limit:
        raise refusals.aggregate_limit()


def aggregate_cell(key: str, function: str, column: Column, value: str, attribute: str = "") -> Cell:
    """The cell of a function over a column.

    Args:
        key: Its name in the result.
        function: ``sum``, ``avg``, ``min`` or ``max``.
        column: The column.
        value: The column's SQL.
        attribute: The name for the annotation, or empty.

    Raises:
        Refusal: The column's type has no such function.
    """
    if column.type not in _NUMBERS and not (function in {"min", "max"} and column.type == "DateTime"):
        raise refusals.fetch_bad_aggregate(function, column.type)
    texts = {
        "sum": f"coalesce(sum({value}), 0)",
        # The average of whole numbers is one too, as in SQL Server.
        "avg": f"CAST(avg({value}) AS INTEGER)" if column.type in _WHOLE else f"avg({value})",
        "min": f"min({value})",
        "max": f"max({value})",
    }
    return Cell(key, texts[function], column, attribute)


def count_cell(key: str, sql: str = "count(*)", attribute: str = "") -> Cell:
    """The cell of a number of rows."""
    return Cell(key, sql, attribute=attribute, words=number_words)


def _output(node: Node, attribute: Attribute) -> _Output:
    if not attribute.alias:
        raise refusals.fetch_bad_alias("")
    if attribute.group and attribute.aggregate:
        raise refusals.fetch_group_and_aggregate()
    column = node.column(attribute.name)
    if attribute.group:
        return _group(node, column, attribute)
    if not attribute.aggregate:
        raise refusals.fetch_attribute_with_aggregate()
    cell = _aggregate(node, column, attribute)
    return _Output(cell, cell.sql, is_group=False)


def _aggregate(node: Node, column: Column, attribute: Attribute) -> Cell:
    value, function = node.value(column), attribute.aggregate
    if function == "count":
        return count_cell(attribute.alias, attribute=attribute.name)
    if function == "countcolumn":
        distinct = "DISTINCT " if attribute.distinct else ""
        return count_cell(attribute.alias, f"count({distinct}{value})", attribute.name)
    if function not in {"sum", "avg", "min", "max"}:
        raise refusals.fetch_bad_aggregate(function, column.type)
    return aggregate_cell(attribute.alias, function, column, value, attribute.name)


def _group(node: Node, column: Column, attribute: Attribute) -> _Output:
    if bool(attribute.part) is not (column.type == "DateTime") or (attribute.part and attribute.part not in _PARTS):
        raise refusals.fetch_bad_date_grouping()
    if attribute.part:
        cell = _part(node.value(column), attribute)
        return _Output(cell, cell.sql, is_group=True)
    cell = replace(cell_of(node, column, attribute.alias, attribute.name), currency="")
    return _Output(cell, person_sql(node, column)[0], is_group=True)


def _part(value: str, attribute: Attribute) -> Cell:
    words = {"fiscal-period": _fiscal_period, "fiscal-year": _fiscal_year}.get(attribute.part, number_words)
    return Cell(attribute.alias, _PARTS[attribute.part].format(value), attribute=attribute.name, words=words)


def _fiscal_period(value: Any) -> str:
    return f"Quarter {value % 100} FY{value // 100}"


def _fiscal_year(value: Any) -> str:
    return f"FY{value}"


def _key(found: dict[str, _Output], order: Order) -> SortKey:
    if order.attribute:
        raise refusals.fetch_order_by_attribute()
    if not order.alias or order.alias not in found:
        raise refusals.fetch_order_needs_alias()
    return SortKey(order.alias, found[order.alias].sort, order.descending)


def _group_by(groups: Sequence[str]) -> str:
    return f"GROUP BY {', '.join(dict.fromkeys(groups))}" if groups else ""
