"""When something goes wrong: what is tried again, what is not, and what is found again."""

from __future__ import annotations

import os
import re
import signal
from datetime import datetime
from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.engines.airflow.running import Airflow, Run, until
from tests.engines.airflow.test_runs import create, rows

pytestmark = pytest.mark.airflow


def jobs(dataverse: Sandbox) -> list[dict[str, object]]:
    """The bulk deletes of the service, by their name."""
    return [dict(row) for row in dataverse.world.store.select("asyncoperation", {"messagename": "BulkDelete"})]


def kill(run: Run, task: str) -> None:
    """Kills the worker that runs a task, and the task with it, as a machine's end does."""
    pid = int(run.tasks(task)[0]["pid"])
    parent = int(re.findall(r"PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))[0])
    for one in (parent, pid):
        os.kill(one, signal.SIGKILL)


def test_a_wrong_input_is_not_tried_again(airflow: Airflow) -> None:
    run = airflow.run("proof_wrong")
    assert run.ended() == "failed"
    for task in ("table", "by_hand"):
        (one,) = run.tasks(task)
        assert (one["state"], one["try_number"]) == ("failed", 1), run.log(task)
    assert "nosuchtable" in run.log("table")


def test_the_service_says_how_long_to_wait(airflow: Airflow, dataverse: Sandbox) -> None:
    number = dataverse.faults.add("429 table=product times=1", retry_after="6")
    try:
        run = airflow.run("proof_throttled")
        run.succeeds()
    finally:
        dataverse.faults.remove(number)
    (one,) = run.tasks("count")
    assert one["try_number"] == 2
    first = airflow.api("GET", f"{run.path}/taskInstances/count/tries")["task_instances"][0]
    waited = datetime.fromisoformat(one["start_date"]) - datetime.fromisoformat(first["end_date"])
    assert waited.total_seconds() >= 5.5


def test_a_killed_worker_s_job_is_found_again(
    airflow: Airflow, dataverse: Sandbox, held_jobs: pytest.MonkeyPatch
) -> None:
    create(dataverse, subject="one job only")
    before = len(jobs(dataverse))
    run = airflow.run("proof_job_on_a_worker", subject="one job only")
    run.reaches("delete", "running")
    until(lambda: len(jobs(dataverse)) > before or None, "the job has started")
    kill(run, "delete")
    until(lambda: run.tasks("delete")[0]["try_number"] == 2 or None, "a second try")
    held_jobs.undo()
    run.succeeds()
    assert len(jobs(dataverse)) == before + 1
    assert "An earlier try has started the job" in run.log("delete", tried=2)


@pytest.mark.usefixtures("held_jobs")
@pytest.mark.parametrize(("dag", "waiting"), [("proof_job_on_a_worker", "running"), ("proof_job", "deferred")])
def test_a_person_who_stops_a_task_stops_its_job(airflow: Airflow, dataverse: Sandbox, dag: str, waiting: str) -> None:
    subject = f"stopped {waiting}"
    create(dataverse, subject=subject)
    before = {str(job["asyncoperationid"]) for job in jobs(dataverse)}

    def started() -> str | None:
        return next(
            (str(job["asyncoperationid"]) for job in jobs(dataverse) if job["asyncoperationid"] not in before), None
        )

    run = airflow.run(dag, subject=subject)
    run.reaches("delete", waiting)
    job = until(started, "the job has started")
    watched = f"/asyncoperations({job})"
    until(lambda: any(watched in one.target for one in dataverse.exchanges) or None, "the job is watched")
    airflow.api("PATCH", f"{run.path}/taskInstances/delete", json={"new_state": "failed"})

    def cancelled() -> bool | None:
        (row,) = [row for row in jobs(dataverse) if row["asyncoperationid"] == job]
        return row["statuscode"] == 32 or None

    until(cancelled, "the job is cancelled")
    assert run.ended() == "failed"


def test_a_killed_export_is_whole_in_the_end(airflow: Airflow, dataverse: Sandbox) -> None:
    number = dataverse.faults.add("delay table=contact seconds=60 nth=3 times=1")
    try:
        run = airflow.run("proof_export")
        until(lambda: dataverse.faults.ordered()[-1].fired or None, "the third page is asked for")
        kill(run, "read")
        run.succeeds()
    finally:
        dataverse.faults.remove(number)
    read = run.xcom("read")
    found = [row["contactid"] for row in rows(read["path"])]
    assert len(found) == len(set(found)) == read["written"] == len(list(dataverse.world.store.select("contact", {})))
    assert run.tasks("read")[0]["try_number"] == 2
