"""Relative times: "last month", "next 3 fiscal periods" → from … until.

All in UTC; weeks begin on Sunday, fiscal years in January.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

Window = tuple[datetime | None, datetime | None]
_LAST_YEAR, _FIRST_YEAR = 9999, 1753


def midnight(moment: datetime) -> datetime:
    """The beginning of a day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def months_from(moment: datetime, months: int) -> datetime:
    """The same day some months later or earlier, or the month's last day."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = min(max(index // 12, _FIRST_YEAR), _LAST_YEAR), index % 12 + 1
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month)


def week(moment: datetime) -> datetime:
    """The beginning of a week."""
    return midnight(moment) - timedelta(days=(moment.weekday() + 1) % 7)


def month(moment: datetime) -> datetime:
    """The beginning of a month."""
    return midnight(moment).replace(day=1)


def quarter(moment: datetime) -> datetime:
    """The beginning of a fiscal period."""
    return month(moment).replace(month=(moment.month - 1) // 3 * 3 + 1)


def year(moment: datetime) -> datetime:
    """The beginning of a year."""
    return month(moment).replace(month=1)


def _days(moment: datetime, days: int) -> datetime:
    return _moved(moment, days, timedelta(days=1))


def _hours(moment: datetime, hours: int) -> datetime:
    return _moved(moment, hours, timedelta(hours=1))


def _moved(moment: datetime, number: int, step: timedelta) -> datetime:
    """Beyond what the service stores its first or last year is meant."""
    try:
        found = moment + number * step
    except OverflowError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return midnight(moment).replace(year=_LAST_YEAR if number > 0 else _FIRST_YEAR, month=1, day=1)
    return found


_Move = Callable[[datetime, int], datetime]
_UNITS: dict[str, tuple[Callable[[datetime], datetime], _Move]] = {
    "Week": (week, lambda start, n: _days(start, 7 * n)),
    "Month": (month, months_from),
    "Year": (year, lambda start, n: months_from(start, 12 * n)),
    "FiscalPeriod": (quarter, lambda start, n: months_from(start, 3 * n)),
    "FiscalYear": (year, lambda start, n: months_from(start, 12 * n)),
}
_STEPS: dict[str, _Move] = {
    "Hours": _hours,
    "Days": _days,
    "Weeks": lambda moment, n: _days(moment, 7 * n),
    "Months": months_from,
    "Years": lambda moment, n: months_from(moment, 12 * n),
    "FiscalPeriods": lambda moment, n: months_from(moment, 3 * n),
    "FiscalYears": lambda moment, n: months_from(moment, 12 * n),
}


def fixed_window(name: str, now: datetime) -> Window | None:
    """The window of an operator without a number (``LastMonth``), or None where it is no such operator."""
    today = midnight(now)
    days = {
        "Today": (0, 1),
        "Yesterday": (-1, 0),
        "Tomorrow": (1, 2),
        "Last7Days": (-7, 1),
        "Next7Days": (0, 8),
    }
    if name in days:
        first, last = days[name]
        return _days(today, first), _days(today, last)
    for prefix, offset in (("Last", -1), ("This", 0), ("Next", 1)):
        unit = _UNITS.get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if unit is not None:
            begin, move = unit
            return move(begin(now), offset), move(begin(now), offset + 1)
    return None


def counted_window(name: str, number: int, now: datetime) -> Window | None:
    """The window of an operator with a number (``LastXDays``), or None where it is no such operator."""
    if name.startswith("OlderThanX"):
        return _older(name.removeprefix("OlderThanX"), number, now)
    step = _STEPS.get(name[5:]) if name.startswith(("LastX", "NextX")) else None
    if step is None:
        return None
    day = midnight(now) if not name.endswith("Hours") else now
    if name.startswith("LastX"):
        return step(day, -number), now + timedelta(seconds=1)
    return now, _days(step(day, number), 0 if name.endswith("Hours") else 1)


def _older(unit: str, number: int, now: datetime) -> Window | None:
    if unit == "Minutes":
        return None, _moved(now, -number, timedelta(minutes=1))
    step = _STEPS.get(unit)
    if step is None or unit.startswith("Fiscal"):
        return None
    return None, step(now if unit == "Hours" else midnight(now), -number)
