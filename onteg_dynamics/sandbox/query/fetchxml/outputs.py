"""Which columns a query shows, under which names ("Select columns using FetchXml")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.cells import Cell
from onteg_dynamics.sandbox.query.fetchxml.plan import Node
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Fetch
from onteg_dynamics.sandbox.query.options import companions
from onteg_dynamics.sandbox.store.ddl import quoted

_FIRST_ROW = "matchfirstrowusingcrossapply"


@dataclass(frozen=True)
class Outputs:
    """The columns of a result, and the properties that its context URL names."""

    cells: tuple[Cell, ...]
    shape: tuple[str, ...]


def outputs(fetch: Fetch, nodes: Sequence[Node]) -> Outputs:
    """The columns that a query of rows shows.

    Args:
        fetch: The query.
        nodes: Its tables, the root first.

    Raises:
        Refusal: A column does not exist, or an alias is given twice.
    """
    root, *others = nodes
    own = list(_root_cells(fetch, root))
    cells = [*own, *(cell for node in others for cell in _linked_cells(node))]
    found: dict[str, Cell] = {}
    for cell in cells:
        if cell.key in found and found[cell.key] != cell:
            raise refusals.fetch_duplicate_alias(cell.key)
        found[cell.key] = cell
    is_whole = root.entity.all_attributes or not (root.entity.attributes or root.entity.no_attributes)
    return Outputs(tuple(found.values()), () if is_whole else tuple(dict.fromkeys(_shape(own))))


def cell_of(node: Node, column: Column, key: str, attribute: str = "") -> Cell:
    """The cell of a column under a name."""
    if not column.is_stored:
        return Cell(key, node.value(column), attribute=attribute)
    place, table = node.place, node.place.table
    has_currency = column.type == "Money" and "transactioncurrencyid" in table.columns
    return Cell(
        key,
        node.value(column),
        column,
        attribute,
        kind=place.column(f"{column.logical_name}__table") if column.is_lookup else "",
        currency=place.column("transactioncurrencyid") if has_currency else "",
    )


def number_words(value: int) -> str:
    """A whole number as people in the United States write it."""
    return f"{value:,}"


def _root_cells(fetch: Fetch, root: Node) -> Iterator[Cell]:
    columns: list[Column] = []
    for attribute in root.entity.attributes:
        column = root.column(attribute.name)
        if attribute.alias or attribute.children:
            yield _aliased(root, column, attribute)
        elif column.is_stored:  # a lookup's or choice's "…name" is no property
            columns.append(column)
    entity = root.entity
    if entity.all_attributes or not (entity.attributes or entity.no_attributes):
        columns += _readable(root)
    if not fetch.distinct:
        table = root.place.table
        columns += [table.columns[name] for name in companions(table, columns) if name in table.columns]
    for column in dict.fromkeys(columns):
        if column.is_stored:
            yield cell_of(root, column, column.property_name)


def _linked_cells(node: Node) -> Iterator[Cell]:
    for attribute in node.entity.attributes:
        column = node.column(attribute.name)
        if attribute.alias or attribute.children:
            yield _aliased(node, column, attribute)
        else:
            yield _under_alias(node, column)
    if node.entity.all_attributes:
        yield from (_under_alias(node, column) for column in _readable(node))


def _under_alias(node: Node, column: Column) -> Cell:
    """``alias.column``; rows found by CROSS APPLY show schema names instead, as the service does."""
    key = column.schema_name if node.kind == _FIRST_ROW else f"{node.alias}.{column.logical_name}"
    return cell_of(node, column, key, column.logical_name)


def _aliased(node: Node, column: Column, attribute: Attribute) -> Cell:
    if attribute.children:
        return _children(node, column, attribute)
    return cell_of(node, column, attribute.alias, attribute.name)


def _children(node: Node, column: Column, attribute: Attribute) -> Cell:
    """How many rows are right below a row in the table's hierarchy."""
    place, table = node.place, node.place.table
    relations = [one for one in place.select.model.lookups_of(table.logical_name) if one.is_hierarchical]
    if not relations or not attribute.alias:
        raise refusals.fetch_bad_aggregate("CountChildren", column.type)
    parent = quoted(relations[0].column)
    count = f"(SELECT count(*) FROM {quoted(table.logical_name)} AS c WHERE c.{parent} = {place.key})"
    return Cell(attribute.alias, count, attribute=attribute.name, words=number_words)


def _readable(node: Node) -> list[Column]:
    return [column for column in node.place.table.stored if column.valid_for_read and column.type != "Image"]


def _shape(cells: Sequence[Cell]) -> Iterator[str]:
    return (cell.key for cell in cells if cell.column is not None and not cell.attribute)
