"""DAGs at work: mapping, waiting, handing files on, buttons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from tests.engines.airflow.running import Airflow, until
from tests.engines.one_flow import check_the_end

pytestmark = pytest.mark.airflow


def create(dataverse: Sandbox, table: str = "lead", **row: str) -> str:
    """A new row, made from outside of Airflow."""
    named = {"lastname": "Outside", **row} if table == "lead" else row
    with Executor() as executor:
        made = executor.run("create_record", {"table": table, "row": named}, dataverse.settings())
        return str(made.unwrap()["id"])


def rows(file: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]


def test_mapping_and_waiting_in_the_triggerer(airflow: Airflow, dataverse: Sandbox) -> None:
    run = airflow.run("proof_mapping", since="2026-01-01T00:00:00Z")
    run.reaches("changed", "deferred")
    created = [run.xcom("create", index=index) for index in range(4)]
    assert len({one["id"] for one in created}) == 4
    new = create(dataverse, subject="told from outside")
    run.succeeds()
    read = run.xcom("read")
    assert [row["leadid"] for row in rows(read["path"])] == [new]
    assert (read["written"], read["complete"]) == (1, True)
    assert "rows" not in read
    for index, one in enumerate(created):
        address = f"{dataverse.url}/main.aspx?pagetype=entityrecord&etn=lead&id={one['id']}"
        assert run.links("create", index) == {"Open in Dynamics 365": address}


def test_a_sensor_on_a_worker(airflow: Airflow, dataverse: Sandbox) -> None:
    run = airflow.run("proof_sensor", subject="seen by a sensor")
    run.reaches("changed", "up_for_reschedule")
    create(dataverse, subject="seen by a sensor")
    run.succeeds()
    assert run.xcom("changed")["table"] == "lead"


def test_a_job_is_waited_for_in_the_triggerer(airflow: Airflow, dataverse: Sandbox) -> None:
    gone = create(dataverse, subject="deleted by a job")
    run = airflow.run("proof_job", subject="deleted by a job")
    run.succeeds()
    assert run.xcom("delete")["outcome"] == "succeeded"
    assert dataverse.world.store.get(dataverse.world.model.tables["lead"], gone) is None
    (address,) = run.links("delete").values()
    assert "etn=asyncoperation" in address


def test_a_job_that_others_started_is_waited_for(airflow: Airflow, dataverse: Sandbox) -> None:
    create(dataverse, subject="deleted by others")
    options = {"table": "lead", "values": {"subject": "deleted by others"}}
    with Executor() as executor:
        job = executor.run("start_bulk_delete", options, dataverse.settings()).unwrap()["job_id"]
    run = airflow.run("proof_job_of_another", job_id=job)
    run.succeeds()
    assert (run.xcom("ended")["job_id"], run.xcom("ended")["outcome"]) == (job, "succeeded")


def test_the_readmes_dag(airflow: Airflow, dataverse: Sandbox) -> None:
    run = airflow.scheduled("accounts_every_morning")
    run.succeeds()
    assert run.xcom("export")["rows"] == len(list(dataverse.world.store.select("account", {})))
    assert run.xcom("tell")["table"] == "task"


def test_five_tables_every_night(airflow: Airflow) -> None:
    from pyarrow import parquet

    run = airflow.scheduled("dynamics_nightly_export")
    run.succeeds()
    for table in ("account", "contact", "lead", "opportunity", "product"):
        told = run.xcom(f"{table}.check")
        assert told["before"] == told["after"] == told["written"] > 0
        parts = [run.xcom(f"{table}.write", index=index) for index in range(len(run.xcom(f"{table}.split")))]
        assert sum(parquet.read_metadata(part["path"]).num_rows for part in parts) == told["written"]


def test_files_follow_tables(airflow: Airflow, dataverse: Sandbox) -> None:
    from pyarrow import parquet

    first = airflow.scheduled("dynamics_keep_in_sync")
    first.succeeds()
    assert first.xcom("account")["full"] is True
    made = create(dataverse, "account", name="New in sync")
    gone = create(dataverse, "account", name="Gone again")
    with Executor() as executor:
        executor.run("delete_record", {"table": "account", "key": gone}, dataverse.settings()).unwrap()
    second = airflow.run("dynamics_keep_in_sync")
    second.succeeds()
    told = second.xcom("account")
    assert (told["full"], told["written"]) == (False, 1)
    file = parquet.read_table(told["path"])
    assert file.num_rows == told["rows"] == first.xcom("account")["rows"] + 1
    assert made in file["accountid"].to_pylist()


def test_leads_of_a_file_become_opportunities(airflow: Airflow, dataverse: Sandbox) -> None:
    run = airflow.run("dynamics_leads_from_csv")
    run.succeeds()
    assert run.xcom("import")["created"] == 5
    assert not run.xcom("import").keys() & {"rows", "left_out"}
    opportunities = run.xcom("qualify", index=0)
    rows_of = {row["name"]: row for row in dataverse.world.store.select("opportunity", {})}
    names = {"Espresso machines for four shops", "Breakfast bars in eleven hotels", "Canteens on two sites"}
    assert {rows_of[name]["opportunityid"] for name in names} == set(opportunities)
    wanted = {"dag_run_id": run.id, "dry_run": False, "task_ids": ["qualify"], "only_failed": False}
    airflow.api("POST", f"dags/{run.dag}/clearTaskInstances", json=wanted)
    until(lambda: run.state() != "success" or None, "the run goes on")
    run.succeeds()
    assert run.xcom("qualify", index=0) == opportunities


def test_the_one_flow(airflow: Airflow, dataverse: Sandbox) -> None:
    (airflow.home / "data").mkdir(exist_ok=True)
    airflow.run("dynamics_one_flow").succeeds()
    check_the_end(dataverse, airflow.home / "data")


def test_rows_that_are_refused_fail_an_import_and_are_kept(airflow: Airflow, dataverse: Sandbox) -> None:
    file = airflow.home / "leads.csv"
    file.write_text("lastname,subject,numberofemployees\nFirst,refused,12\nSecond,refused,many\nThird,refused,3\n")
    run = airflow.run("proof_import", file=str(file))
    assert run.ended() == "failed"
    (strict,) = run.tasks("strict")
    assert (strict["state"], strict["try_number"]) == ("failed", 1)
    assert "1 rows of lead were refused, 2 are in place." in run.log("strict")
    assert run.tasks("lenient")[0]["state"] == "success"
    told = run.xcom("lenient")
    assert (told["created"], told["failed"]) == (2, 1)
    assert "Second" in Path(told["left_path"]).read_text("utf-8")
    assert len(list(dataverse.world.store.select("lead", {"subject": "refused"}))) == 4
