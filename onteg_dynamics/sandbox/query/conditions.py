"""The query functions of the namespace Microsoft.Dynamics.CRM; FetchXML's operators are the same under other names.

Follows "Microsoft Dataverse Web API query functions" and "ConditionOperator".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column
from onteg_dynamics.sandbox.query.scope import Scope
from onteg_dynamics.sandbox.query.sql import NEVER, Place, Sql, joined
from onteg_dynamics.sandbox.query.windows import Window, counted_window, fixed_window, midnight, months_from
from onteg_dynamics.sandbox.store.ddl import quoted

_VALUE_NAMES = {"PropertyName", "PropertyValue", "PropertyValue1", "PropertyValue2", "PropertyValues"}
_NUMBERS = frozenset({"Integer", "BigInt", "Picklist", "State", "Status", "Boolean", "Decimal", "Money", "Double"})
_FINE = ("Hours", "Minutes")
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_LANGUAGE = 1033


def condition(name: str, arguments: Mapping[str, Any], scope: Scope) -> Sql:
    """The SQL of a query function.

    Args:
        name: Its name without the namespace.
        arguments: Its named arguments.
        scope: What its names mean.

    Raises:
        Refusal: No such function; arguments that it does not take.
    """
    unknown = arguments.keys() - _VALUE_NAMES
    if unknown or not isinstance(arguments.get("PropertyName"), str):
        raise _no_signature(name)
    column = scope.column(arguments["PropertyName"])
    values = _values(arguments)
    found = operate(name, column, values, scope.innermost, scope)
    if found is None:
        raise _no_signature(name)
    return found


def operate(name: str, column: Column, values: Sequence[Any], place: Place, scope: Scope) -> Sql | None:
    """The SQL of an operator on a column, or None where there is no such operator.

    Args:
        name: The operator as the query functions name it.
        column: The column.
        values: Its values.
        place: The column's table in the query.
        scope: World and caller.

    Raises:
        Refusal: Values that the operator does not take.
    """
    subject = place.column(column.logical_name)
    window = _window(name, column, values, scope.world.clock())
    if window is not None or name in _FISCAL:
        return _timed(name, subject, column, values, window)
    if name in _LISTS:
        return _LISTS[name](subject, column, values)
    if name in _PEOPLE and not values:
        return _about(name, subject, column, scope)
    return _hierarchy(name, subject, values, place, scope) if name in _HIERARCHY else None


def _window(name: str, column: Column, values: Sequence[Any], now: datetime) -> Window | None:
    return fixed_window(name, now) if not values else _counted(name, column, values, now) or _dated(name, values)


def _timed(name: str, subject: str, column: Column, values: Sequence[Any], window: Window | None) -> Sql:
    if column.type != "DateTime":
        raise _not_for(name, column)
    if window is None:
        return _fiscal(name, subject, _integers(name, values))
    found = _within(subject, column, window)
    return Sql(f"(NOT {found.text} OR {subject} IS NULL)", found.parameters) if name == "NotOn" else found


def _about(name: str, subject: str, column: Column, scope: Scope) -> Sql:
    if column.edm_type != ("Edm.Int32" if name == "EqualUserLanguage" else "Edm.Guid"):
        raise _not_for(name, column)
    return _PEOPLE[name](subject, scope)


def _not_for(name: str, column: Column) -> refusals.Refusal:
    return refusals.query_error(f"The operator '{name}' is not valid for the column '{column.logical_name}'.")


def _values(arguments: Mapping[str, Any]) -> list[Any]:
    many = arguments.get("PropertyValues")
    if many is not None:
        return list(many) if isinstance(many, list) else [many]
    names = ("PropertyValue", "PropertyValue1", "PropertyValue2")
    return [arguments[name] for name in names if name in arguments]


def _counted(name: str, column: Column, values: Sequence[Any], now: datetime) -> Window | None:
    if "X" not in name or len(values) != 1:
        return None
    number = _integers(name, values)[0]
    if number <= 0:
        raise refusals.query_error(f"The value of '{name}' must be a positive number.")
    if column.is_date_only and name.endswith(_FINE):
        raise _not_for(name, column)
    return counted_window(name, number, now)


def _dated(name: str, values: Sequence[Any]) -> Window | None:
    if name not in {"On", "OnOrAfter", "OnOrBefore", "NotOn"} or len(values) != 1:
        return None
    try:
        day = midnight(datetime.fromisoformat(str(values[0])[:10]))
        after = day + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise refusals.query_error(f"'{str(values[0])[:100]}' is no date.") from error
    return {"OnOrAfter": (day, None), "OnOrBefore": (None, after)}.get(name, (day, after))


def _within(subject: str, column: Column, window: Window) -> Sql:
    pattern = "%Y-%m-%d" if column.is_date_only else "%Y-%m-%dT%H:%M:%SZ"
    parts: list[Sql] = []
    if window[0] is not None:
        parts.append(Sql(f"{subject} >= ?", (window[0].strftime(pattern),)))
    if window[1] is not None:
        parts.append(Sql(f"{subject} < ?", (_last(column, window[1]).strftime(pattern),)))
    return joined(parts, "AND")


def _last(column: Column, end: datetime) -> datetime:
    """A date-only column counts the day in which a window ends."""
    return end + timedelta(days=1) if column.is_date_only and end != midnight(end) else end


def _is_in(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    name, mark, found = _caseless(subject, [typed(column, value) for value in values])
    return Sql(f"{name} IN ({', '.join([mark] * len(found))})", tuple(found))


def _is_not_in(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    found = _is_in(subject, column, values)
    return Sql(f"(NOT {found.text} OR {subject} IS NULL)", found.parameters)


def _between(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    if len(values) != 2:
        raise refusals.query_error("Between needs exactly two values.")
    name, mark, found = _caseless(subject, [typed(column, value) for value in values])
    return Sql(f"{name} BETWEEN {mark} AND {mark}", tuple(found))


def _not_between(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    found = _between(subject, column, values)
    return Sql(f"NOT ({found.text})", found.parameters)


def _caseless(subject: str, values: list[Any]) -> tuple[str, str, list[Any]]:
    """SQLite tells letters beyond ASCII apart by their case; the service does not."""
    if all(not isinstance(value, str) or value.isascii() for value in values):
        return subject, "?", values
    return f"fold({subject})", "fold(?)", values


def _contains_values(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    if column.type != "MultiSelectPicklist":
        raise _not_for("ContainValues", column)
    numbers = _integers("ContainValues", values)
    return joined((Sql(f"',' || {subject} || ',' LIKE ?", (f"%,{number},%",)) for number in numbers), "OR")


def _contains_no_values(subject: str, column: Column, values: Sequence[Any]) -> Sql:
    found = _contains_values(subject, column, values)
    return Sql(f"(NOT ({found.text}) OR {subject} IS NULL)", found.parameters)


_LISTS: dict[str, Callable[[str, Column, Sequence[Any]], Sql]] = {
    "In": _is_in,
    "NotIn": _is_not_in,
    "Between": _between,
    "NotBetween": _not_between,
    "ContainValues": _contains_values,
    "DoesNotContainValues": _contains_no_values,
}


def typed(column: Column, value: Any) -> Any:
    """A value given as text, as the store keeps such a column's values.

    Raises:
        Refusal: The text is no such value.
    """
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip()
    if column.type in _NUMBERS:
        return _number(column, text)
    if column.edm_type == "Edm.Guid":
        match = _GUID.fullmatch(text)
        if match is None:
            raise _not_a(text, column)
        return match[1].lower()
    if column.type == "DateTime":
        return _moment(column, text)
    return str(value)


def _number(column: Column, text: str) -> int | float:
    words = {"true": 1, "false": 0}
    if text.lower() in words and column.type == "Boolean":
        return words[text.lower()]
    try:
        return float(text) if column.type in {"Decimal", "Money", "Double"} else int(text)
    except ValueError as error:
        raise _not_a(text, column) from error


def _moment(column: Column, text: str) -> str:
    from onteg_dynamics.sandbox.query.parse import utc_text

    if column.is_date_only:
        return utc_text(text[:10])[:10]
    return utc_text(text if "T" in text or " " not in text else text.replace(" ", "T", 1))


def _not_a(text: str, column: Column) -> refusals.Refusal:
    return refusals.query_error(
        f"Cannot convert the literal '{text[:100]}' to the expected type '{column.edm_type}' "
        f"of the property '{column.property_name}'."
    )


def _integers(name: str, values: Sequence[Any]) -> list[int]:
    try:
        return [int(value) for value in values]
    except (TypeError, ValueError) as error:
        raise refusals.query_error(f"The values of '{name}' must be whole numbers.") from error


def _fiscal(name: str, subject: str, numbers: list[int]) -> Sql:
    """Fiscal years are those of the calendar; a period that does not exist has no rows."""
    if len(numbers) != _FISCAL[name]:
        raise refusals.query_error(f"'{name}' needs {_FISCAL[name]} whole numbers.")
    year = numbers[-1] if name.endswith("Year") else _ANY_YEAR
    period = numbers[0] if "Period" in name else 1
    if period not in range(1, 5) or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return NEVER
    if name == "InFiscalPeriod":
        months = tuple(f"{month:02d}" for month in range(period * 3 - 2, period * 3 + 1))
        return Sql(f"substr({subject}, 6, 2) IN (?, ?, ?)", months)
    start = datetime(year, period * 3 - 2, 1)  # noqa: DTZ001 - only its date is used
    return _in_fiscal(name, subject, start, months_from(start, 3 if "Period" in name else 12))


def _in_fiscal(name: str, subject: str, start: datetime, end: datetime) -> Sql:
    first, after = start.strftime("%Y-%m-%d"), end.strftime("%Y-%m-%d")
    if name.startswith("InOrAfter"):
        return Sql(f"{subject} >= ?", (first,))
    if name.startswith("InOrBefore"):
        return Sql(f"{subject} < ?", (after,))
    return Sql(f"({subject} >= ? AND {subject} < ?)", (first, after))


_FIRST_YEAR, _ANY_YEAR, _LAST_YEAR = 1753, 2000, 9998
_FISCAL = {
    "InFiscalPeriod": 1,
    "InFiscalYear": 1,
    "InFiscalPeriodAndYear": 2,
    "InOrAfterFiscalPeriodAndYear": 2,
    "InOrBeforeFiscalPeriodAndYear": 2,
}


def _own_teams(scope: Scope) -> Sql:
    return Sql("SELECT teamid FROM teammembership WHERE systemuserid = ?", (scope.caller.user_id,))


def _staff(scope: Scope) -> Sql:
    text = (
        "WITH RECURSIVE staff(id) AS (SELECT ? UNION SELECT systemuserid FROM systemuser, staff "
        "WHERE systemuser.parentsystemuserid = staff.id) SELECT id FROM staff"
    )
    return Sql(text, (scope.caller.user_id,))


def _among(subject: str, *sets: Sql) -> Sql:
    return joined((Sql(f"{subject} IN ({found.text})", found.parameters) for found in sets), "OR")


def _me(scope: Scope) -> Sql:
    return Sql("?", (scope.caller.user_id,))


_PEOPLE: dict[str, Callable[[str, Scope], Sql]] = {
    "EqualUserId": lambda subject, scope: Sql(f"{subject} = ?", (scope.caller.user_id,)),
    "NotEqualUserId": lambda subject, scope: Sql(f"{subject} IS NOT ?", (scope.caller.user_id,)),
    "EqualBusinessId": lambda subject, scope: Sql(f"{subject} = ?", (scope.caller.business_unit_id,)),
    "NotEqualBusinessId": lambda subject, scope: Sql(f"{subject} IS NOT ?", (scope.caller.business_unit_id,)),
    "EqualUserLanguage": lambda subject, _scope: Sql(f"{subject} = ?", (_LANGUAGE,)),
    "EqualUserTeams": lambda subject, scope: _among(subject, _own_teams(scope)),
    "EqualUserOrUserTeams": lambda subject, scope: _among(subject, _me(scope), _own_teams(scope)),
    "EqualUserOrUserHierarchy": lambda subject, scope: _among(subject, _staff(scope)),
    "EqualUserOrUserHierarchyAndTeams": lambda subject, scope: _among(subject, _staff(scope), _own_teams(scope)),
}
_HIERARCHY = frozenset({"Above", "AboveOrEqual", "Under", "UnderOrEqual", "NotUnder"})


def _hierarchy(name: str, subject: str, values: Sequence[Any], place: Place, scope: Scope) -> Sql:
    """Rows above or below one in the table's own hierarchy."""
    table = place.table
    match = _GUID.fullmatch(str(values[0])) if len(values) == 1 else None
    relations = [one for one in scope.world.model.lookups_of(table.logical_name) if one.is_hierarchical]
    if match is None or not relations:
        raise refusals.query_error(f"'{name}' needs the id of a row in a table with a hierarchy.")
    key, parent, source = quoted(table.primary_id), quoted(relations[0].column), quoted(table.logical_name)
    step = (
        f"SELECT r.{parent} FROM {source} AS r, line WHERE r.{key} = line.id AND r.{parent} IS NOT NULL"
        if name.startswith("Above")
        else f"SELECT r.{key} FROM {source} AS r, line WHERE r.{parent} = line.id"
    )
    family = f"WITH RECURSIVE line(id) AS (SELECT ? UNION {step}) SELECT id FROM line"
    row_id = match[1].lower()
    if name.endswith("OrEqual"):
        return Sql(f"{subject} IN ({family})", (row_id,))
    if name == "NotUnder":
        return Sql(f"({subject} NOT IN ({family}) OR {subject} = ?)", (row_id, row_id))
    return Sql(f"({subject} IN ({family}) AND {subject} <> ?)", (row_id, row_id))


def _no_signature(name: str) -> refusals.Refusal:
    return refusals.query_error(
        f"An unknown function with name 'Microsoft.Dynamics.CRM.{name}' was found, or its arguments do not fit. "
        "This may also be a function import or a key lookup on a navigation property, which is not allowed."
    )
