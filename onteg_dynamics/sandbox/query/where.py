"""Filter tree → SQL condition.

Negation is pushed down to the comparisons, as the service does it: ``ne`` and ``not contains`` find rows without a
value, ``not (a gt 1)`` means ``a le 1`` and does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Navigation
from onteg_dynamics.sandbox.query.compare import compare_columns, compare_literal, like
from onteg_dynamics.sandbox.query.conditions import condition
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import NEVER, Place, Sql, Value, joined, restricted
from onteg_dynamics.sandbox.query.tree import (
    Both,
    Compare,
    Condition,
    Either,
    Expression,
    Lambda,
    Literal,
    Negation,
    Operand,
    Path,
    TextMatch,
)
from onteg_dynamics.sandbox.store.ddl import quoted

_OPPOSITE = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "ge": "lt", "lt": "ge"}
_FLIPPED = {"eq": "eq", "ne": "ne", "gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}
_KIND_NAMES = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}
_GROUPS = {
    "Edm.Int32": "number",
    "Edm.Int64": "number",
    "Edm.Decimal": "number",
    "Edm.Double": "number",
    "Edm.Date": "moment",
    "Edm.DateTimeOffset": "moment",
}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def where(expression: Expression, scope: Scope, *, negated: bool = False) -> Sql:
    """The SQL condition of a filter.

    Args:
        expression: The filter.
        scope: What its names mean.
        negated: True for its opposite.

    Raises:
        Refusal: A name that does not exist, types that do not go together, what Dataverse does not do.
    """
    writer = _WRITERS.get(type(expression))
    if writer is None:
        raise refusals.query_error("The $filter expression must evaluate to a single boolean value.")
    return writer(expression, scope, negated)


def _both(node: Both, scope: Scope, negated: bool) -> Sql:
    return joined((where(part, scope, negated=negated) for part in node.parts), "OR" if negated else "AND")


def _either(node: Either, scope: Scope, negated: bool) -> Sql:
    return joined((where(part, scope, negated=negated) for part in node.parts), "AND" if negated else "OR")


def _negation(node: Negation, scope: Scope, negated: bool) -> Sql:
    return where(node.part, scope, negated=not negated)


def _condition(node: Condition, scope: Scope, negated: bool) -> Sql:
    if negated:
        raise refusals.query_error("Not operator along with the Custom Named Condition operators is not allowed")
    return condition(node.name, node.arguments, scope)


def _compare(node: Compare, scope: Scope, negated: bool) -> Sql:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal):
        left, right, operator = right, left, _FLIPPED[operator]
    if not isinstance(left, Path):
        raise refusals.query_error("A comparison needs a property on one of its sides.")
    operator = _OPPOSITE[operator] if negated else operator
    subject = scope.value(left)
    if isinstance(right, Path):
        return _columns(subject, scope.value(right), operator)
    if right.value is None:
        return _with_null(subject, operator)
    return compare_literal(subject.sql.text, operator, _fitted(subject, right, operator))


def _columns(left: Value, right: Value, operator: str) -> Sql:
    if _group(left.kind) != _group(right.kind):
        raise _mismatch(left.kind, right.kind, operator)
    return compare_columns(left.sql.text, right.sql.text, operator)


def _with_null(subject: Value, operator: str) -> Sql:
    if operator in {"eq", "ne"}:
        return Sql(f"{subject.sql.text} IS {'NOT ' if operator == 'ne' else ''}NULL")
    return NEVER


def _fitted(subject: Value, literal: Literal, operator: str) -> Any:
    """The literal as the store keeps such a column's values."""
    value, kind = literal.value, literal.kind
    if kind == "Edm.String" and subject.kind == "Edm.Guid" and _GUID.fullmatch(str(value)):
        return str(value).lower()  # the service reads quoted GUIDs too
    if _group(kind) != _group(subject.kind):
        raise _mismatch(subject.kind, kind, operator)
    if isinstance(value, bool):
        return int(value)
    if subject.column.type == "MultiSelectPicklist":
        return _sorted_options(str(value))
    return _moment(str(value), subject.kind) if _group(kind) == "moment" else value


