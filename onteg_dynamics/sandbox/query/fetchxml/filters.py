"""Filters and linked tables without columns → SQL conditions ("Filter rows using FetchXml")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.fetchxml.operators import COMPARISONS, operator_sql
from onteg_dynamics.sandbox.query.fetchxml.plan import SUBQUERIES, Names, Node, linked
from onteg_dynamics.sandbox.query.fetchxml.tree import Condition, Filter, Link
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Sql, joined

_SQL = {"eq": "=", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True)
class Conditions:
    """Writes the conditions of a query.

    Attributes:
        scope: World and caller.
        names: What names of linked tables mean.
    """

    scope: Scope
    names: Names

    def of(self, node: Node) -> list[Sql]:
        """What is asked of a table itself: its filters, and the rows that must exist below it."""
        found = [self._filter(node, one) for one in node.entity.filters]
        return found + [self._exists(node, link) for link in node.entity.links if link.kind in SUBQUERIES]

    def _filter(self, node: Node, part: Filter) -> Sql:
        parts = [self._part(node, one) for one in part.parts]
        return joined(parts, part.word) if parts else Sql("1")

    def _part(self, node: Node, part: Condition | Filter | Link) -> Sql:
        if isinstance(part, Filter):
            return self._filter(node, part)
        return self._condition(node, part) if isinstance(part, Condition) else self._exists(node, part)

    def _condition(self, node: Node, part: Condition) -> Sql:
        subject = self.names.node(part.entity) if part.entity else node
        column = subject.column(part.attribute)
        if part.other:
            return self._columns(subject, part)
        return operator_sql(part.operator, subject, column, part.values, self.scope)

    def _columns(self, node: Node, part: Condition) -> Sql:
        """A column compared with another (``valueof``), perhaps of a linked table."""
        alias, dot, name = part.other.rpartition(".")
        other = self.names.node(alias) if dot else node
        operator = COMPARISONS.get(part.operator)
        if operator is None:
            raise refusals.fetch_bad_operator(part.operator)
        one, two = node.column(part.attribute), other.column(name)
        if one.edm_type != two.edm_type:
            raise refusals.fetch_bad_join(part.attribute, part.other)
        return Sql(f"{node.value(one)} {_SQL[operator]} {other.value(two)}")

    def _exists(self, parent: Node, link: Link) -> Sql:
        """Rows of a linked table that must exist, or must not; ``all`` means that none of those there fits."""
        if link.kind == "all":
            some = self._rows(parent, link, filtered=False)
            fitting = self._rows(parent, link, filtered=True)
            return joined([Sql(f"EXISTS ({some.text})", some.parameters), _none(fitting)], "AND")
        found = self._rows(parent, link, filtered=True)
        return _none(found) if link.kind == "not any" else Sql(f"EXISTS ({found.text})", found.parameters)

    def _rows(self, parent: Node, link: Link, *, filtered: bool) -> Sql:
        nodes = linked(parent.place.select.inner(), parent, link)
        inner = Conditions(self.scope, self.names.inside(nodes))
        source, conditions = inner.joins(nodes)
        asked = conditions if filtered else []
        condition = joined([Sql(nodes[0].on), *asked], "AND")
        return Sql(f"SELECT 1 FROM {source.text} WHERE {condition.text}", source.parameters + condition.parameters)

    def joins(self, nodes: Sequence[Node]) -> tuple[Sql, list[Sql]]:
        """What stands after FROM, and the conditions for WHERE; those of an outer join stand beside it."""
        source, conditions = Sql(nodes[0].place.source), self.of(nodes[0])
        for node in nodes[1:]:
            own = self.of(node)
            if node.link is not None and node.link.kind == "outer":
                source = _joined(source, "LEFT JOIN", node, own)
            else:
                source = _joined(source, "JOIN", node, [self._first(node)] if _is_first(node) else [])
                conditions += own
        return source, conditions

    def _first(self, node: Node) -> Sql:
        """Of the matching rows the first one only."""
        assert node.link is not None
        parent = self._parent(node)
        nodes = linked(node.place.select.inner(), parent, node.link)
        own = Conditions(self.scope, self.names.inside(nodes)).of(nodes[0])
        condition = joined([Sql(nodes[0].on), *own], "AND")
        text = f"SELECT min({nodes[0].place.key}) FROM {nodes[0].place.source} WHERE {condition.text}"
        return Sql(f"{node.place.key} = ({text})", condition.parameters)

    def _parent(self, node: Node) -> Node:
        return next(one for one in self.names.nodes if node.link in one.entity.links)


def _is_first(node: Node) -> bool:
    return node.link is not None and node.link.kind == "matchfirstrowusingcrossapply"


def _joined(source: Sql, word: str, node: Node, conditions: list[Sql]) -> Sql:
    on = joined([Sql(node.on), *conditions], "AND")
    return Sql(f"{source.text} {word} {node.place.source} ON {on.text}", source.parameters + on.parameters)


def _none(rows: Sql) -> Sql:
    return Sql(f"NOT EXISTS ({rows.text})", rows.parameters)
