"""Filters and links → FROM and WHERE ("Filter rows using FetchXml", "Join tables using FetchXml").

A filter inside a linked table belongs to the join; one that names another table is asked afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.compare import compare_columns
from onteg_dynamics.sandbox.query.fetchxml.operators import COMPARISONS, operator_sql
from onteg_dynamics.sandbox.query.fetchxml.plan import SUBQUERIES, Names, Node, linked
from onteg_dynamics.sandbox.query.fetchxml.tree import Condition, Filter, Link
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import ALWAYS, Sql, joined, run_on


@dataclass(frozen=True)
class Filters:
    """Writes the filters of a query.

    Args:
        scope: World and caller.
        names: What names of linked tables mean.
    """

    scope: Scope
    names: Names

    def source(self, nodes: Sequence[Node], more: Sequence[Sql] = ()) -> Sql:
        """FROM and WHERE.

        Args:
            nodes: The tables that are joined, the root first.
            more: Further conditions.

        Raises:
            Refusal: Names that do not exist, conditions that do not fit.
        """
        root, *others = nodes
        start = Sql(f"FROM {root.place.source}")
        return run_on([start, *map(self._join, others), Sql(" WHERE "), self._where(nodes, more)])

    def _where(self, nodes: Sequence[Node], more: Sequence[Sql]) -> Sql:
        root, *others = nodes
        parts = [*more, *(self._filter(one, root) for one in root.entity.filters), *self._tests(root)]
        parts += [self._filter(one, node) for node in others for one in node.entity.filters if _is_late(one)]
        return _all(parts)

    def _join(self, node: Node) -> Sql:
        if node.kind == "matchfirstrowusingcrossapply":
            return self._join_first(node)
        word = "LEFT JOIN" if node.kind == "outer" else "JOIN"
        return run_on([Sql(f" {word} {node.place.source} ON "), _all([Sql(node.on), *self._own(node)])])

    def _join_first(self, node: Node) -> Sql:
        """One row only, whichever; the smallest id gives the same one each time."""
        assert node.link is not None
        assert node.parent is not None
        inner, *_ = linked(node.place.select.inner(), node.parent, node.link)
        condition = _all([Sql(inner.on), *self._own(inner)])
        key = inner.place.key
        return run_on(
            [
                Sql(f" JOIN {node.place.source} ON {node.place.key} = (SELECT {key} FROM {inner.place.source} WHERE "),
                condition,
                Sql(f" ORDER BY {key} LIMIT 1)"),
            ]
        )

    def _own(self, node: Node) -> list[Sql]:
        """What belongs to the join: the filters that speak of this table only."""
        filters = [self._filter(one, node) for one in node.entity.filters if not _is_late(one)]
        return [*filters, *self._tests(node)]

    def _tests(self, node: Node) -> list[Sql]:
        return [self._exists(node, link) for link in node.entity.links if link.kind in SUBQUERIES]

    def _filter(self, one: Filter, node: Node) -> Sql:
        parts = [self._part(part, node) for part in one.parts]
        return joined(parts, one.word) if parts else ALWAYS

    def _part(self, part: Condition | Filter | Link, node: Node) -> Sql:
        if isinstance(part, Filter):
            return self._filter(part, node)
        return self._condition(part, node) if isinstance(part, Condition) else self._related(part, node)

    def _condition(self, condition: Condition, node: Node) -> Sql:
        place = self.names.node(condition.entity) if condition.entity else node
        column = place.column(condition.attribute)
        if not condition.other:
            return operator_sql(condition.operator, place, column, condition.values, self.scope)
        operator = COMPARISONS.get(condition.operator)
        if operator is None:
            raise refusals.fetch_bad_operator(condition.operator)
        alias, dot, name = condition.other.rpartition(".")
        other = self.names.node(alias) if dot else place
        second = other.column(name)
        if column.edm_type != second.edm_type:
            raise refusals.fetch_bad_join(condition.attribute, condition.other)
        return compare_columns(place.value(column), other.value(second), operator)

    def _related(self, link: Link, node: Node) -> Sql:
        """What is asked of linked rows; ``all`` and ``not all`` are the opposite of what their names say."""
        if link.kind == "not any":
            return _not(self._exists(node, link))
        if link.kind != "all":
            return self._exists(node, link)
        bare = replace(link, entity=replace(link.entity, filters=(), links=()))
        return joined([self._exists(node, bare), _not(self._exists(node, link))], "AND")

    def _exists(self, node: Node, link: Link) -> Sql:
        """``in`` finds the same rows as ``exists``; neither shows columns."""
        if link.entity.attributes or link.entity.all_attributes:
            raise refusals.fetch_bad_node("attribute")
        nodes = linked(node.place.select.inner(), node, link)
        inside = replace(self, names=self.names.inside(nodes))
        source = inside.source(nodes, [Sql(nodes[0].on)])
        return run_on([Sql("EXISTS (SELECT 1 "), source, Sql(")")])


def _all(parts: Sequence[Sql]) -> Sql:
    return joined(parts, "AND") if parts else ALWAYS


def _not(part: Sql) -> Sql:
    return Sql(f"NOT {part.text}", part.parameters)


def _is_late(one: Filter) -> bool:
    return any(condition.entity or "." in condition.other for condition in _conditions(one))


def _conditions(one: Filter) -> Iterator[Condition]:
    for part in one.parts:
        if isinstance(part, Condition):
            yield part
        elif isinstance(part, Filter):
            yield from _conditions(part)
