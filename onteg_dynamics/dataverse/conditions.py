"""Filters built from rows of a form: column, operator, value → ``$filter`` text.

Implements "Filter rows" of the Web API guide and its query functions (``Microsoft.Dynamics.CRM.LastXDays`` …). Values
are typed by the metadata of their column and quoted here, so that no value can become syntax.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_value
from onteg_dynamics.dataverse.odata import literal
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.errors import InputError, OntegError, Problem, UnknownNameError

__all__ = ["OPERATORS", "Condition", "all_of", "filter_of"]

_WILDCARD = re.compile(r"[%_\[]")
_COMPARISONS = {
    "equals": "eq",
    "does not equal": "ne",
    "is greater than": "gt",
    "is at least": "ge",
    "is less than": "lt",
    "is at most": "le",
}
_TEXTS = {"contains": "contains", "begins with": "startswith", "ends with": "endswith"}
_LISTS = {"is one of": "In", "is none of": "NotIn"}
_CHOSEN = {"contains": "ContainValues", "does not contain": "DoesNotContainValues"}
_EMPTY = {"is empty": "eq", "is not empty": "ne"}
_DAYS = {"is on": "On", "is on or after": "OnOrAfter", "is on or before": "OnOrBefore"}
_SPANS = {
    f"is in the {way} {unit}": f"{word}X{unit.capitalize()}"
    for way, word in (("last", "Last"), ("next", "Next"))
    for unit in ("hours", "days", "weeks", "months", "years")
}
_PERIODS = {
    "is today": "Today",
    "is yesterday": "Yesterday",
    "is tomorrow": "Tomorrow",
    **{
        f"is {way} {unit}": f"{way.capitalize()}{unit.capitalize()}"
        for way in ("this", "last", "next")
        for unit in ("week", "month", "year")
    },
}
_OWNERS = {"is me": "EqualUserId", "is not me": "NotEqualUserId"}
_WITHOUT_VALUE = _EMPTY.keys() | _PERIODS.keys() | _OWNERS.keys()

OPERATORS = tuple(
    dict.fromkeys((*_COMPARISONS, *_TEXTS, *_CHOSEN, *_LISTS, *_EMPTY, *_DAYS, *_SPANS, *_PERIODS, *_OWNERS))
)
"""What a condition may say of its column, as people read it."""


@dataclass(frozen=True)
class Condition:
    """One row of the form.

    Attributes:
        column: logical name.
        operator: one of `OPERATORS`.
        value: what to compare with: choices by value or label, lookups as `lookups.read_target` takes them, several in
            a list; None where the operator needs none.
    """

    column: str
    operator: str = "equals"
    value: Any = None


@dataclass(frozen=True)
class _Writer:
    """Writes one condition; `column` is the one that it names."""

    link: Link
    table: Table
    column: Column

    def text(self, condition: Condition) -> str:
        operator, value = condition.operator, condition.value
        if operator in _WITHOUT_VALUE:
            return self._bare(operator)
        if value is None or value in ("", []):
            raise ValueError(f'the operator "{operator}" needs a value; for no value there is "is empty"')
        return self._with_value(operator, value)

    def _bare(self, operator: str) -> str:
        if operator in _EMPTY:
            return f"{self.column.wire_name} {_EMPTY[operator]} null"
        self._only("DateTime" if operator in _PERIODS else "lookup", operator)
        return self._function((_PERIODS | _OWNERS)[operator])

    def _with_value(self, operator: str, value: Any) -> str:
        if operator in _LISTS:
            return self._function(_LISTS[operator], self._listed(value))
        if operator in _SPANS:
            self._only("DateTime", operator)
            return self._function(_SPANS[operator], _whole(value))
        if operator in _DAYS:
            self._only("DateTime", operator)
            return self._function(_DAYS[operator], _day(self._typed(value)))
        if self.column.type == "MultiSelectPicklist" and operator in _CHOSEN:
            return self._function(_CHOSEN[operator], self._listed(value))
        return self._compared(operator, value)

    def _compared(self, operator: str, value: Any) -> str:
        if operator in _COMPARISONS:
            return f"{self.column.wire_name} {_COMPARISONS[operator]} {literal(self._typed(value))}"
        if self.column.type not in ("String", "Memo"):
            raise ValueError(f'the operator "{operator}" is for texts, {self.column.name} is none')
        if operator == "does not contain":
            return f"not contains({self.column.wire_name},{_as_it_is(value)})"
        return f"{_TEXTS[operator]}({self.column.wire_name},{_as_it_is(value)})"

    def _function(self, name: str, value: str | Sequence[str] | None = None) -> str:
        """A query function; a list of values is JSON."""
        given = f"PropertyName={literal(self.column.name)}"
        if isinstance(value, str):
            given += f",PropertyValue={value}"
        elif value is not None:
            # In double quotes: in single ones the service stumbles over an apostrophe.
            given += f",PropertyValues={orjson.dumps(list(value)).decode()}"
        return f"Microsoft.Dynamics.CRM.{name}({given})"

    def _listed(self, value: Any) -> list[str]:
        values = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        values = values if isinstance(values, list) else [values]
        return [_plain(self._typed(one)) for one in values]

    def _typed(self, value: Any) -> Any:
        """One value; of a multi-select choice one of its options."""
        typed = typed_value(self.link, self.table, self.column, value)
        if typed is None:
            raise ValueError("an empty value cannot be compared; there are the operators is empty and is not empty")
        return typed

    def _only(self, kind: str, operator: str) -> None:
        if kind == "DateTime" and self.column.type != kind:
            raise ValueError(f'the operator "{operator}" is for dates, {self.column.name} is none')
        if kind == "lookup" and not self.column.is_lookup:
            raise ValueError(f'the operator "{operator}" is for users, {self.column.name} refers to none')


def filter_of(
    link: Link, table: Table, conditions: Sequence[Condition], *, any_of: bool = False, field: str = "conditions"
) -> str:
    """The ``$filter`` that rows of a form make, "" for none.

    Args:
        link: the client at work.
        table: whose rows.
        conditions: the rows of the form.
        any_of: one of them is enough; else all must hold.
        field: what the conditions are called where something is wrong with them.

    Raises:
        UnknownNameError: only columns are wrong.
        InputError: a value does not fit its column, or an operator; every problem is reported.
    """
    texts: list[str] = []
    problems: list[tuple[type[InputError], Problem]] = []
    for index, condition in enumerate(conditions):
        try:
            texts.append(_Writer(link, table, _column(link, table, condition.column)).text(condition))
        except UnknownNameError as exc:
            problems.append((UnknownNameError, Problem(f"{field}.{index}.column", "", str(exc))))
        except (OntegError, ValueError, LookupError) as exc:
            problems.append((InputError, Problem(f"{field}.{index}.value", "", str(exc))))
    if problems:
        kind = problems[0][0] if len({kind for kind, _ in problems}) == 1 else InputError
        raise kind(tuple(problem for _, problem in problems))
    return all_of(texts, " or " if any_of else " and ")


def all_of(texts: Sequence[str], between: str = " and ") -> str:
    """Filters put together; each keeps to itself."""
    texts = [text for text in texts if text.strip()]
    return texts[0] if len(texts) == 1 else between.join(f"({text})" for text in texts)


def _column(link: Link, table: Table, name: str) -> Column:
    columns = link.columns(table)
    column = columns.find(name)
    if column is None:
        hint = suggest(name, [known.name for known in columns.visible()])
        raise UnknownNameError(f"{table.name} has no such column. {hint}".strip())
    return column


def _whole(value: Any) -> str:
    try:
        number = int(str(value).strip())
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError("a whole number above zero is expected")
    return str(number)


def _day(value: Any) -> str:
    """The day of a date or moment, as the functions that ask for days want it."""
    return literal(str(value)[:10])


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return literal(value)[1:-1].replace("''", "'") if isinstance(value, str) else literal(value)


def _as_it_is(value: Any) -> str:
    """A text to look for, its wildcards taken for themselves."""
    return literal(_WILDCARD.sub(r"[\g<0>]", str(value)))
