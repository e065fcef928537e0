from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client


def query(table: str, *conditions: dict[str, Any], operator: str = "And") -> dict[str, Any]:
    return {
        "@odata.type": "Microsoft.Dynamics.CRM.QueryExpression",
        "EntityName": table,
        "ColumnSet": {"@odata.type": "Microsoft.Dynamics.CRM.ColumnSet", "AllColumns": False, "Columns": []},
        "Criteria": {"FilterOperator": operator, "Conditions": list(conditions)},
        "Distinct": False,
    }


def condition(column: str, operator: str, *values: Any) -> dict[str, Any]:
    typed = [{"Value": value, "Type": "System.String"} for value in values]
    return {"AttributeName": column, "Operator": operator, "Values": typed}


def started(client: Client, *queries: dict[str, Any], **members: Any) -> str:
    answer = client.post("BulkDelete", {"QuerySet": list(queries), "JobName": "Clean up", **members})
    assert answer.status == 200, answer.body
    return str(answer.json()["JobId"])


def state(client: Client, job: str) -> tuple[int, int]:
    row = client.get(f"asyncoperations({job})").json()
    return row["statecode"], row["statuscode"]


def test_a_job_goes_on_between_requests(client: Client) -> None:
    ids = [client.create("accounts", name=f"A{number}") for number in range(3)]
    job = started(client, query("account", condition("accountid", "In", *ids[:2])))
    assert state(client, job) == (2, 20)
    assert state(client, job) == (3, 30)
    assert [row["accountid"] for row in client.get("accounts").json()["value"]] == [ids[2]]
    (told,) = client.get(f"bulkdeleteoperations?$filter=_asyncoperationid_value eq {job}").json()["value"]
    assert (told["successcount"], told["failurecount"], told["name"]) == (2, 0, "Clean up")


def test_conditions_are_read(client: Client) -> None:
    for number in range(6):
        client.create("accounts", name=f"A{number}", numberofemployees=number)
    many = condition("numberofemployees", "GreaterEqual", 4)
    named = condition("name", "BeginsWith", "A0")
    job = started(client, query("account", many, named, operator="Or"))
    state(client, job)
    assert {row["name"] for row in client.get("accounts").json()["value"]} == {"A1", "A2", "A3"}


def test_linked_tables_are_read(client: Client) -> None:
    ids = [client.create("accounts", name=f"A{number}") for number in range(3)]
    for parent, jobs in zip(ids, ("Boss", "Boss", "Clerk"), strict=True):
        for _ in range(2):
            bind = {"parentcustomerid_account@odata.bind": f"/accounts({parent})"}
            client.create("contacts", lastname="L", jobtitle=jobs, **bind)
    link = {
        "LinkFromEntityName": "account",
        "LinkFromAttributeName": "accountid",
        "LinkToEntityName": "contact",
        "LinkToAttributeName": "parentcustomerid",
        "LinkCriteria": {"Conditions": [condition("jobtitle", "Equal", "Boss")]},
    }
    ordered = {"Orders": [{"AttributeName": "name", "OrderType": "Ascending"}]}
    job = started(client, {**query("account", condition("name", "NotEqual", "A1")), "LinkEntities": [link], **ordered})
    state(client, job)
    assert [row["name"] for row in client.get("accounts?$orderby=name").json()["value"]] == ["A1", "A2"]
    late = {**condition("contactid", "Null"), "EntityName": "c"}
    alone = {**query("account", late), "LinkEntities": [{**link, "EntityAlias": "c", "JoinOperator": "LeftOuter"}]}
    state(client, started(client, alone))
    assert [row["name"] for row in client.get("accounts").json()["value"]] == ["A1"]


def restricted(client: Client) -> str:
    """A unit that a product is counted in: the relationship restricts its deletion."""
    group = client.create("uomschedules", name="Weights", baseuomname="Gram")
    in_group = {"uomscheduleid@odata.bind": f"/uomschedules({group})"}
    unit = client.create("uoms", name="Bag", quantity=1, **in_group)
    counted = {"defaultuomid@odata.bind": f"/uoms({unit})"}
    grouped = {"defaultuomscheduleid@odata.bind": f"/uomschedules({group})"}
    client.create("products", name="Beans", productnumber="B1", quantitydecimal=0, **counted, **grouped)
    return unit


