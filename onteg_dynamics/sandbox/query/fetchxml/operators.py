"""Operators as FetchXML writes them → SQL ("condition operator values").

Those that query functions have too stand in conditions.py; comparisons and patterns are here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.compare import compare_literal, like
from onteg_dynamics.sandbox.query.conditions import operate, typed
from onteg_dynamics.sandbox.query.fetchxml.plan import Node
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import Sql

COMPARISONS = {"eq": "eq", "ne": "ne", "neq": "ne", "gt": "gt", "ge": "ge", "lt": "lt", "le": "le"}
_CONDITIONS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterEqual",
    "lt": "LessThan",
    "le": "LessEqual",
}
_PATTERNS: dict[str, tuple[str, str, bool]] = {
    "like": ("Like", "{}", False),
    "not-like": ("NotLike", "{}", True),
    "begins-with": ("BeginsWith", "{}%", False),
    "not-begin-with": ("DoesNotBeginWith", "{}%", True),
    "ends-with": ("EndsWith", "%{}", False),
    "not-end-with": ("DoesNotEndWith", "%{}", True),
}
_LISTS = {
    "in": "In",
    "not-in": "NotIn",
    "contain-values": "ContainValues",
    "not-contain-values": "DoesNotContainValues",
}
_TWO = {
    "between": "Between",
    "not-between": "NotBetween",
    "in-fiscal-period-and-year": "InFiscalPeriodAndYear",
    "in-or-after-fiscal-period-and-year": "InOrAfterFiscalPeriodAndYear",
    "in-or-before-fiscal-period-and-year": "InOrBeforeFiscalPeriodAndYear",
}
_NAMES = {
    "on": "On",
    "not-on": "NotOn",
    "on-or-after": "OnOrAfter",
    "on-or-before": "OnOrBefore",
    "in-fiscal-period": "InFiscalPeriod",
    "in-fiscal-year": "InFiscalYear",
    "above": "Above",
    "eq-or-above": "AboveOrEqual",
    "under": "Under",
    "eq-or-under": "UnderOrEqual",
    "not-under": "NotUnder",
}
_ALONE = {
    "today": "Today",
    "tomorrow": "Tomorrow",
    "yesterday": "Yesterday",
    "last-seven-days": "Last7Days",
    "next-seven-days": "Next7Days",
    "eq-userid": "EqualUserId",
    "ne-userid": "NotEqualUserId",
    "eq-businessid": "EqualBusinessId",
    "ne-businessid": "NotEqualBusinessId",
    "eq-userlanguage": "EqualUserLanguage",
    "eq-userteams": "EqualUserTeams",
    "eq-useroruserteams": "EqualUserOrUserTeams",
    "eq-useroruserhierarchy": "EqualUserOrUserHierarchy",
    "eq-useroruserhierarchyandteams": "EqualUserOrUserHierarchyAndTeams",
}
_WINDOW = re.compile(r"(last|this|next)-(week|month|year|fiscal-period|fiscal-year)")
_COUNTED = re.compile(r"(last|next)-x-(hours|days|weeks|months|years|fiscal-periods|fiscal-years)")
_OLDER = re.compile(r"olderthan-x-(minutes|hours|days|weeks|months|years)")
_DATES = re.compile(r"(not-)?on(-or-.*)?|(last|this|next|olderthan)-.*|today|tomorrow|yesterday|in-.*fiscal.*")


def operator_sql(operator: str, node: Node, column: Column, values: Sequence[str], scope: Scope) -> Sql:
    """The SQL of a condition.

    Args:
        operator: The operator.
        node: The column's table.
        column: The column.
        values: The condition's values.
        scope: World and caller.

    Raises:
        Refusal: No such operator, or values and a column that it does not take.
    """
    if operator in {"null", "not-null"}:
        _check_count("Null" if operator == "null" else "NotNull", column, values, 0)
        return Sql(f"{node.value(column)} IS {'NOT ' if operator == 'not-null' else ''}NULL")
    if operator in COMPARISONS:
        return _compared(COMPARISONS[operator], node, column, values)
    if operator in _PATTERNS:
        return _pattern(operator, node, column, values)
    return _operated(operator, node, column, values, scope)


def converted(column: Column, value: str) -> Any:
    """A value as the store keeps it.

    Raises:
        Refusal: It is none of the column's type.
    """
    try:
        found = typed(column, value)
    except refusals.Refusal as refusal:
        name = f"{column.table}.{column.logical_name}"
        raise refusals.fetch_not_convertible(value, name, column.edm_type.replace("Edm.", "System.")) from refusal
    return found


def _compared(operator: str, node: Node, column: Column, values: Sequence[str]) -> Sql:
    _check_count(_CONDITIONS[operator], column, values, 1)
    return compare_literal(node.value(column), operator, converted(column, values[0]))


def _pattern(operator: str, node: Node, column: Column, values: Sequence[str]) -> Sql:
    name, shape, negated = _PATTERNS[operator]
    _check_count(name, column, values, 1)
    if column.edm_type != "Edm.String" or column.type == "MultiSelectPicklist":
        raise refusals.fetch_bad_operator(operator)
    return like(node.value(column), shape.format(values[0]), negated=negated)


def _operated(operator: str, node: Node, column: Column, values: Sequence[str], scope: Scope) -> Sql:
    name, needed = _named(operator)
    _check_count(name, column, values, needed)
    if _DATES.fullmatch(operator) and column.type != "DateTime":
        raise refusals.fetch_bad_operator(operator)
    if not column.is_stored:
        raise refusals.not_covered(f"the operator {operator} on {column.logical_name}")
    for value in values if operator in {*_LISTS, "between", "not-between"} else ():
        _check_value(operator, column, value)
    found = operate(name, column, list(values), node.place, scope)
    if found is None:
        raise refusals.fetch_bad_operator(operator)
    return found


def _check_value(operator: str, column: Column, value: str) -> None:
    """Choices' numbers in lists are text in the store."""
    if "contain" not in operator:
        converted(column, value)
    elif column.type != "MultiSelectPicklist":
        raise refusals.fetch_bad_operator(operator)
    elif not value.strip().lstrip("-").isdigit():
        raise refusals.fetch_not_convertible(value, f"{column.table}.{column.logical_name}", "System.Int32")


def _named(operator: str) -> tuple[str, int | None]:
    """An operator's other name, and how many values it takes: None for one or more."""
    if operator in _LISTS:
        return _LISTS[operator], None
    if operator in _TWO:
        return _TWO[operator], 2
    if operator in _ALONE or _WINDOW.fullmatch(operator):
        return _ALONE.get(operator) or _camel(operator), 0
    if operator in _NAMES or _COUNTED.fullmatch(operator) or _OLDER.fullmatch(operator):
        return _NAMES.get(operator) or _camel(operator), 1
    raise refusals.fetch_bad_operator(operator)


def _camel(operator: str) -> str:
    words = operator.replace("olderthan", "older-than").split("-")
    return "".join(word.capitalize() for word in words)


def _check_count(name: str, column: Column, values: Sequence[str], needed: int | None) -> None:
    if len(values) != needed and (needed is not None or not values):
        raise refusals.fetch_value_count(name, needed or 1, len(values), column.logical_name)
