"""What sensors and triggers look at."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.engines.airflow.looking import Run, ended_job, find_job, job_name, newest_change
from onteg_dynamics.errors import BadRequestError

LEADS = {"table": "lead", "values": {"statecode": "Disqualified"}}


def test_no_change_is_none(run: Run) -> None:
    assert newest_change(run, "account", "2999-01-01T00:00:00Z") is None


def test_the_filter_of_a_change_finds_its_row(run: Run) -> None:
    before = newest_change(run, "account", "1900-01-01T00:00:00Z")
    assert before is not None
    made = run("create_record", {"table": "account", "row": {"name": "Just Now Ltd"}})
    found = newest_change(run, "account", before["until"])
    assert found is not None
    rows = run("list_records", {"table": "account", "filter": found["filter"], "select": "name"})["rows"]
    assert made["id"] in {row["accountid"] for row in rows}


def test_a_condition_counts(run: Run) -> None:
    assert newest_change(run, "account", "1900-01-01T00:00:00Z", "name eq 'nobody'") is None
    found = newest_change(run, "account", "1900-01-01T00:00:00Z", "name ne 'nobody' or revenue gt 1")
    assert found is not None
    assert found["filter"].endswith(" and (name ne 'nobody' or revenue gt 1)")


def test_a_job_is_waited_for(run: Run) -> None:
    job = run("start_bulk_delete", LEADS)["job_id"]
    looks = [ended_job(run, job) for _ in range(4)]
    found = next(look for look in looks if look is not None)
    assert (found["job_id"], found["outcome"]) == (job, "succeeded")


@pytest.mark.parametrize(("outcome", "told"), [("failed", "has failed: no disk"), ("canceled", "has been cancelled")])
def test_a_job_that_went_wrong_is_an_error(outcome: str, told: str) -> None:
    def answer(*_: Any) -> dict[str, Any]:
        return {"name": "Clean up", "ended": True, "outcome": outcome, "message": "no disk"}

    with pytest.raises(BadRequestError, match=told):
        ended_job(answer, "1")


def test_a_second_try_finds_the_job(run: Run) -> None:
    name = job_name("Clean O'Leary up", "dag", "task", "run", -1, 3)
    assert find_job(run, name) is None
    job = run("start_bulk_delete", {**LEADS, "job_name": name})["job_id"]
    assert find_job(run, name) == job


def test_a_job_that_failed_is_not_found(run: Run) -> None:
    name = job_name("Clean up", 1)
    job = run("start_bulk_delete", {**LEADS, "job_name": name})["job_id"]
    for _ in range(3):
        ended_job(run, job)
    run("update_record", {"table": "asyncoperation", "key": job, "row": {"statecode": 3, "statuscode": 31}})
    assert find_job(run, name) is None


def test_names_differ_by_run_and_stay_short() -> None:
    first, second = job_name("x" * 300, "run 1"), job_name("x" * 300, "run 2")
    assert first != second
    assert len(first) == len(second) <= 200
    assert job_name("x", "run 1") == job_name("x", "run 1")
    assert job_name("x", "a", "bc") != job_name("x", "ab", "c")
