from __future__ import annotations

from typing import Any

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


def started(client: Client, *queries: dict[str, Any]) -> str:
    answer = client.post("BulkDelete", {"QuerySet": list(queries), "JobName": "Clean up"})
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


def test_a_row_that_must_stay_is_counted(client: Client) -> None:
    account = client.create("accounts", name="A")
    incident = {"title": "T", "customerid_account@odata.bind": f"/accounts({account})"}
    assert client.post("incidents", incident).status == 204
    relation = next(
        one
        for one in client.world.model.pointing_at("account")
        if (one.table, one.column) == ("incident", "customerid")
    )
    job = started(client, query("account", condition("name", "Equal", "A")))
    state(client, job)
    (told,) = client.get("bulkdeleteoperations").json()["value"]
    gone = relation.cascade.delete != "Restrict"
    assert (told["successcount"], told["failurecount"]) == ((1, 0) if gone else (0, 1))


def test_what_cannot_be_read_is_refused(client: Client) -> None:
    assert client.post("BulkDelete", {"QuerySet": []}).status == 400
    assert client.post("BulkDelete", {"QuerySet": [query("nothing")]}).status == 404
    wrong = query("account", condition("nope", "Equal", "x"))
    assert client.post("BulkDelete", {"QuerySet": [wrong]}).status == 400
    linked = {**query("account"), "LinkEntities": [{}]}
    assert client.post("BulkDelete", {"QuerySet": [linked]}).status == 501
