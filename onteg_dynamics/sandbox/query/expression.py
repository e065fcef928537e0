"""QueryExpression as JSON, as BulkDelete takes it → the rows that it means ("QueryExpression complex type")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.fetchxml.operators import operator_sql
from onteg_dynamics.sandbox.query.fetchxml.plan import Node
from onteg_dynamics.sandbox.query.fetchxml.tree import Entity
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Select, Sql, joined
from onteg_dynamics.sandbox.world import Caller, World

_OPERATORS = {
    "Equal": "eq",
    "NotEqual": "ne",
    "GreaterThan": "gt",
    "GreaterEqual": "ge",
    "LessThan": "lt",
    "LessEqual": "le",
    "DoesNotBeginWith": "not-begin-with",
    "DoesNotEndWith": "not-end-with",
    "EqualUserId": "eq-userid",
    "NotEqualUserId": "ne-userid",
}
_UNREAD = ("LinkEntities", "Orders", "TopCount", "SubQueryExpression")


def matching_ids(world: World, caller: Caller, document: Mapping[str, Any]) -> tuple[Table, list[str]]:
    """The ids of the rows that a query expression means.

    Args:
        world: The sandbox.
        caller: Who asks.
        document: The query expression.

    Returns:
        The table and the ids.

    Raises:
        Refusal: No such table or column, an operator that does not fit, what the sandbox does not read.
    """
    table = world.model.table(str(document.get("EntityName", "")))
    if table is None:
        raise refusals.no_such_table("LogicalName", str(document.get("EntityName", "")))
    unread = next((name for name in _UNREAD if document.get(name)), None)
    if unread is not None:
        raise refusals.not_covered(f"{unread} in a QueryExpression")
    node = Node(Entity(table.logical_name), Select(world.model, caller.rights).place(table))
    scope = Scope(world, caller, node.place)
    condition = _filter(document.get("Criteria") or {}, node, scope)
    text = f"SELECT {node.place.key} FROM {node.place.source} WHERE {condition.text}"
    return table, [str(row[0]) for row in world.store.db.execute(text, condition.parameters)]


def _filter(criteria: Mapping[str, Any], node: Node, scope: Scope) -> Sql:
    parts = [_condition(one, node, scope) for one in criteria.get("Conditions") or ()]
    parts += [_filter(one, node, scope) for one in criteria.get("Filters") or ()]
    return joined(parts, "OR" if criteria.get("FilterOperator") == "Or" else "AND") if parts else Sql("1")


def _condition(condition: Mapping[str, Any], node: Node, scope: Scope) -> Sql:
    name = str(condition.get("Operator", ""))
    operator = _OPERATORS.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=X)(?=[A-Z])", "-", name).lower()
    column = node.column(str(condition.get("AttributeName", "")))
    values = [str(_plain(value)) for value in condition.get("Values") or ()]
    return operator_sql(operator, node, column, values, scope)


def _plain(value: Any) -> Any:
    """A value stands in an object that names its .NET type."""
    return value.get("Value") if isinstance(value, dict) else value
