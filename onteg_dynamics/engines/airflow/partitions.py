"""A large table in parts of about the same size, each a task of its own. Imports nothing of Airflow.

Rows are parted by the time they were created: every row has one, it never changes, and no row is in two parts. Rows
that are created while the parts are read belong to none of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from onteg_dynamics.engines.airflow.looking import Run
from onteg_dynamics.errors import OntegError

__all__ = ["check_counts", "parts_of"]

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, order=True)
class _Span:
    """Rows created from `start` on and before `end`; the largest comes first in a heap."""

    rank: int
    start: datetime
    end: datetime

    @property
    def rows(self) -> int:
        return -self.rank

    def filter(self, condition: str) -> str:
        span = f"createdon ge {self.start.strftime(_FORMAT)} and createdon lt {self.end.strftime(_FORMAT)}"
        return f"{span} and ({condition})" if condition else span


def parts_of(run: Run, table: str, parts: int, condition: str = "") -> list[dict[str, Any]]:
    """Filters that part a table's rows; the largest part is halved until there are enough.

    Args:
        run: runs an action.
        table: the rows' table.
        parts: how many at most; a part that was created in one second is not divided.
        condition: which rows are wanted, as an OData filter.

    Returns:
        For each part ``filter`` and ``rows``, in the order of time. A table without rows has one part.
    """
    oldest, newest = _edge(run, table, condition, "asc"), _edge(run, table, condition, "desc")
    if oldest is None or newest is None:
        return [{"filter": condition, "rows": 0}]

    def measured(start: datetime, end: datetime) -> _Span:
        return _Span(-_count(run, table, _Span(0, start, end).filter(condition)), start, end)

    spans = _divided(measured, oldest, newest + _SECOND, parts)
    return [{"filter": span.filter(condition), "rows": span.rows} for span in spans if span.rows]


def check_counts(run: Run, table: str, parts: Sequence[Mapping[str, Any]], written: int) -> dict[str, int]:
    """Make sure that all rows of all parts were carried over.

    Args:
        run: runs an action.
        table: the rows' table.
        parts: from `parts_of`.
        written: rows that arrived.

    Returns:
        ``before`` and ``after``: the rows there were when the table was parted, and the rows there are now.

    Raises:
        OntegError: rows are missing, or there are too many, and rows that came or went meanwhile do not explain it.
    """
    before = sum(part["rows"] for part in parts)
    after = sum(_count(run, table, part["filter"]) for part in parts)
    if not min(before, after) <= written <= max(before, after):
        raise OntegError(f"{written} rows of {table} arrived; there were {before} at first, and there are {after} now.")
    return {"before": before, "after": after, "written": written}


def _divided(
    measured: Callable[[datetime, datetime], _Span], start: datetime, end: datetime, parts: int
) -> list[_Span]:
    """The span from `start` to `end` in parts."""
    heap, small = [measured(start, end)], list[_Span]()
    while heap and len(heap) + len(small) < parts:
        largest = heapq.heappop(heap)
        middle = _middle(largest)
        if middle is None or largest.rows < 2:
            small.append(largest)
            continue
        halves = [measured(largest.start, middle), measured(middle, largest.end)]
        for half in halves:
            if half.rows:
                heapq.heappush(heap, half)
    return sorted([*heap, *small], key=lambda span: span.start)


def _middle(span: _Span) -> datetime | None:
    seconds = int((span.end - span.start).total_seconds()) // 2
    return span.start + timedelta(seconds=seconds) if seconds else None


def _edge(run: Run, table: str, condition: str, direction: str) -> datetime | None:
    """When the first or the last row was created, None where there is no row."""
    options = {"table": table, "select": ["createdon"], "order_by": f"createdon {direction}", "top": 1}
    rows = run("list_records", {**options, "filter": condition})["rows"]
    return datetime.strptime(rows[0]["createdon"], _FORMAT).replace(tzinfo=timezone.utc) if rows else None


def _count(run: Run, table: str, condition: str) -> int:
    return int(run("count_records", {"table": table, "filter": condition})["count"])
