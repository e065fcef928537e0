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


Count = Callable[[Sequence[Range]], Sequence["int | None"]]
"""How many rows each of some ranges holds."""


def condition(one: Range) -> str:
    """``$filter`` text for the rows of a range."""
    before = f"{STAMP} lt {literal(one.end)}"
    if one.start is None:
        return f"({before} or {STAMP} eq null)"
    return f"({STAMP} ge {literal(one.start)} and {before})"


def split(
    first: datetime,
    last: datetime,
    count: Count,
    *,
    small: int,
    most: int,
    questions: int,
) -> list[Range]:
    """Ranges that hold every row created up to the second of `last`, in order, each as small as can be had.

    The heavy ranges are halved again and again, all of a round at once: so days of few rows stay together and an hour
    of many is taken apart.

    Args:
        first: when the first row was created.
        last: when the last one was; what comes later is left out.
        count: how many rows ranges hold, None for one with too many to count.
        small: a range of so few rows is not split further.
        most: how many ranges there may be.
        questions: how many ranges may be counted.
    """
    origin = _whole(first)
    ranges = _counted([Range(None, _whole(last) + _SECOND)], count)
    asked = 1
    while heavy := _heavy(ranges, origin, small)[: max(min(most - len(ranges), (questions - asked) // 2), 0)]:
        halves = _counted([half for one in heavy for half in _halves(one, origin)], count)
        asked += len(halves)
        ranges = sorted([*(one for one in ranges if one not in heavy), *halves], key=lambda one: one.end)
    return _joined(ranges, small)


def _counted(ranges: Sequence[Range], count: Count) -> list[Range]:
    return [replace(one, rows=rows) for one, rows in zip(ranges, count(ranges), strict=True)]


def _heavy(ranges: Sequence[Range], origin: datetime, small: int) -> list[Range]:
    """The ranges that are worth splitting, the heaviest first."""
    found = [one for one in ranges if _can_be_split(one, origin, small)]
    return sorted(found, key=lambda one: _weight(one, origin), reverse=True)


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
    """More rows weigh more; where they are too many to count, more time does."""
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
