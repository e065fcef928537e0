"""Splitting a table by the moment its rows were created. Pure: how many rows lie where is asked of the caller.

A row's ``createdon`` never changes, so rows are neither lost nor doubled where ranges meet, whatever happens meanwhile:
each range begins with its lower border and ends before its upper one. Borders are whole seconds, so it does not matter
that the service keeps parts of seconds and does not show them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from onteg_dynamics.dataverse.odata import literal

__all__ = ["STAMP", "Range", "condition", "split"]

STAMP = "createdon"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Range:
    """Rows created from `start` on and before `end`.

    Attributes:
        start: a whole second; None for no border, and for rows that have no such moment.
        end: a whole second.
        rows: how many there are; None where they are more than the service counts.
    """

    start: datetime | None
    end: datetime
    rows: int | None = None


def condition(one: Range) -> str:
    """``$filter`` text for the rows of a range."""
    before = f"{STAMP} lt {literal(one.end)}"
    if one.start is None:
        return f"({before} or {STAMP} eq null)"
    return f"({STAMP} ge {literal(one.start)} and {before})"


def split(
    first: datetime,
    last: datetime,
    count: Callable[[Range], int | None],
    *,
    small: int,
    most: int,
    questions: int,
) -> list[Range]:
    """Ranges that hold every row created up to the second of `last`, in order, each as small as can be had.

    The heaviest range is halved again and again: so days of few rows stay together and an hour of many is taken apart.

    Args:
        first: when the first row was created.
        last: when the last one was; what comes later is left out.
        count: how many rows a range holds, None where they are too many to count.
        small: a range of so few rows is not split further.
        most: how many ranges there may be.
        questions: how often `count` may be asked.
    """
    origin = _whole(first)
    whole = Range(None, _whole(last) + _SECOND)
    ranges = [replace(whole, rows=count(whole))]
    asked = 1
    while len(ranges) < most and asked + 2 <= questions:
        heaviest = max(ranges, key=lambda one: _weight(one, origin))
        if not _can_be_split(heaviest, origin, small):
            break
        halves = [replace(half, rows=count(half)) for half in _halves(heaviest, origin)]
        asked += 2
        position = ranges.index(heaviest)
        ranges[position : position + 1] = halves
    return _joined(ranges, small)


def _joined(ranges: Sequence[Range], small: int) -> list[Range]:
    """Neighbours that are small together become one: a stream of its own for a handful of rows does not pay."""
    joined: list[Range] = []
    for one in ranges:
        before = joined[-1] if joined else None
        if before is not None and before.rows is not None and one.rows is not None and before.rows + one.rows <= small:
            joined[-1] = Range(before.start, one.end, before.rows + one.rows)
        else:
            joined.append(one)
    return joined


def _weight(one: Range, origin: datetime) -> tuple[float, timedelta]:
    """More rows weigh more; where they are too many to count, more time does. A single second cannot be halved."""
    if _width(one, origin) <= _SECOND:
        return -1.0, timedelta()
    return float("inf") if one.rows is None else one.rows, _width(one, origin)


def _can_be_split(one: Range, origin: datetime, small: int) -> bool:
    return _width(one, origin) > _SECOND and (one.rows is None or one.rows > small)


def _width(one: Range, origin: datetime) -> timedelta:
    return one.end - (one.start or origin)


def _halves(one: Range, origin: datetime) -> tuple[Range, Range]:
    middle = _whole((one.start or origin) + _width(one, origin) / 2)
    return Range(one.start, middle), Range(middle, one.end)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(microsecond=0)