def _moment(text: str, kind: str) -> str:
    if kind == "Edm.Date":
        return text[:10]
    return text if "T" in text else f"{text}T00:00:00Z"


def _sorted_options(text: str) -> str:
    numbers = [part.strip() for part in text.split(",")]
    return ",".join(sorted(numbers, key=lambda part: int(part) if part.lstrip("-").isdigit() else 0))


def _group(kind: str) -> str:
    return _GROUPS.get(kind, kind)


def _mismatch(left: str, right: str, operator: str) -> refusals.Refusal:
    return refusals.query_error(
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{left}' and '{right}' for operator kind '{_KIND_NAMES[operator]}'."
    )


def _text_match(node: TextMatch, scope: Scope, negated: bool) -> Sql:
    if not isinstance(node.operand, Path):
        raise refusals.query_error(f"The first argument of '{node.function}' must be a property.")
    subject = scope.value(node.operand)
    pattern = _pattern(node.function, node.pattern)
    if subject.kind != "Edm.String":
        raise refusals.query_error(
            f"No function signature for the function with name '{node.function}' matches the specified arguments. "
            f"The function signatures considered are: {node.function}(Edm.String Nullable=true, "
            "Edm.String Nullable=true)."
        )
    return like(subject.sql.text, pattern, negated=negated)


def _pattern(function: str, operand: Operand) -> str:
    if not isinstance(operand, Literal) or not isinstance(operand.value, str) or operand.kind != "Edm.String":
        raise refusals.query_error(f"The second argument of '{function}' must be a string.")
    start = "" if function == "startswith" else "%"
    return f"{start}{operand.value}{'' if function == 'endswith' else '%'}"


def _lambda(node: Lambda, scope: Scope, negated: bool) -> Sql:
    place, steps = scope.start(node.path)
    if len(steps) != 1:
        raise refusals.query_error("A lambda expression below a lookup is not supported.")
    navigation = scope.navigation(place, steps[0])
    target = scope.world.model.table(navigation.target)
    if not navigation.is_collection or target is None:
        raise refusals.query_error(f"'{steps[0]}' is no collection-valued navigation property.")
    select = place.select.inner()
    member = select.place(target)
    link = _membership(place, member, navigation)
    body = _body(node, scope.inside(node.variable, member))
    text = f"SELECT 1 FROM {member.source}{''.join(select.joins)} WHERE {link}{body.text}"
    is_all = node.kind == "all"
    return Sql(f"{'NOT ' if is_all is not negated else ''}EXISTS ({text})", body.parameters)


def _body(node: Lambda, inner: Scope) -> Sql:
    """What the members of a collection are asked: ``all`` looks for one that does not fit."""
    if node.body is None:
        return Sql("")
    found = where(node.body, inner)
    text = f" AND ({found.text}) IS NOT 1" if node.kind == "all" else f" AND {found.text}"
    return Sql(text, found.parameters)


def _membership(place: Place, member: Place, navigation: Navigation) -> str:
    """The condition that a row is in a row's collection."""
    if navigation.relation is not None:
        column = navigation.relation.column
        return f"{member.column(column)} = {place.key} AND {restricted(member, column, place.table.logical_name)}"
    assert navigation.many is not None
    near, far = quoted(navigation.near), quoted(navigation.far)
    pairs = quoted(navigation.many.intersect)
    return f"{member.key} IN (SELECT {far} FROM {pairs} WHERE {near} = {place.key})"


_WRITERS: dict[type, Callable[[Any, Scope, bool], Sql]] = {
    Both: _both,
    Either: _either,
    Negation: _negation,
    Condition: _condition,
    Compare: _compare,
    TextMatch: _text_match,
    Lambda: _lambda,
}
