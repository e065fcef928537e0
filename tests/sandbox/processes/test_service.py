"""Cases and queues."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.processes.desk import CRM, MISSING, Desk


@pytest.fixture
def case(desk: Desk) -> str:
    account = desk.create("accounts", name="A")
    return desk.create("incidents", title="Leaks", **{"customerid_account@odata.bind": f"accounts({account})"})


def resolution(case: str) -> dict[str, Any]:
    return {"subject": "Fixed", "incidentid@odata.bind": f"/incidents({case})"}


@pytest.mark.parametrize(("status", "kept"), [(5, 5), (1000, 1000), (-1, 5)])
def test_a_case_is_resolved(desk: Desk, case: str, status: int, kept: int) -> None:
    desk.do("CloseIncident", {"IncidentResolution": resolution(case), "Status": status})
    row = desk.row(f"incidents({case})", "statecode", "statuscode")
    assert (row["statecode"], row["statuscode"]) == (1, kept)
    (activity,) = desk.all("incidentresolutions")
    assert (activity["subject"], activity["statecode"]) == ("Fixed", 1)


def test_a_case_is_resolved_once(desk: Desk, case: str) -> None:
    desk.do("CloseIncident", {"IncidentResolution": resolution(case), "Status": 5})
    answer = desk.post("CloseIncident", {"IncidentResolution": resolution(case), "Status": 5})
    assert (answer.status, answer.code) == (400, "0x80048408")
    assert len(desk.all("incidentresolutions")) == 1
    assert desk.post("CloseIncident", {"IncidentResolution": resolution(MISSING), "Status": 5}).status == 404
    assert desk.post("CloseIncident", {"IncidentResolution": resolution(case), "Status": 6}).status == 400


@pytest.fixture
def queue(desk: Desk) -> str:
    return desk.create("queues", name="Support")


def target(case: str) -> dict[str, Any]:
    return {"Target": {"incidentid": case, "@odata.type": f"{CRM}.incident"}}


def test_a_case_waits_is_picked_and_given_back(desk: Desk, case: str, queue: str) -> None:
    answer = desk.do(f"queues({queue})/{CRM}.AddToQueue", target(case), status=200)
    item = answer.json()["QueueItemId"]
    row = desk.row(f"queueitems({item})")
    assert (row["title"], row["_queueid_value"], row["_objectid_value"]) == ("Leaks", queue, case)
    unit = desk.create("businessunits", name="Unit")
    home = {"businessunitid@odata.bind": f"businessunits({unit})"}
    user = desk.create(
        "systemusers", firstname="P", lastname="R", domainname="p@r.example", internalemailaddress="p@r.example", **home
    )
    picked = {"SystemUser": {"systemuserid": user}, "RemoveQueueItem": False}
    desk.do(f"queueitems({item})/{CRM}.PickFromQueue", picked)
    assert desk.row(f"queueitems({item})")["_workerid_value"] == user
    desk.do(f"queueitems({item})/{CRM}.ReleaseToQueue")
    assert desk.row(f"queueitems({item})")["_workerid_value"] is None
    desk.do(f"queueitems({item})/{CRM}.PickFromQueue", {**picked, "RemoveQueueItem": True})
    assert desk.all("queueitems") == []


def test_a_row_waits_in_one_queue(desk: Desk, case: str, queue: str) -> None:
    desk.do(f"queues({queue})/{CRM}.AddToQueue", target(case), status=200)
    again = desk.post(f"queues({queue})/{CRM}.AddToQueue", target(case))
    assert (again.status, again.code) == (400, "0x80040526")
    other = desk.create("queues", name="Other")
    desk.do(f"queues({other})/{CRM}.AddToQueue", target(case), status=200)
    (item,) = desk.all("queueitems")
    assert item["_queueid_value"] == other
    desk.do(f"queueitems({item['queueitemid']})/{CRM}.RemoveFromQueue")
    assert desk.all("queueitems") == []


def test_a_row_leaves_the_queue_that_it_is_in(desk: Desk, case: str, queue: str) -> None:
    other, third = desk.create("queues", name="Other"), desk.create("queues", name="Third")
    moved = {**target(case), "SourceQueue": {"queueid": queue}}
    assert desk.post(f"queues({other})/{CRM}.AddToQueue", moved).code == "0x80040217"
    desk.do(f"queues({queue})/{CRM}.AddToQueue", target(case), status=200)
    for wrong in (third, MISSING):
        body = {**target(case), "SourceQueue": {"queueid": wrong}}
        assert desk.post(f"queues({other})/{CRM}.AddToQueue", body).status == 404
    assert [item["_queueid_value"] for item in desk.all("queueitems")] == [queue]
    desk.do(f"queues({other})/{CRM}.AddToQueue", moved, status=200)
    assert [item["_queueid_value"] for item in desk.all("queueitems")] == [other]


def test_an_item_is_described_when_it_is_put_into_a_queue(desk: Desk, case: str, queue: str) -> None:
    body = {**target(case), "QueueItemProperties": {"@odata.type": f"{CRM}.queueitem", "priority": 3}}
    desk.do(f"queues({queue})/{CRM}.AddToQueue", body, status=200)
    assert [item["priority"] for item in desk.all("queueitems")] == [3]


def test_what_is_put_into_a_queue_says_what_it_is(desk: Desk, queue: str, case: str) -> None:
    for body in ({}, {"Target": {"incidentid": case}}, {"Target": {"@odata.type": f"{CRM}.incident"}}):
        assert desk.post(f"queues({queue})/{CRM}.AddToQueue", body).status == 400
