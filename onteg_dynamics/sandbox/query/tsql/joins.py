"""JOIN → linked tables: one equality of columns ties a table, further conditions are asked of it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from onteg_dynamics.sandbox.query.fetchxml.tree import Filter
from onteg_dynamics.sandbox.query.tsql.checks import only, unsupported
from onteg_dynamics.sandbox.query.tsql.conditions import Conditions
from onteg_dynamics.sandbox.query.tsql.tables import Named, Tables


@dataclass(frozen=True)
class Join:
    """A joined table.

    Attributes:
        alias: Its alias.
        kind: ``inner`` or ``outer``.
        source: Its column.
        target: The column of a table before it.
        filters: What is asked of it alone.
    """

    alias: str
    kind: str
    source: str
    target: Named
    filters: tuple[Filter, ...]


def read_join(node: exp.Expression, tables: Tables, now: datetime) -> Join:
    """The linked table that a JOIN is.

    Args:
        node: The JOIN.
        tables: The tables before it; it is added.
        now: What GETUTCDATE gives.

    Raises:
        Refusal: A kind of JOIN, or a condition, that the service does not read.
    """
    only(node, "this", "on", "side", "kind")
    side, kind = str(node.args.get("side") or "").upper(), str(node.args.get("kind") or "").upper()
    if (side, kind) not in {("", ""), ("", "INNER"), ("LEFT", ""), ("LEFT", "OUTER")} or not node.args.get("on"):
        raise unsupported(f"{f'{side} {kind}'.strip() or 'a'} JOIN")
    alias = tables.add(node.this)
    parts = list(_parts(node.args["on"]))
    ties = [tie for part in parts if (tie := _tie(part, alias, tables))]
    if len(ties) != 1:
        raise unsupported("JOIN without one equality of columns of the two tables")
    conditions = Conditions(tables, now, alias)
    filters = tuple(conditions.read(part) for part in parts if not _tie(part, alias, tables))
    return Join(alias, "outer" if side else "inner", ties[0][0], ties[0][1], filters)


def _parts(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.And):
        yield from _parts(node.this)
        yield from _parts(node.expression)
    elif isinstance(node, exp.Paren) and isinstance(node.this, exp.And | exp.EQ | exp.Paren):
        yield from _parts(node.this)
    else:
        yield node


def _tie(node: exp.Expression, alias: str, tables: Tables) -> tuple[str, Named] | None:
    """The joined table's column and the other one, where a part is an equality of two columns."""
    if not isinstance(node, exp.EQ):
        return None
    if not (isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column)):
        return None
    one, other = tables.column(node.this), tables.column(node.expression)
    if (one.alias == alias) is (other.alias == alias):
        raise unsupported("JOIN on other than columns of the two tables")
    return (one.name, other) if one.alias == alias else (other.name, one)
