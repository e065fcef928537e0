"""What rows are ordered by ("Order rows using FetchXml"): choices by their labels, lookups by names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.fetchxml.plan import Names, Node
from onteg_dynamics.sandbox.query.fetchxml.tree import Fetch, Order
from onteg_dynamics.sandbox.query.labels import choice_label, lookup_name
from onteg_dynamics.sandbox.query.order import NUMERIC, SortKey

_CHOICES = frozenset({"Picklist", "State", "Status"})


def row_keys(fetch: Fetch, nodes: Sequence[Node], names: Names) -> tuple[SortKey, ...]:
    """What the rows of a query are ordered by, without what makes the order total.

    Raises:
        Refusal: An order names an alias or no column.
    """
    return tuple(_row_key(fetch, node, order) for node, order in _ordered(nodes, names))


def identity_keys(nodes: Sequence[Node]) -> tuple[SortKey, ...]:
    """What tells one row of a result from another: the ids of all tables that may have several rows."""
    root, *others = nodes
    several = [node for node in others if not node.is_single and node.kind != "matchfirstrowusingcrossapply"]
    own = SortKey(root.place.table.primary_id, root.place.key)
    return (own, *(SortKey(f"{node.alias}_{node.place.table.primary_id}", node.place.key) for node in several))


def is_root_only(nodes: Sequence[Node], names: Names) -> bool:
    """True where rows are ordered by columns of the root alone: such pages can be found again by a cookie."""
    return all(node.link is None for node, _ in _ordered(nodes, names))


def person_sql(node: Node, column: Column, *, raw: bool = False) -> tuple[str, bool]:
    """The SQL by which people would sort a column, and whether it gives numbers."""
    if column.is_lookup:
        return lookup_name(node.place, column), False
    if column.type in _CHOICES and not raw:
        return choice_label(node.place, column), not column.options
    return node.value(column), column.edm_type in NUMERIC


def _ordered(nodes: Sequence[Node], names: Names) -> Iterator[tuple[Node, Order]]:
    for node in nodes:
        for order in node.entity.orders:
            yield names.node(order.entity) if order.entity else node, order


def _row_key(fetch: Fetch, node: Node, order: Order) -> SortKey:
    if order.alias:
        raise refusals.fetch_order_by_alias()
    if not order.attribute:
        raise refusals.fetch_order_needs_attribute()
    sql, numeric = person_sql(node, node.column(order.attribute), raw=fetch.raw_order)
    return SortKey(order.attribute, sql, order.descending, numeric=numeric)
