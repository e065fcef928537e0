"""Values people write → values the Web API takes. Pure.

Implements "Web API types and operations" (column types and their Edm types): one small function per column type. Each
takes anything a form, a flow or a program may hand over, text included, and raises `ValueError` with a sentence that
says what is expected and never repeats the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any

import orjson

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.tables import Choice, Column, Details

__all__ = ["AS_IT_IS", "Fits", "choice_value", "is_written", "to_wire"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"\s*-?\d+\s*", re.ASCII)


def is_written(column: Column) -> bool:
    """Whether values of the column's type go into a row's body; files, for one, are uploaded."""
    return column.type in _WRITERS


def to_wire(column: Column, value: Any, details: Callable[[], Details]) -> Any:
    """`value` as the Web API wants it for `column`; None and empty text (except for text columns) clear it.

    Args:
        column: any column but a lookup.
        value: a Python value or text.
        details: brings the column's details; called only where the type needs them.

    Raises:
        ValueError: the value does not fit; the sentence says what does.
    """
    if column.type == "PartyList":
        raise ValueError("who takes part is said when a row is created, by Create Record or Run Batch")
    if value is None or (value == "" and column.type not in ("String", "Memo")):
        return None
    write = _WRITERS.get(column.type)
    if write is None:
        raise ValueError("this column cannot be written here")
    return write(value, details)


def _text(value: Any, _: Callable[[], Details]) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError("a text is expected")  # noqa: TRY004 - one kind of error for all values
    if not _is_unicode(text := str(value)):
        raise ValueError("a text is expected; in this one is half of a character (a lone surrogate)")
    return text


def _is_unicode(text: str) -> bool:
    """Whether JSON can hold the text."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _whole(value: Any, _: Callable[[], Details]) -> int:
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    number = _number(value)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        raise ValueError("a whole number is expected, of 64 bits at most")
    return int(number)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError("a number is expected")  # noqa: TRY004 - one kind of error for all values
    text = str(value).strip()
    # No column holds larger or smaller ones, and written out they would fill the memory.
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)) or abs((number := Decimal(text)).adjusted()) > 400:
        raise ValueError("a number is expected, such as 12 or 12.50 (a point, no separators)")
    return number


def _decimal(value: Any, _: Callable[[], Details]) -> Any:
    if type(value) is float and math.isfinite(value):
        return value
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
    if not isinstance(value, str):
        return _whole(value, details)
    choices = details().choices
    if _DIGITS.fullmatch(value) and not _is_label_only(value, choices):
        return _whole(value, details)
    return choice_value(value, choices)


def _is_label_only(digits: str, choices: Iterable[Choice]) -> bool:
    """Whether a number is how a choice is called (``2024``) and not what any is stored as."""
    return any(_same(choice.label, digits) for choice in choices) and int(digits) not in {
        choice.value for choice in choices
    }


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def choice_value(label: str, choices: Iterable[Choice]) -> int:
    """The value of the choice with this label, in any case.

    Raises:
        ValueError: no choice has the label, or several have; the sentence names the allowed ones.
    """
    allowed = tuple(choices)
    found = sorted({choice.value for choice in allowed if _same(choice.label, label)})
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"several choices have this label; give the value: {', '.join(map(str, found))}")
    raise ValueError(f"no choice has this label; allowed are {_listed(allowed)}")


def _listed(choices: Sequence[Choice]) -> str:
    shown = [f"{choice.label} ({choice.value})" for choice in choices[:30]]
    return ", ".join(shown) + (f" and {len(choices) - 30} more" if len(choices) > 30 else "")


def _choices(value: Any, details: Callable[[], Details]) -> str | None:
    items = value if isinstance(value, (list, tuple)) else _split_choices(str(value), details)
    return ",".join(str(number) for number in sorted({_choice(item, details) for item in items})) or None


def _split_choices(text: str, details: Callable[[], Details]) -> list[str]:
    """Parts of "1,9", "Red; Blue" or "Red, Blue"; a label with a comma in it is found whole first."""
    if re.fullmatch(r"[\s\d,;-]+", text):
        return [part for part in re.split(r"[,;]", text) if part.strip()]
    labels = {choice.label.strip().casefold() for choice in details().choices}
    parts = [part for part in text.split(";") if part.strip()]
    return [piece for part in parts for piece in ([part] if part.strip().casefold() in labels else part.split(","))]


def _guid(value: Any, _: Callable[[], Details]) -> str:
    guid = guid_of(str(value))
    if guid is None:
        raise ValueError("a GUID is expected")
    return guid


def _date(value: Any, details: Callable[[], Details]) -> str:
    moment = value if isinstance(value, (datetime, date)) else _parse_date(str(value).strip())
    date_only = details().date_only
    utc = moment if date_only else _in_utc(moment)
    if utc is None or utc.year < 1753:
        raise ValueError("the earliest date is 1753-01-01, the latest 9999-12-31 (in UTC)")
    return utc.strftime("%Y-%m-%d" if date_only else "%Y-%m-%dT%H:%M:%SZ")


def _in_utc(moment: datetime | date) -> datetime | None:
    """The moment in UTC, None if the calendar ends before. One without zone is taken as UTC, as the service does."""
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    aware = whole if whole.tzinfo else whole.replace(tzinfo=timezone.utc)
    try:
        return aware.astimezone(timezone.utc)
    except OverflowError:
        return None


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

Fits = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return value is None or (type(value) is str and _is_unicode(value))


def _is_whole(value: Any) -> bool:
    return value is None or (type(value) is int and -(2**63) <= value < 2**63)


def _is_number(value: Any) -> bool:
    # Of these floats JSON has the same digits as Python shows; larger and smaller ones have an exponent.
    return (value == 0 or 1e-4 <= abs(value) < 1e15) if type(value) is float else _is_whole(value)


def _is_truth(value: Any) -> bool:
    return value is None or type(value) is bool


AS_IT_IS: Mapping[str, Fits] = {
    "String": _is_text,
    "Memo": _is_text,
    "Integer": _is_whole,
    "BigInt": _is_whole,
    "Decimal": _is_number,
    "Money": _is_number,
    "Double": _is_number,
    "Boolean": _is_truth,
    "Picklist": _is_whole,
    "State": _is_whole,
    "Status": _is_whole,
}
"""Tells of a value whether `to_wire` would leave it as it is, for types of which it often does."""
