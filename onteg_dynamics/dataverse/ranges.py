"""Splitting a table by the moment its rows were created. Pure: how many rows lie where is asked of the caller.

A row's ``createdon`` never changes, so rows are neither lost nor doubled where ranges meet, whatever happens meanwhile:
each range begins with its lower border and ends before its upper one. Borders are whole seconds, so it does not matter
that the service keeps parts of seconds and does not show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from onteg_dynamics.dataverse.odata import literal

__all__ = ["STAMP", "Measure", "Range", "condition", "split"]

STAMP = "createdon"
_SECOND = timedelta(seconds=1)
_UNKNOWN = 8
"""Into how many a range with too many rows to count is taken apart."""


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


@dataclass(frozen=True)
class Measure:
    """How ranges are to be.

    Attributes:
        small: a range of so few rows is not split further.
        fair: rows that a range made by splitting is to have.
        most: how many ranges there may be.
        questions: how many ranges may be counted.
    """

    small: int
    fair: int
    most: int
    questions: int


def split(first: datetime, last: datetime, rows: int | None, count: Count, measure: Measure) -> list[Range]:
    """Ranges that hold every row created up to the second of `last`, in order, each as small as can be had.

    Each heavy range is taken apart at once into as many as it should make, all of a round together: even rows take one
    round, and an hour of many rows among days of few is found in a few.

    Args:
        first: when the first row was created.
        last: when the last one was; what comes later is left out.
        rows: about how many rows there are, None for too many to count.
        count: how many rows ranges hold, None for one with too many to count.
        measure: how the ranges are to be.
    """
    origin = _whole(first)
    ranges = [Range(None, _whole(last) + _SECOND, rows)]
    asked = 0
    while cuts := list(_cuts(ranges, origin, replace(measure, questions=measure.questions - asked))):
        apart = [one for one, _ in cuts]
        fresh = _counted([piece for one, number in cuts for piece in _pieces(one, number, origin)], count)
        asked += len(fresh)
        kept = [one for one in ranges if one not in apart]
        ranges = _joined(sorted([*kept, *fresh], key=lambda one: one.end), measure.fair)
    return ranges


def _counted(ranges: Sequence[Range], count: Count) -> list[Range]:
    return [replace(one, rows=rows) for one, rows in zip(ranges, count(ranges), strict=True)]


def _cuts(ranges: Sequence[Range], origin: datetime, measure: Measure) -> Iterator[tuple[Range, int]]:
    """The ranges to take apart, the heaviest first, and into how many."""
    room, questions = measure.most - len(ranges), measure.questions
    heavy = [one for one in ranges if one.rows is None or one.rows > measure.small]
    fair = max(room // max(len(heavy), 1), 1) + 1
    for one in sorted(heavy, key=lambda one: _weight(one, origin), reverse=True):
        wanted = _UNKNOWN if one.rows is None else max(-(-one.rows // measure.fair), 2)
        number = min(wanted, fair, room + 1, questions, _width(one, origin) // _SECOND)
        if number > 1:
            room, questions = room - number + 1, questions - number
            yield one, number


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


def _width(one: Range, origin: datetime) -> timedelta:
    return one.end - (one.start or origin)


def _pieces(one: Range, number: int, origin: datetime) -> Iterator[Range]:
    """So many ranges that hold what `one` holds; it is at least as many seconds wide."""
    start, step = one.start or origin, _width(one, origin) / number
    borders = [_whole(start + step * each) for each in range(1, number)]
    return (Range(*pair) for pair in zip([one.start, *borders], [*borders, one.end], strict=True))


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(microsecond=0)
