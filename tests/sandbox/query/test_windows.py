from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query import windows
from onteg_dynamics.sandbox.query.windows import counted_window, fixed_window, months_from

NOW = datetime(2024, 5, 16, 10, 30, tzinfo=timezone.utc)  # a Thursday
LEAP = datetime(2024, 2, 29, 23, 59, tzinfo=timezone.utc)
_MOMENTS = st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
_COUNTED = [
    *(f"{way}X{unit}" for way in ("Last", "Next") for unit in ("Hours", "Days", "Weeks", "Months", "Years")),
    *(f"{way}XFiscal{unit}" for way in ("Last", "Next") for unit in ("Periods", "Years")),
    *(f"OlderThanX{unit}" for unit in ("Minutes", "Hours", "Days", "Weeks", "Months", "Years")),
]
_FIXED = [
    "Today",
    "Yesterday",
    "Tomorrow",
    "Last7Days",
    "Next7Days",
    *(
        f"{way}{unit}"
        for way in ("Last", "This", "Next")
        for unit in ("Week", "Month", "Year", "FiscalPeriod", "FiscalYear")
    ),
]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("Today", "2024-05-16", "2024-05-17"),
        ("Last7Days", "2024-05-09", "2024-05-17"),
        ("Next7Days", "2024-05-16", "2024-05-24"),
        ("ThisWeek", "2024-05-12", "2024-05-19"),
        ("LastMonth", "2024-04-01", "2024-05-01"),
        ("NextFiscalPeriod", "2024-07-01", "2024-10-01"),
        ("LastFiscalYear", "2023-01-01", "2024-01-01"),
    ],
)
def test_windows_without_a_number(name: str, first: str, after: str) -> None:
    assert fixed_window(name, NOW) == (day(first), day(after))


def test_weeks_begin_on_sunday() -> None:
    sunday = day("2024-05-12")
    for number in range(7):
        assert windows.week(sunday + timedelta(days=number, hours=23)) == sunday
    assert windows.week(sunday - timedelta(seconds=1)) == sunday - timedelta(days=7)


def test_months_keep_the_day_or_take_the_last() -> None:
    assert months_from(day("2024-01-31"), 1) == day("2024-02-29")
    assert months_from(day("2023-01-31"), 1) == day("2023-02-28")
    assert months_from(day("2024-03-31"), -1) == day("2024-02-29")
    assert months_from(LEAP, 12) == LEAP.replace(year=2025, day=28)
    assert months_from(day("2024-11-30"), 3) == day("2025-02-28")


def test_windows_with_a_number() -> None:
    assert counted_window("LastXDays", 2, NOW) == (day("2024-05-14"), NOW + timedelta(seconds=1))
    assert counted_window("LastXHours", 2, NOW) == (NOW - timedelta(hours=2), NOW + timedelta(seconds=1))
    assert counted_window("NextXDays", 2, NOW) == (NOW, day("2024-05-19"))
    assert counted_window("NextXHours", 2, NOW) == (NOW, NOW + timedelta(hours=2))
    assert counted_window("OlderThanXDays", 2, NOW) == (None, day("2024-05-14"))
    assert counted_window("OlderThanXMinutes", 30, NOW) == (None, NOW - timedelta(minutes=30))


@pytest.mark.parametrize("name", ["", "Foo", "LastDecade", "ThisDay", "LastXDays"])
def test_what_is_no_window_without_a_number(name: str) -> None:
    assert fixed_window(name, NOW) is None


@pytest.mark.parametrize("name", ["", "Foo", "LastXDecades", "LastX", "OlderThanXFiscalYears", "ThisXDays"])
def test_what_is_no_window_with_a_number(name: str) -> None:
    assert counted_window(name, 1, NOW) is None


@given(_MOMENTS, st.sampled_from(_FIXED))
def test_this_lies_between_last_and_next(now: datetime, name: str) -> None:
    window = fixed_window(name, now)
    assert window is not None
    first, after = window
    assert first is not None
    assert after is not None
    assert first < after
    if name.startswith("This") or name in {"Today", "Last7Days", "Next7Days"}:
        assert first <= now < after
    if name.startswith("This"):
        unit = name.removeprefix("This")
        last, following = fixed_window(f"Last{unit}", now), fixed_window(f"Next{unit}", now)
        assert last is not None
        assert following is not None
        assert (last[1], following[0]) == (first, after)


@given(_MOMENTS, st.sampled_from(_COUNTED), st.integers(1, 10**18))
def test_no_number_is_too_great(now: datetime, name: str, number: int) -> None:
    window = counted_window(name, number, now)
    assert window is not None
    first, after = window
    assert after is not None
    assert 1753 <= after.year <= 9999
    if name.startswith("OlderThan"):
        assert first is None
        assert after <= now
    else:
        assert first is not None
        assert first <= after
        assert first <= now <= after


@pytest.mark.parametrize("name", _COUNTED)
def test_the_last_day_of_february_is_no_hindrance(name: str) -> None:
    for number in (1, 4, 10**6, 10**12):
        assert counted_window(name, number, LEAP) is not None
