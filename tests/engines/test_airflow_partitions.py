"""A table in parts."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.engines.airflow.looking import Run
from onteg_dynamics.engines.airflow.partitions import check_counts, parts_of
from onteg_dynamics.errors import OntegError

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SPAN = re.compile(r"createdon ge (\S+) and createdon lt (\S+)")


def table_of(seconds: list[int]) -> Run:
    """A table whose rows were created so many seconds after the start."""
    times = sorted((START + timedelta(seconds=one)).strftime(FORMAT) for one in seconds)

    def run(action: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        if action == "count_records":
            start, end = SPAN.match(options["filter"]).groups()  # type: ignore[union-attr]
            return {"count": bisect.bisect_left(times, end) - bisect.bisect_left(times, start)}
        chosen = times[:1] if options["order_by"].endswith("asc") else times[-1:]
        return {"rows": [{"createdon": one} for one in chosen]}

    return run


@given(st.lists(st.integers(0, 10_000_000), max_size=40), st.integers(1, 6))
def test_every_row_is_in_exactly_one_part(seconds: list[int], parts: int) -> None:
    run = table_of(seconds)
    found = parts_of(run, "account", parts)
    spans = [match.groups() for part in found if (match := SPAN.match(part["filter"]))]
    assert sum(part["rows"] for part in found) == len(seconds)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert len(found) <= max(parts, 1)


def test_even_rows_make_even_parts() -> None:
    found = parts_of(table_of(list(range(0, 4000, 10))), "account", 4)
    assert len(found) == 4
    assert max(part["rows"] for part in found) < 110


def test_a_moment_is_not_divided() -> None:
    assert [part["rows"] for part in parts_of(table_of([5] * 30), "account", 4)] == [30]


def test_a_table_without_rows_has_one_part() -> None:
    assert parts_of(table_of([]), "account", 4, "name eq 'x'") == [{"filter": "name eq 'x'", "rows": 0}]


def test_the_sandboxs_rows_are_all_there(run: Run) -> None:
    parts = parts_of(run, "contact", 3, "statecode eq 0")
    read = [run("list_records", {"table": "contact", "select": "fullname", "filter": part["filter"]}) for part in parts]
    assert len(parts) == 3
    ids = [row["contactid"] for one in read for row in one["rows"]]
    assert len(ids) == len(set(ids)) == run("count_records", {"table": "contact", "filter": "statecode eq 0"})["count"]
    assert check_counts(run, "contact", parts, len(ids))["after"] == len(ids)


def test_missing_rows_are_told() -> None:
    run = table_of([1, 2, 3])
    parts = parts_of(run, "account", 2)
    with pytest.raises(OntegError, match="2 rows of account arrived; there were 3 at first, and there are 3 now"):
        check_counts(run, "account", parts, 2)


def test_rows_deleted_meanwhile_explain_a_difference() -> None:
    parts = parts_of(table_of([1, 2, 3]), "account", 1)
    assert check_counts(table_of([1, 3]), "account", parts, 2) == {"before": 3, "after": 2, "written": 2}
