"""QueryExpression as JSON, as BulkDelete takes it → the rows that it means ("QueryExpression complex type").

It becomes the tree that FetchXML has too. What is ordered does not matter here, and what is shown neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.fetchxml.filters import Filters
from onteg_dynamics.sandbox.query.fetchxml.plan import Names, lay_out
from onteg_dynamics.sandbox.query.fetchxml.tree import Condition, Entity, Filter, Link
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Select
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
_JOINS = {"Inner": "inner", "LeftOuter": "outer", "Natural": "natural", "Exists": "exists", "In": "in"}
_UNREAD = ("TopCount", "SubQueryExpression")
_MAX_DEPTH = 100


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
    nodes = lay_out(Select(world.model, caller.rights), _Reader().entity(table.logical_name, document, "Criteria"))
    place = nodes[0].place
    source = Filters(Scope(world, caller, place), Names(nodes)).source(nodes)
    found = world.store.db.execute(f"SELECT DISTINCT {place.key} {source.text}", source.parameters)
    return table, [str(row[0]) for row in found]


class _Reader:
    """Reads the parts; linked tables without an alias are numbered as they come."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def entity(self, name: str, document: Mapping[str, Any], criteria: str, depth: int = 0) -> Entity:
        """A table with its conditions and the tables linked to it."""
        if depth > _MAX_DEPTH:
            raise refusals.fetch_too_many_links()
        return Entity(
            table=name,
            filters=(_filter(_object(document.get(criteria))),),
            links=tuple(self._link(_object(one), depth) for one in _list(document.get("LinkEntities"))),
        )

    def _link(self, document: Mapping[str, Any], depth: int) -> Link:
        name, kind = str(document.get("LinkToEntityName", "")), str(document.get("JoinOperator") or "Inner")
        if kind not in _JOINS:
            raise refusals.not_covered(f"the JoinOperator {kind[:100]} in a QueryExpression")
        alias = str(document.get("EntityAlias") or "")
        return Link(
            entity=self.entity(name, document, "LinkCriteria", depth + 1),
            kind=_JOINS[kind],
            source=str(document.get("LinkToAttributeName", "")),
            target=str(document.get("LinkFromAttributeName", "")),
            alias=alias or f"{name}{next(self._numbers)}",
            named=bool(alias),
        )


def _filter(criteria: Mapping[str, Any], depth: int = 0) -> Filter:
    if depth > _MAX_DEPTH:
        raise refusals.fetch_too_many_conditions()
    conditions = [_condition(_object(one)) for one in _list(criteria.get("Conditions"))]
    inner = [_filter(_object(one), depth + 1) for one in _list(criteria.get("Filters"))]
    return Filter("OR" if criteria.get("FilterOperator") == "Or" else "AND", (*conditions, *inner))


def _condition(condition: Mapping[str, Any]) -> Condition:
    name = str(condition.get("Operator", ""))
    return Condition(
        attribute=str(condition.get("AttributeName", "")),
        operator=_OPERATORS.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=X)(?=[A-Z])", "-", name).lower(),
        values=tuple(str(_plain(value)) for value in _list(condition.get("Values"))),
        entity=str(condition.get("EntityName") or ""),
    )


def _plain(value: Any) -> Any:
    """A value stands in an object that names its .NET type."""
    return value.get("Value") if isinstance(value, dict) else value


def _object(value: Any) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise refusals.payload_error("", "A JSON object was expected in the QueryExpression.")
    return value or {}


def _list(value: Any) -> Sequence[Any]:
    if value is not None and not isinstance(value, list):
        raise refusals.payload_error("", "A JSON array was expected in the QueryExpression.")
    return value or ()
