from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.service.client import ROOT, Answer, Client

TYPE = "Microsoft.Dynamics.CRM.account"
FIRST, SECOND = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


def call(client: Client, name: str, *targets: dict[str, Any]) -> Answer:
    rows = [{"@odata.type": TYPE, **target} for target in targets]
    return client.post(f"accounts/Microsoft.Dynamics.CRM.{name}", {"Targets": rows})


def names(client: Client) -> set[str]:
    return {row["name"] for row in client.get("accounts?$select=name").json()["value"]}


def test_create_gives_the_ids_in_order(client: Client) -> None:
    answer = call(client, "CreateMultiple", {"name": "A"}, {"name": "B"})
    document = answer.json()
    assert (answer.status, document["@odata.context"]) == (
        200,
        f"{ROOT}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse",
    )
    found = [client.get(f"accounts({row_id})/name").json()["value"] for row_id in document["Ids"]]
    assert found == ["A", "B"]


def test_one_bad_row_undoes_all(client: Client) -> None:
    assert call(client, "CreateMultiple", {"name": "A"}, {"nope": 1}).status == 400
    twice = call(client, "CreateMultiple", {"name": "A", "accountid": FIRST}, {"name": "B", "accountid": FIRST})
    assert (twice.status, twice.code, twice.message) == (412, "0x80040237", "Cannot insert duplicate key.")
    assert names(client) == set()


def test_update_changes_rows_that_are_there(client: Client) -> None:
    client.create("accounts", name="A", accountid=FIRST)
    assert call(client, "UpdateMultiple", {"accountid": FIRST, "name": "B"}).status == 204
    missing = call(client, "UpdateMultiple", {"accountid": FIRST, "name": "C"}, {"accountid": SECOND, "name": "D"})
    assert (missing.status, missing.message) == (404, f"Account With Ids = {SECOND} Do Not Exist")
    assert call(client, "UpdateMultiple", {"name": "C"}).status == 400
    assert names(client) == {"B"}


def test_upsert_creates_and_updates(client: Client) -> None:
    client.create("accounts", name="A", accountid=FIRST)
    rows = ({"accountid": FIRST, "name": "B"}, {"@odata.id": f"accounts({SECOND})", "name": "C"}, {"name": "D"})
    assert call(client, "UpsertMultiple", *rows).status == 204
    assert names(client) == {"B", "C", "D"}
    assert client.get(f"accounts({SECOND})/name").json()["value"] == "C"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Targets": []},
        {"Targets": {}},
        {"Targets": [1]},
        {"Targets": [{"name": "A"}]},
        {"Targets": [{"@odata.type": "Microsoft.Dynamics.CRM.contact", "lastname": "A"}]},
    ],
)
def test_targets_must_be_rows_of_this_table(client: Client, document: dict[str, Any]) -> None:
    assert client.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", document).status == 400


@pytest.mark.parametrize("address", ["contacts(1)", "accounts", "accounts(x)/name", "accounts()"])
def test_addresses_in_targets_must_name_a_row(client: Client, address: str) -> None:
    assert call(client, "UpsertMultiple", {"@odata.id": address, "name": "A"}).status == 400


def test_bulk_messages_stand_on_the_collection_only(client: Client) -> None:
    assert client.post("CreateMultiple", {"Targets": []}).status == 404
    assert client.post(f"accounts({FIRST})/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": []}).status == 404
    assert client.get("accounts/Microsoft.Dynamics.CRM.CreateMultiple").status == 404
