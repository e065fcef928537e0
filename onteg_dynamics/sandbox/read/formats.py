"""Values as a person in the United States reads them: what FormattedValue annotations carry."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from onteg_dynamics.sandbox.model import Column

_SYMBOL = "$"


def formatted(column: Column, value: Any, symbol: str | None) -> str | None:
    """A stored value as text for people, or None where the service formats no such value.

    Args:
        column: The column.
        value: Its stored value; not null.
        symbol: The currency's symbol, for money.
    """
    kind = column.type
    if kind in {"Picklist", "State", "Status", "Boolean"}:
        return _label(column, int(value))
    if kind == "MultiSelectPicklist":
        return "; ".join(_label(column, int(part)) or part for part in str(value).split(","))
    if kind == "Money":
        return _money(float(value), symbol or _SYMBOL, 2 if column.precision is None else column.precision)
    if kind in {"Integer", "BigInt"}:
        return f"{value:,}" if column.logical_name != "versionnumber" else None
    if kind in {"Decimal", "Double"}:
        return f"{value:,.{2 if column.precision is None else column.precision}f}"
    return _moment(column, str(value)) if kind == "DateTime" else None


def _label(column: Column, value: int) -> str | None:
    option = column.option_by_value.get(value)
    if option is not None:
        return option.label
    return ("Yes" if value else "No") if column.type == "Boolean" else None


def _money(value: float, symbol: str, digits: int) -> str:
    text = f"{symbol}{abs(value):,.{digits}f}"
    return f"({text})" if value < 0 else text


def _moment(column: Column, text: str) -> str:
    if column.is_date_only:
        return _day(date.fromisoformat(text[:10]))
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if column.format == "DateOnly":
        return _day(moment)
    half = "AM" if moment.hour < 12 else "PM"
    return f"{_day(moment)} {moment.hour % 12 or 12}:{moment.minute:02d} {half}"


def _day(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"
