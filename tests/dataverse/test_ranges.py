"""Ranges neither lose nor double rows, however the rows lie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.ranges import Measure, Range, condition, split

START = datetime(2020, 1, 1, tzinfo=timezone.utc)
CAP = 40  # what the made-up service counts to
# Clumps: many rows in one instant, within a second, over hours, over years.
OFFSETS = st.lists(
    st.floats(0, 0.999) | st.integers(0, 3).map(float) | st.floats(0, 4000) | st.floats(0, 3e8),
    min_size=1,
    max_size=150,
)


def holds(one: Range, moment: datetime | None) -> bool:
    if moment is None:
        return one.start is None
    return (one.start is None or moment >= one.start) and moment < one.end


@given(
    offsets=OFFSETS, small=st.integers(0, 20), most=st.integers(1, 40), questions=st.integers(1, 60), cap=st.booleans()
)
def test_every_row_is_in_exactly_one_range(
    offsets: list[float], small: int, most: int, questions: int, *, cap: bool
) -> None:
    moments = [START + timedelta(seconds=offset) for offset in offsets]
    asked: list[Range] = []

    def count(wanted: Sequence[Range]) -> list[int | None]:
        asked.extend(wanted)
        found = [sum(holds(one, moment) for moment in moments) for one in wanted]
        return [None if cap and rows > CAP else rows for rows in found]

    # The service shows whole seconds only.
    first, last = min(moments).replace(microsecond=0), max(moments).replace(microsecond=0)
    whole = count([Range(None, last + timedelta(days=1))])[0]
    asked.clear()
    measure = Measure(small, max(small * 2 // 3, 1), most, questions)
    ranges = split(first, last, whole, count, measure)
    for moment in [*moments, None, START - timedelta(days=1)]:
        assert sum(holds(one, moment) for one in ranges) == 1
    assert all(one.end == other.start for one, other in pairwise(ranges))
    assert len(ranges) <= most
    assert len(asked) <= questions
    assert all(one.rows is None or one.rows == sum(holds(one, moment) for moment in moments) for one in ranges)


def test_uneven_rows_are_split_where_they_are() -> None:
    moments = [START] + [START + timedelta(days=3000, seconds=number) for number in range(1000)]

    def count(wanted: Sequence[Range]) -> list[int]:
        return [sum(holds(one, moment) for moment in moments) for one in wanted]

    ranges = split(moments[0], moments[-1], 1001, count, Measure(150, 100, 32, 80))
    assert max(one.rows or 0 for one in ranges) <= 150
    assert len(ranges) <= 16


def test_one_second_is_not_split() -> None:
    assert len(split(START, START, 10_000, lambda _: [], Measure(10, 10, 32, 80))) == 1


def test_even_rows_take_one_round() -> None:
    rounds = []

    def count(wanted: Sequence[Range]) -> list[int]:
        rounds.append(len(wanted))
        return [1_000_000 // len(wanted) for _ in wanted]

    ranges = split(START, START + timedelta(days=365), 1_000_000, count, Measure(70_000, 62_500, 48, 80))
    assert (rounds, len(ranges)) == ([16], 16)


def test_too_many_rows_to_count_are_spread_over_all_ranges() -> None:
    ranges = split(START, START + timedelta(days=365), None, lambda wanted: [None] * len(wanted), Measure(9, 9, 48, 80))
    widths = [one.end - (one.start or START) for one in ranges]
    assert len(ranges) == 48
    assert max(widths) < 1.1 * min(widths)


def test_conditions() -> None:
    later = START + timedelta(seconds=5)
    assert condition(Range(None, later)) == "(createdon lt 2020-01-01T00:00:05Z or createdon eq null)"
    assert condition(Range(START, later)) == "(createdon ge 2020-01-01T00:00:00Z and createdon lt 2020-01-01T00:00:05Z)"
