"""Count Records, Aggregate Records through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


def test_counts(run: Any) -> None:
    assert run("count_records", table="accounts")["count"] == 10
    filtered = run("count_records", table="account", filter="primarycontactid ne null and name ne 'x'")
    assert (filtered["count"], filtered["exact"], filtered["method"]) == (10, True, "aggregate")
    assert run("count_records", table="account", filter="name eq 'Nobody'")["count"] == 0


def test_an_estimate_is_said_to_be_one(run: Any) -> None:
    told = run("count_records", table="account", estimate="true")
    assert (told["count"], told["exact"], told["method"]) == (10, False, "estimate")
    with pytest.raises(InputError, match="Filter"):
        run("count_records", table="account", estimate=True, filter="statecode eq 0")


def test_counting_beyond_the_services_limits(run: Any, sandbox: Sandbox) -> None:
    def fill() -> None:
        rows = [(f"00000000-0000-0000-0000-{number:012d}", f"Many {number}") for number in range(50_010)]
        with sandbox.world.store.transaction():
            sandbox.world.store.db.executemany("INSERT INTO lead (leadid, lastname) VALUES (?, ?)", rows)

    sandbox.call(fill)
    told = run("count_records", table="lead", filter="startswith(lastname,'Many')")
    assert (told["count"], told["method"]) == (50_010, "pages")


@pytest.mark.parametrize(
    "aggregates",
    [
        "count() as deals,sum(estimatedvalue) as total,max(estimatedvalue)",
        [
            {"function": "count", "alias": "deals"},
            {"function": "sum", "column": "estimatedvalue", "alias": "total"},
            {"function": "max", "column": "estimatedvalue"},
        ],
    ],
)
def test_groups(run: Any, aggregates: Any) -> None:
    rows = run("aggregate_records", table="opportunity", group_by="statuscode,ownerid", aggregates=aggregates)["rows"]
    assert sum(row["deals"] for row in rows) == 14
    assert {row["statuscode.label"] for row in rows} == {"In Progress"}
    assert all(row["ownerid.label"] and row["max_estimatedvalue"] <= row["total"] for row in rows)


def test_one_row_over_all(run: Any) -> None:
    (row,) = run(
        "aggregate_records", table="opportunity", aggregates="average(estimatedvalue) as mean", filter="statecode eq 0"
    )["rows"]
    assert row["mean"] == pytest.approx(22_110, rel=0.2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "is required when Group By is empty"),
        ({"aggregates": "total(estimatedvalue)"}, "an aggregate is count, sum"),
        ({"aggregates": "sum estimatedvalue"}, "looks like sum(estimatedvalue) as total"),
        ({"group_by": "statuscod"}, 'Did you mean "statuscode"'),
        ({"aggregates": "sum(estimatedvalu)"}, 'Did you mean "estimatedvalue"'),
    ],
)
def test_mistakes(executor: Executor, settings: dict[str, str], options: dict[str, str], told: str) -> None:
    result = executor.run("aggregate_records", {"table": "opportunity", **options}, settings)
    with pytest.raises(InputError):
        result.unwrap()
    assert told in str(result.error)
