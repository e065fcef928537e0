"""A tree laid out as tables: what is joined to what, and what the names in it mean ("Join tables using FetchXml")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, ManyToMany, Model, Table
from onteg_dynamics.sandbox.query.fetchxml.tree import Entity, Link
from onteg_dynamics.sandbox.query.labels import choice_label, lookup_name
from onteg_dynamics.sandbox.query.sql import Place, Select
from onteg_dynamics.sandbox.store.ddl import quoted

SUBQUERIES = frozenset({"exists", "in"})
_UNJOINABLE = frozenset({"File", "Image", "MultiSelectPicklist", "PartyList"})
_LABELLED = frozenset({"Picklist", "State", "Status", "Boolean"})


@dataclass(frozen=True)
class Node:
    """A table of the query.

    Attributes:
        entity: What is asked of it.
        place: The table in the SELECT.
        link: The link that leads to it, or None at the root.
        on: The SQL condition that ties it to the table around it.
        is_single: True where it has at most one row for each row around it.
        parent: The table around it, or None at the root.
    """

    entity: Entity
    place: Place
    link: Link | None = None
    on: str = "1"
    is_single: bool = True
    parent: Node | None = None

    @property
    def alias(self) -> str:
        """Its name in the query; empty at the root."""
        return self.link.alias if self.link is not None else ""

    @property
    def kind(self) -> str:
        """The type of its link; empty at the root."""
        return self.link.kind if self.link is not None else ""

    def column(self, name: str) -> Column:
        """One of its columns.

        Raises:
            Refusal: There is no such column.
        """
        column = self.place.table.columns.get(name)
        if column is None:
            raise refusals.fetch_no_column(self.place.table.logical_name, name)
        return column

    def value(self, column: Column) -> str:
        """The SQL of a column's value; a lookup's or choice's ``…name`` is what a person reads there."""
        if column.is_stored:
            return self.place.column(column.logical_name)
        base = self.place.table.columns.get(column.attribute_of or "")
        if base is None or not base.is_stored:
            raise refusals.not_covered(f"the column {column.logical_name} in FetchXML")
        if base.is_lookup:
            return lookup_name(self.place, base)
        if base.type not in _LABELLED:
            raise refusals.not_covered(f"the column {column.logical_name} in FetchXML")
        return choice_label(self.place, base)


@dataclass(frozen=True)
class Names:
    """What names of linked tables mean where a condition or order stands."""

    nodes: Sequence[Node]

    def node(self, name: str) -> Node:
        """The table of a name.

        Raises:
            Refusal: No table, or more than one, has that name.
        """
        given = [node for node in self.nodes if node.link is not None and node.link.named and node.alias == name]
        found = given or [node for node in self.nodes if not _is_named(node) and node.entity.table == name]
        if len(found) != 1:
            raise refusals.fetch_no_alias(name)
        return found[0]

    def inside(self, nodes: Sequence[Node]) -> Names:
        """These names and those of a SELECT inside."""
        return Names((*self.nodes, *nodes))


def table_of(model: Model, name: str) -> Table:
    """The table of a logical name.

    Raises:
        Refusal: There is no such table.
    """
    table = model.table(name)
    if table is None:
        raise refusals.fetch_no_table(name)
    return table


def lay_out(select: Select, entity: Entity) -> tuple[Node, ...]:
    """The tables of a query that are joined, the root first."""
    root = Node(entity, select.place(table_of(select.model, entity.table)))
    return (root, *_joined(root))


def linked(select: Select, parent: Node, link: Link) -> tuple[Node, ...]:
    """A linked table and those joined to it, in a SELECT of their own."""
    node = _link(select, parent, link)
    return (node, *_joined(node))


def _is_named(node: Node) -> bool:
    return node.link is not None and node.link.named


def _joined(parent: Node) -> Iterator[Node]:
    for link in parent.entity.links:
        if link.kind not in SUBQUERIES:
            node = _link(parent.place.select, parent, link)
            yield node
            yield from _joined(node)


def _link(select: Select, parent: Node, link: Link) -> Node:
    table = table_of(select.model, link.entity.table)
    source, target = _columns(select.model, parent.place.table, table, link)
    if not source or not target:
        return _through_pairs(select, parent, link, table)
    node = Node(link.entity, select.place(table), link, parent=parent)
    one, other = node.column(source), parent.column(target)
    if not _joinable(one, other):
        raise refusals.fetch_bad_join(source, target)
    on = f"{node.value(one)} = {parent.value(other)}"
    return replace(node, on=on, is_single=source == table.primary_id)


def _columns(model: Model, parent: Table, table: Table, link: Link) -> tuple[str, str]:
    """The columns that tie two tables; where one is left out, their relationships tell it."""
    if bool(link.source) is bool(link.target):
        return link.source, link.target
    pairs = {
        pair
        for pair in _related(model, parent, table)
        if (pair[0] == link.source if link.source else pair[1] == link.target)
    }
    if len(pairs) != 1:
        raise refusals.fetch_no_relationship(parent.logical_name, table.logical_name)
    return pairs.pop()


def _related(model: Model, parent: Table, table: Table) -> Iterator[tuple[str, str]]:
    for relation in model.lookups_of(parent.logical_name):
        if relation.target == table.logical_name:
            yield table.primary_id, relation.column
    for relation in model.lookups_of(table.logical_name):
        if relation.target == parent.logical_name:
            yield relation.column, parent.primary_id


def _through_pairs(select: Select, parent: Node, link: Link, table: Table) -> Node:
    """Neither column given: the two tables' own many-to-many relationship."""
    found = [many for many in select.model.many_to_many if _ties(many, parent.place.table, table)]
    if len(found) != 1:
        raise refusals.fetch_no_relationship(parent.place.table.logical_name, table.logical_name)
    many, place = found[0], select.place(table)
    near, far = _ends(many, parent.place.table)
    pairs = f"SELECT {quoted(far)} FROM {quoted(many.intersect)} WHERE {quoted(near)} = {parent.place.key}"
    return Node(link.entity, place, link, f"{place.key} IN ({pairs})", is_single=False, parent=parent)


def _ties(many: ManyToMany, one: Table, other: Table) -> bool:
    return not many.is_custom and {many.table1, many.table2} == {one.logical_name, other.logical_name}


def _ends(many: ManyToMany, near: Table) -> tuple[str, str]:
    if many.table1 == near.logical_name:
        return many.column1, many.column2
    return many.column2, many.column1


def _joinable(one: Column, other: Column) -> bool:
    if {one.type, other.type} & _UNJOINABLE:
        return False
    return one.edm_type == other.edm_type
