"""Cases and queues, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError
from onteg_dynamics.sandbox import Sandbox

CASE = "b4fc0e4d-31c8-5c8b-a861-c1c682a337a4"
ROW = {"table": "incident", "id": CASE}


def state(run: Any) -> tuple[int, int]:
    row = run("get_record", table="incident", key=CASE, select="statecode,statuscode")["row"]
    return row["statecode"], row["statuscode"]


def test_a_case_is_resolved_and_reactivated(run: Any) -> None:
    told = {"subject": "New burrs", "minutes": "45", "description": "Worn out.", "status": "Information Provided"}
    output = run("resolve_case", case="Grinder stops after ten minutes", **told)
    assert output == {**ROW, "name": "Grinder stops after ten minutes", "was": "Active"}
    assert state(run) == (1, 1000)
    columns = "subject,timespent,description,incidentid"
    (activity,) = run("list_records", table="incidentresolution", select=columns)["rows"]
    assert [activity[name] for name in columns.split(",")] == ["New burrs", 45, "Worn out.", CASE]
    for action in ("resolve_case", "cancel_case"):
        with pytest.raises(InputError, match="is Resolved and cannot be") as caught:
            run(action, case=CASE)
        assert "Reactivate Case" in str(caught.value.details.fix)
    assert run("reactivate_case", case=CASE)["was"] == "Resolved"
    assert state(run)[0] == 0


def test_a_case_is_canceled_and_reactivated_for_a_reason(run: Any) -> None:
    assert run("cancel_case", case=CASE)["was"] == "Active"
    assert state(run)[0] == 2
    run("reactivate_case", case=CASE, status="On Hold")
    assert state(run) == (0, 2)
    with pytest.raises(InputError, match="is Active and cannot be reactivated"):
        run("reactivate_case", case=CASE)


def test_a_reason_of_another_state_is_refused(run: Any) -> None:
    with pytest.raises(InputError, match=r"Status Reason.*allowed are .*Problem Solved \(5\)"):
        run("resolve_case", case=CASE, status="Canceled")
    assert state(run)[0] == 0


@pytest.fixture
def queues(run: Any) -> tuple[str, str]:
    first, second = (run("create_record", table="queue", row={"name": name})["id"] for name in ("One", "Two"))
    return first, second


def test_a_row_goes_into_a_queue_once_and_into_another(run: Any, queues: tuple[str, str], sandbox: Sandbox) -> None:
    one, two = queues
    first = run("add_to_queue", **ROW, queue="One")
    assert (first["queue_id"], first["added"], first["moved_from"]) == (one, True, None)
    again = run("add_to_queue", **ROW, queue=one)
    assert (again["added"], again["queue_item_id"]) == (False, first["queue_item_id"])
    moved = run("add_to_queue", **ROW, queue=two)
    assert (moved["added"], moved["moved_from"]) == (True, one)
    items = run("list_records", table="queueitem", select="queueid,objectid")["rows"]
    assert [(item["queueid"], item["objectid"]) for item in items] == [(two, CASE)]
    assert sum("AddToQueue" in one.target for one in sandbox.exchanges) == 2


def test_somebody_works_on_an_item(run: Any, queues: tuple[str, str]) -> None:
    item = run("add_to_queue", **ROW, queue=queues[0])["queue_item_id"]
    me = run("who_am_i")["user_id"]
    assert run("pick_from_queue", **ROW) == {"queue_item_id": item, "worker_id": me, "picked": True}
    assert run("pick_from_queue", queue_item=item)["picked"] is False
    with pytest.raises(InputError, match="is being worked on by # Sandbox Connector"):
        run("pick_from_queue", queue_item=item, worker="INTEGRATION")
    taken = run("pick_from_queue", queue_item=item, worker="INTEGRATION", take_over="yes", remove="yes")
    assert taken["worker_id"] != me
    assert run("list_records", table="queueitem", select="title")["rows"] == []


def test_what_is_in_no_queue_cannot_be_picked(run: Any) -> None:
    with pytest.raises(InputError, match="is in no queue; Add to Queue"):
        run("pick_from_queue", **ROW)
    with pytest.raises(InputError, match="is required when Queue Item is empty"):
        run("pick_from_queue", table="incident")


def test_an_inactive_queue_takes_nothing(run: Any, queues: tuple[str, str]) -> None:
    run("set_record_status", table="queue", key=queues[0], state="Inactive")
    with pytest.raises(InputError, match="is Inactive and cannot be used"):
        run("add_to_queue", **ROW, queue="One")


@pytest.mark.usefixtures("queues")
def test_dry_runs_move_nothing(run: Any) -> None:
    output = run("resolve_case", case=CASE, dry_run=True)
    assert [one["path"] for one in output["requests"]] == ["CloseIncident"]
    output = run("cancel_case", case=CASE, dry_run=True)
    assert output["changes"] == [{"column": "statecode", "from": 0, "to": 2}]
    run("add_to_queue", **ROW, queue="One", dry_run=True)
    assert state(run)[0] == 0
    assert run("list_records", table="queueitem", select="title")["rows"] == []
