"""Values people write → values the Web API takes. Pure.

Implements "Web API types and operations" (column types and their Edm types): one small function per column type. Each
takes anything a form, a flow or a program may hand over, text included, and raises `ValueError` with a sentence that
says what is expected and never repeats the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.tables import Choice, Column, Details

__all__ = ["choice_value", "to_wire"]


def to_wire(column: Column, value: Any, details: Callable[[], Details]) -> Any:
    """`value` as the Web API wants it for `column`; None and empty text (except for text columns) clear it.

    Args:
        column: any column but a lookup or a party list.
        value: a Python value or text.
        details: brings the column's details; called only where the type needs them.

    Raises:
        ValueError: the value does not fit; the sentence says what does.
    """
    if value is None or (value == "" and column.type not in ("String", "Memo")):
        return None
    write = _WRITERS.get(column.type)
    if write is None:
        raise ValueError("this column cannot be written here")
    return write(value, details)


def _text(value: Any, _: Callable[[], Details]) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError("a text is expected")  # noqa: TRY004 - one kind of error for all values
    return str(value)


def _whole(value: Any, _: Callable[[], Details]) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError("a whole number is expected")
    return int(number)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError("a number is expected")  # noqa: TRY004 - one kind of error for all values
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number.adjusted() > 400:
        raise ValueError("a number is expected, such as 12 or 12.50 (a point, no separators)")
    return number


def _decimal(value: Any, _: Callable[[], Details]) -> Any:
    # A JSON number with exactly these digits: a float would lose some of a long decimal's.
    return orjson.Fragment(f"{_number(value):f}")


def _double(value: Any, _: Callable[[], Details]) -> float:
    return float(_number(value))


_TRUE = frozenset({"true", "yes", "1", "on"})
_FALSE = frozenset({"false", "no", "0", "off"})


def _boolean(value: Any, details: Callable[[], Details]) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return bool(choice_value(str(value), details().choices))


def _choice(value: Any, details: Callable[[], Details]) -> int:
    if isinstance(value, str) and not re.fullmatch(r"\s*-?\d+\s*", value):
        return choice_value(value, details().choices)
    return _whole(value, details)


def choice_value(label: str, choices: Iterable[Choice]) -> int:
    """The value of the choice with this label, in any case.

    Raises:
        ValueError: no choice has the label, or several have; the sentence names the allowed ones.
    """
    allowed = tuple(choices)
    wanted = label.strip().casefold()
    found = sorted({choice.value for choice in allowed if choice.label.casefold() == wanted})
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"several choices have this label; give the value: {', '.join(map(str, found))}")
    raise ValueError(f"no choice has this label; allowed are {_listed(allowed)}")


def _listed(choices: Sequence[Choice]) -> str:
    shown = [f"{choice.label} ({choice.value})" for choice in choices[:30]]
    return ", ".join(shown) + (f" and {len(choices) - 30} more" if len(choices) > 30 else "")


def _choices(value: Any, details: Callable[[], Details]) -> str:
    items = value if isinstance(value, (list, tuple)) else _split_choices(str(value), details)
    return ",".join(str(number) for number in sorted({_choice(item, details) for item in items}))


def _split_choices(text: str, details: Callable[[], Details]) -> list[str]:
    """Parts of "1,9", "Red; Blue" or "Red, Blue"; a label with a comma in it is found whole first."""
    if re.fullmatch(r"[\s\d,;-]+", text):
        return [part for part in re.split(r"[,;]", text) if part.strip()]
    labels = {choice.label.casefold() for choice in details().choices}
    parts = [part for part in text.split(";") if part.strip()]
    return [piece for part in parts for piece in ([part] if part.strip().casefold() in labels else part.split(","))]


def _guid(value: Any, _: Callable[[], Details]) -> str:
    guid = guid_of(str(value))
    if guid is None:
        raise ValueError("a GUID is expected")
    return guid


def _date(value: Any, details: Callable[[], Details]) -> str:
    moment = value if isinstance(value, (datetime, date)) else _parse_date(str(value).strip())
    if details().date_only:
        return moment.strftime("%Y-%m-%d") if moment.year >= 1000 else _too_early()
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time(), timezone.utc)
    if whole.year < 1753:
        return _too_early()
    # A time without zone is taken as UTC, as the service takes it.
    aware = whole if whole.tzinfo else whole.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _too_early() -> str:
    raise ValueError("the earliest date is 1753-01-01")


def _parse_date(text: str) -> datetime | date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        # Python 3.10 knows neither Z nor fractions of other than 3 or 6 digits.
        plain = re.sub(r"\.\d+", "", text.replace("Z", "+00:00").replace("z", "+00:00"))
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    raise ValueError("a date is expected in ISO form: 2026-01-31 or 2026-01-31T14:30:00Z")


_WRITERS: Mapping[str, Callable[[Any, Callable[[], Details]], Any]] = {
    "String": _text,
    "Memo": _text,
    "EntityName": _text,
    "Image": _text,
    "Integer": _whole,
    "BigInt": _whole,
    "Decimal": _decimal,
    "Money": _decimal,
    "Double": _double,
    "Boolean": _boolean,
    "Picklist": _choice,
    "State": _choice,
    "Status": _choice,
    "MultiSelectPicklist": _choices,
    "DateTime": _date,
    "Uniqueidentifier": _guid,
}
