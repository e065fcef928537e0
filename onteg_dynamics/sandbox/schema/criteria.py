"""Conditions on definitions, as RetrieveMetadataChanges takes them ("Query schema definitions")."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.members import Node

Test = Callable[[Node], bool]

_DEEPEST = 50
_NUMBERS = frozenset({"System.Int32", "System.Int64", "System.Double", "System.Decimal"})


def read_criteria(criteria: Mapping[str, Any] | None, depth: int = 0) -> Test:
    """A MetadataFilterExpression as a test of definitions; none lets everything pass.

    Raises:
        Refusal: An operator that does not exist, a value that cannot be read, filters nested too deep.
    """
    if criteria is None:
        return lambda _node: True
    if depth > _DEEPEST:
        raise refusals.bad_definition("The filters are nested too deep.")
    tests = [_condition(item) for item in criteria.get("Conditions") or ()]
    tests += [read_criteria(item, depth + 1) for item in criteria.get("Filters") or ()]
    if not tests:
        return lambda _node: True
    if (criteria.get("FilterOperator") or "And") == "Or":
        return lambda node: any(test(node) for test in tests)
    return lambda node: all(test(node) for test in tests)


def _condition(condition: Mapping[str, Any]) -> Test:
    name = str(condition.get("PropertyName"))
    compare = _OPERATORS.get(str(condition.get("ConditionOperator") or "Equals"))
    if compare is None:
        raise refusals.bad_definition(f"The condition operator '{condition.get('ConditionOperator')}' is not known.")
    expected = _value(condition.get("Value"))
    return lambda node: compare(_member(node, name), expected)


def _member(node: Node, name: str) -> Any:
    """A member's plain value; a managed property stands for its value, a member of other types for null."""
    if name not in node.type.members:
        return None
    value = node.value(name)
    if isinstance(value, dict) and "Value" in value:
        return value["Value"]
    if isinstance(value, dict | list):
        raise refusals.bad_definition(f"Conditions on '{name}' are not possible: it is a label or a collection.")
    return value


def _value(value: Any) -> Any:
    """An ``Object``: a .NET type's name and a text, as the service takes any value."""
    if value is None or value.get("Value") is None:
        return None
    kind, text = str(value.get("Type")), value["Value"]
    if kind.endswith("[]"):
        items = _json(text) if isinstance(text, str) else text
        return [_plain(kind[:-2], item) for item in items]
    return _plain(kind, text)


def _plain(kind: str, text: Any) -> Any:
    try:
        if kind == "System.Boolean":
            return {"true": True, "false": False}[str(text).lower()]
        if kind in _NUMBERS:
            return float(text)
    except (KeyError, ValueError) as error:
        raise refusals.bad_definition(f"'{text}' is no {kind}.") from error
    return str(text).lower() if kind == "System.Guid" else str(text)


def _json(text: str) -> list[Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise refusals.bad_definition("A list of values must be a JSON array.") from error
    if not isinstance(found, list):
        raise refusals.bad_definition("A list of values must be a JSON array.")
    return found


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, expected: Any) -> bool:
        numbers = isinstance(value, int | float) and isinstance(expected, int | float)
        return (numbers or (isinstance(value, str) and isinstance(expected, str))) and compare(value, expected)

    return test


def _among(value: Any, expected: Any) -> bool:
    return value in (expected if isinstance(expected, list) else [expected])


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "In": _among,
    "NotIn": lambda value, expected: not _among(value, expected),
    "GreaterThan": _ordered(operator.gt),
    "LessThan": _ordered(operator.lt),
}