def test_a_row_that_must_stay_is_told(client: Client) -> None:
    unit = restricted(client)
    client.create("accounts", name="A")
    units = query("uom", condition("uomid", "Equal", unit))
    job = started(client, query("account", condition("name", "Equal", "A")), units)
    assert [state(client, job), state(client, job)] == [(2, 20), (3, 30)]
    (told,) = client.get(f"bulkdeleteoperations?$filter=_asyncoperationid_value eq {job}").json()["value"]
    assert (told["successcount"], told["failurecount"], told["statuscode"]) == (1, 1, 30)
    (failure,) = client.get(f"bulkdeletefailures?$filter=_asyncoperationid_value eq {job}").json()["value"]
    assert failure["_bulkdeleteoperationid_value"] == told["bulkdeleteoperationid"]
    assert (failure["orderedqueryindex"], failure["errornumber"]) == (1, int("80040227", 16) - 2**32)
    assert "cannot be deleted" in failure["errordescription"]
    assert client.get(f"uoms({unit})").status == 200
    assert client.post("bulkdeletefailures", {"errordescription": "x"}).status == 405


def test_a_job_waits_until_its_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.create("accounts", name="Before")
    at = client.world.clock() + timedelta(hours=1)
    job = started(client, query("account", condition("name", "NotNull")), StartDateTime=at.isoformat())
    assert [state(client, job), state(client, job)] == [(1, 10), (1, 10)]
    client.create("accounts", name="Meanwhile")
    monkeypatch.setattr(client.world, "clock", lambda: at)
    assert [state(client, job), state(client, job), state(client, job)] == [(1, 10), (2, 20), (3, 30)]
    assert client.get("accounts").json()["value"] == []
    postponed = client.get(f"asyncoperations({job})").json()["postponeuntil"]
    assert postponed == at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_job_whose_table_went_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post("EntityDefinitions", bodies.table()).status == 204
    at = client.world.clock() + timedelta(hours=1)
    everything = query("new_bankaccount", condition("new_accountname", "NotNull"))
    job = started(client, everything, StartDateTime=f"{at:%Y-%m-%dT%H:%M:%SZ}")
    assert client.delete("EntityDefinitions(LogicalName='new_bankaccount')").status == 204
    monkeypatch.setattr(client.world, "clock", lambda: at)
    assert [state(client, job), state(client, job)] == [(1, 10), (3, 31)]
    assert "new_bankaccount" in client.get(f"asyncoperations({job})").json()["message"]


def test_what_cannot_be_read_is_refused(client: Client) -> None:
    assert client.post("BulkDelete", {"QuerySet": []}).status == 400
    assert client.post("BulkDelete", {"QuerySet": [query("nothing")]}).status == 404
    wrong = query("account", condition("nope", "Equal", "x"))
    assert client.post("BulkDelete", {"QuerySet": [wrong]}).status == 400
    unread: list[dict[str, Any]] = [
        {"TopCount": 3},
        {"LinkEntities": [{"LinkToEntityName": "contact", "JoinOperator": "All"}]},
    ]
    broken: list[dict[str, Any]] = [
        {"LinkEntities": {}},
        {"LinkEntities": [7]},
        {"Criteria": []},
        {"Criteria": {"Conditions": "x"}},
    ]
    for status, cases in ((501, unread), (400, broken)):
        for more in cases:
            assert client.post("BulkDelete", {"QuerySet": [{**query("account"), **more}]}).status == status
    assert client.post("BulkDelete", {"QuerySet": [query("account")], "StartDateTime": "soon"}).status == 400
    recurring = {"QuerySet": [query("account")], "RecurrencePattern": "FREQ=DAILY;INTERVAL=1;"}
    assert client.post("BulkDelete", recurring).status == 501
