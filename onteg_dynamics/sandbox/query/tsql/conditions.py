"""WHERE and ON → filters. A comparison with a column that has no value does not hold, as everywhere in SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from sqlglot import exp

from onteg_dynamics.sandbox.query.fetchxml.tree import Condition, Filter
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported
from onteg_dynamics.sandbox.query.tsql.tables import Named, Tables
from onteg_dynamics.sandbox.query.tsql.values import constant

_COMPARISONS: dict[type[exp.Expression], tuple[str, str]] = {
    exp.EQ: ("eq", "eq"),
    exp.NEQ: ("ne", "ne"),
    exp.GT: ("gt", "lt"),
    exp.GTE: ("ge", "le"),
    exp.LT: ("lt", "gt"),
    exp.LTE: ("le", "ge"),
}


class Conditions:
    """Reads conditions.

    Args:
        tables: What names mean.
        now: What GETUTCDATE gives.
        own: The alias whose columns stand in the table's own filter, or None where all columns name their tables.
    """

    def __init__(self, tables: Tables, now: datetime, own: str | None = None) -> None:
        self._tables = tables
        self._now = now
        self._own = own
        self._readers: dict[type[exp.Expression], Callable[[exp.Expression], Filter]] = {
            exp.And: lambda node: self._both("AND", node),
            exp.Or: lambda node: self._both("OR", node),
            exp.Paren: lambda node: self.read(node.this),
            exp.Not: self._opposite,
            exp.Like: self._like,
            exp.In: self._in,
            exp.Between: self._between,
            exp.Is: self._is,
            **dict.fromkeys(_COMPARISONS, self._compared),
        }

    def read(self, node: exp.Expression) -> Filter:
        """The filter that a condition is.

        Raises:
            Refusal: It is none that the service reads.
        """
        reader = self._readers.get(type(node))
        if reader is None:
            raise unsupported(f"{type(node).__name__} as a condition")
        return reader(node)

    def _both(self, word: str, node: exp.Expression) -> Filter:
        assert isinstance(node, exp.Connector)
        return Filter(word, tuple(self.read(cast("exp.Expression", part)) for part in node.flatten(unnest=False)))

    def _compared(self, node: exp.Expression) -> Filter:
        operator, flipped = _COMPARISONS[type(node)]
        one, other = node.this, node.expression
        if not isinstance(one, exp.Column):
            one, other, operator = other, one, flipped
        column = self._column(one)
        if isinstance(other, exp.Null):
            return Filter("AND", (self._condition(column, "null"), self._condition(column, "not-null")))
        value = constant(other, self._now)
        condition = self._condition(column, operator, value)
        return self._present(column, condition) if operator == "ne" else Filter("AND", (condition,))

    def _opposite(self, node: exp.Expression) -> Filter:
        """NOT stands before the whole in some versions of the parser, inside it in others."""
        inside = node.this
        if isinstance(inside, exp.Like):
            return self._like(inside, negated=True)
        if isinstance(inside, exp.In):
            return self._in(inside, negated=True)
        if isinstance(inside, exp.Is):
            return self._is(inside, negated=True)
        raise unsupported("NOT before other than LIKE, IN and NULL")

    def _like(self, node: exp.Expression, *, negated: bool = False) -> Filter:
        only(node, "this", "expression", "negate")
        column, value = self._column(node.this), constant(node.expression, self._now)
        if negated is bool(node.args.get("negate")):
            return Filter("AND", (self._condition(column, "like", value),))
        return self._present(column, self._condition(column, "not-like", value))

    def _in(self, node: exp.Expression, *, negated: bool = False) -> Filter:
        only(node, "this", "expressions", "negate")
        column, values = self._column(node.this), [constant(one, self._now) for one in node.expressions]
        if negated is bool(node.args.get("negate")):
            return Filter("AND", (self._condition(column, "in", *values),))
        return self._present(column, self._condition(column, "not-in", *values))

    def _between(self, node: exp.Expression) -> Filter:
        only(node, "this", "low", "high")
        column, values = self._column(node.this), [constant(node.args[name], self._now) for name in ("low", "high")]
        return Filter("AND", (self._condition(column, "between", *values),))

    def _is(self, node: exp.Expression, *, negated: bool = False) -> Filter:
        only(node, "this", "expression", "negate")
        if not isinstance(node.expression, exp.Null):
            raise unsupported("IS before other than NULL")
        operator = "null" if negated is bool(node.args.get("negate")) else "not-null"
        return Filter("AND", (self._condition(self._column(node.this), operator),))

    def _column(self, node: exp.Expression) -> Named:
        column = self._tables.column(node)
        if self._own is not None and column.alias != self._own:
            raise unsupported("further conditions in ON on other than the joined table")
        return column

    def _condition(self, column: Named, operator: str, *values: str) -> Condition:
        return Condition(column.name, operator, values, "" if self._own is not None else column.alias)

    def _present(self, column: Named, condition: Condition) -> Filter:
        """FetchXML's negated operators find rows without a value, those of SQL do not."""
        return Filter("AND", (condition, self._condition(column, "not-null")))
