"""One JSON value → one stored value, by the type of its column; refused as the service refuses it.

Follows "Web API properties" (JSON forms of the column types) and the column's own limits.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox import refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from onteg_dynamics.sandbox.model import Column

MAX_SELECTED = 150
_INT32 = 2**31
_INT64 = 2**63
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:T(?P<clock>\d{2}:\d{2})(?P<seconds>:\d{2})?(?:\.\d+)?(?P<zone>Z|[+-]\d{2}:\d{2})?)?",
)
_FIRST_YEAR = 1753
_WIDE = Context(prec=400)  # the largest double has 309 digits before the point


def stored_value(column: Column, value: Any, entity_set: str) -> Any:
    """The value as the store keeps it.

    Args:
        column: The column to write.
        value: The JSON value; None clears.
        entity_set: The entity set of the request, for messages.

    Returns:
        A text, number or None.

    Raises:
        Refusal: A wrong type, a length, a range, an unknown option.
    """
    if value is None:
        return None
    return _READERS[column.type](column, value, entity_set)


def is_guid(text: object) -> bool:
    """True for a GUID in its plain form, without braces."""
    return isinstance(text, str) and _GUID.fullmatch(text) is not None


def new_id() -> str:
    """A fresh row id."""
    return str(uuid.uuid4())


def rounded(value: float, digits: int) -> float:
    """The number with that many digits after the point, halves to even as SQL Server's money does."""
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_EVEN, context=_WIDE))


def _text(column: Column, value: Any, entity_set: str) -> str | None:
    if not isinstance(value, str):
        raise refusals.cannot_convert(value, "Edm.String", entity_set)
    if column.max_length is not None and len(value.encode("utf-16-le")) // 2 > column.max_length:
        raise refusals.too_long(column.logical_name, column.table, column.max_length)
    return value or None  # the service keeps an empty text as null


def _whole(column: Column, value: Any, entity_set: str) -> int:
    limit = _INT64 if column.type == "BigInt" else _INT32
    if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
        raise refusals.cannot_convert(value, column.edm_type, entity_set)
    _check_range(column, value, whole=True)
    return value


def _option(column: Column, value: Any, entity_set: str) -> int:
    number = _whole(column, value, entity_set)
    if column.options and number not in column.option_by_value:
        raise refusals.bad_option(column.logical_name, column.table, number)
    return number


def _boolean(_column: Column, value: Any, entity_set: str) -> int:
    if not isinstance(value, bool):
        raise refusals.cannot_convert(value, "Edm.Boolean", entity_set)
    return int(value)


def _number(column: Column, value: Any, entity_set: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise refusals.cannot_convert(value, column.edm_type, entity_set)
    _check_range(column, value, whole=False)
    try:
        return rounded(value, column.precision if column.precision is not None else 2)
    except OverflowError as error:
        raise refusals.cannot_convert(value, column.edm_type, entity_set) from error


def _check_range(column: Column, value: float, *, whole: bool) -> None:
    low, high = column.min, column.max
    if (low is not None and value < low) or (high is not None and value > high):
        raise refusals.out_of_range(column.logical_name, value, low, high, whole=whole)


def _guid(column: Column, value: Any, entity_set: str) -> str:
    if not is_guid(value):
        raise refusals.cannot_convert(value, column.edm_type, entity_set)
    return str(value).lower()


def _moment(column: Column, value: Any, entity_set: str) -> str:
    if column.is_date_only:
        return _day(column, value, entity_set)
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise refusals.cannot_convert(value, "Edm.DateTimeOffset", entity_set)
    zone = (match["zone"] or "Z").replace("Z", "+00:00")
    text = f"{match['day']}T{match['clock'] or '00:00'}{match['seconds'] or ':00'}{zone}"
    try:
        moment = datetime.fromisoformat(text).astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise refusals.cannot_convert(value, "Edm.DateTimeOffset", entity_set) from error
    if moment.year < _FIRST_YEAR:
        raise refusals.date_out_of_range(column.logical_name)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(column: Column, value: Any, entity_set: str) -> str:
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise refusals.cannot_convert(value, "Edm.Date", entity_set)
        day = date.fromisoformat(value)
    except ValueError as error:
        raise refusals.cannot_convert(value, "Edm.Date", entity_set) from error
    if day.year < _FIRST_YEAR:
        raise refusals.date_out_of_range(column.logical_name)
    return value


def _many_options(column: Column, value: Any, entity_set: str) -> str | None:
    if not isinstance(value, str):
        raise refusals.cannot_convert(value, "Edm.String", entity_set)
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if len(parts) > MAX_SELECTED:
        raise refusals.too_many_options(column.logical_name, MAX_SELECTED)
    numbers = set()
    for part in parts:
        if not re.fullmatch(r"-?\d{1,10}", part) or (column.options and int(part) not in column.option_by_value):
            raise refusals.bad_option(column.logical_name, column.table, part)
        numbers.add(int(part))
    return ",".join(map(str, sorted(numbers))) or None


def _image(_column: Column, value: Any, entity_set: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise refusals.cannot_convert("…", "Edm.Binary", entity_set) from error
    return str(value)  # whether the bytes are an image is seen when its thumbnail is made


def _managed(column: Column, value: Any, entity_set: str) -> int:
    inner = value.get("Value") if isinstance(value, dict) else None
    return _boolean(column, inner, entity_set)


def _file(column: Column, _value: Any, _entity_set: str) -> Any:
    raise refusals.file_in_payload(column.logical_name)


_READERS: dict[str, Callable[[Column, Any, str], Any]] = {
    "String": _text,
    "Memo": _text,
    "EntityName": _text,
    "Integer": _whole,
    "BigInt": _whole,
    "Picklist": _option,
    "State": _option,
    "Status": _option,
    "Boolean": _boolean,
    "Decimal": _number,
    "Double": _number,
    "Money": _number,
    "Uniqueidentifier": _guid,
    "DateTime": _moment,
    "MultiSelectPicklist": _many_options,
    "Image": _image,
    "ManagedProperty": _managed,
    "File": _file,
}
