"""Columns of a query → cells of its result: plain ones, and aggregates ("Select columns", "Aggregate data")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.cells import Cell
from onteg_dynamics.sandbox.query.fetchxml.plan import Node
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute
from onteg_dynamics.sandbox.store.ddl import quoted

_NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money"})
_FUNCTIONS = {"sum": "sum", "avg": "avg", "min": "min", "max": "max"}
_PARTS = {
    "day": "CAST(strftime('%d', {0}) AS INTEGER)",
    "week": "(CAST(strftime('%j', {0}) AS INTEGER) + CAST(strftime('%w', substr({0}, 1, 4) || '-01-01') AS INTEGER) - 1) / 7 + 1",
    "month": "CAST(strftime('%m', {0}) AS INTEGER)",
    "quarter": "(CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3",
    "year": "CAST(strftime('%Y', {0}) AS INTEGER)",
    "fiscal-period": "(CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3",
    "fiscal-year": "CAST(strftime('%Y', {0}) AS INTEGER)",
}


def shown(nodes: Sequence[Node], *, distinct: bool) -> tuple[Cell, ...]:
    """The cells of a query without aggregates.

    Args:
        nodes: Its tables, the root first.
        distinct: True where the key is not to be added, as it would make every row another one.

    Raises:
        Refusal: A column does not exist.
    """
    cells = {cell.key: cell for node in nodes for cell in _cells(node)}
    root = nodes[0]
    key = root.place.table.columns[root.place.table.primary_id]
    if not distinct:
        cells.setdefault(key.property_name, cell_of(root, key))
    return tuple(cells.values())


def cell_of(node: Node, column: Column, alias: str = "") -> Cell:
    """The cell of a column; one of a linked table, or with an alias, has a name of its own."""
    plain = column.property_name if not node.alias else f"{node.alias}.{column.logical_name}"
    key = alias or plain
    place = node.place
    return Cell(
        key=key,
        sql=node.value(column),
        column=column if column.is_stored else None,
        attribute="" if key == column.property_name else column.logical_name,
        kind=place.column(f"{column.logical_name}__table") if column.is_lookup and column.is_stored else "",
        currency=_currency(node) if column.type == "Money" else "",
    )


def aggregated(nodes: Sequence[Node]) -> tuple[tuple[Cell, ...], str]:
    """The cells of a query with aggregates, and what it groups by.

    Raises:
        Refusal: A column that is neither grouped nor aggregated, a part of a date that is none.
    """
    cells: list[Cell] = []
    groups: list[str] = []
    for node in nodes:
        for attribute in node.entity.attributes:
            cell = _group(node, attribute) if attribute.group else _aggregate(node, attribute)
            cells.append(cell)
            groups += cell.selected if attribute.group else ()
    return tuple(cells), ", ".join(groups)


def _cells(node: Node) -> Iterator[Cell]:
    if _shows_all(node):
        for column in node.place.table.stored:
            if column.type != "Image":
                yield cell_of(node, column)
        return
    for attribute in node.entity.attributes:
        if attribute.aggregate:
            raise refusals.fetch_bad_value("aggregate", attribute.aggregate)
        column = node.column(attribute.name)
        yield _children(node, attribute) if attribute.children else cell_of(node, column, attribute.alias)


def _shows_all(node: Node) -> bool:
    """A query that names no column of its own table gives all of them."""
    entity = node.entity
    return entity.all_attributes or (not node.alias and not entity.attributes and not entity.no_attributes)


def _children(node: Node, attribute: Attribute) -> Cell:
    relations = node.place.select.model.lookups_of(node.place.table.logical_name)
    parent = next((one.column for one in relations if one.is_hierarchical), None)
    if parent is None or not attribute.alias:
        raise refusals.fetch_bad_value("rowaggregate", "CountChildren")
    source, key = quoted(node.place.table.logical_name), node.place.key
    return Cell(attribute.alias, f"(SELECT count(*) FROM {source} AS c WHERE c.{quoted(parent)} = {key})")


def _currency(node: Node) -> str:
    column = node.place.table.columns.get("transactioncurrencyid")
    return node.place.column("transactioncurrencyid") if column is not None and column.is_stored else ""


def _group(node: Node, attribute: Attribute) -> Cell:
    if attribute.aggregate:
        raise refusals.fetch_group_and_aggregate()
    if not attribute.alias:
        raise refusals.fetch_bad_alias("")
    column = node.column(attribute.name)
    if not attribute.part and column.type != "DateTime":
        return cell_of(node, column, attribute.alias)
    pattern = _PARTS.get(attribute.part)
    if pattern is None or column.type != "DateTime":
        raise refusals.fetch_bad_date_grouping()
    return Cell(attribute.alias, pattern.format(node.value(column)), words=str)


def _aggregate(node: Node, attribute: Attribute) -> Cell:
    if not attribute.aggregate:
        raise refusals.fetch_attribute_with_aggregate()
    if not attribute.alias:
        raise refusals.fetch_bad_alias("")
    column = node.column(attribute.name)
    if attribute.aggregate in {"count", "countcolumn"}:
        return Cell(attribute.alias, _count(node, column, attribute), words=lambda number: f"{number:,}")
    function = _FUNCTIONS.get(attribute.aggregate)
    is_date = column.type == "DateTime" and function in {"min", "max"}
    if function is None or (column.type not in _NUMBERS and not is_date):
        raise refusals.fetch_bad_aggregate(attribute.aggregate, column.type)
    return Cell(attribute.alias, f"{function}({node.value(column)})", column, attribute.name)


def _count(node: Node, column: Column, attribute: Attribute) -> str:
    if attribute.aggregate == "count":
        return "count(*)"
    return f"count({'DISTINCT ' if attribute.distinct else ''}{node.value(column)})"
