from __future__ import annotations

import pytest

from tests.sandbox.service.client import ROOT, Client

MISSING = "11111111-1111-1111-1111-111111111111"


def test_create_answers_with_the_address(client: Client) -> None:
    answer = client.post("accounts", {"name": "Fabrikam"})
    address = answer.header("OData-EntityId")
    assert (answer.status, answer.body) == (204, b"")
    assert str(address).startswith(f"{ROOT}accounts(")
    assert answer.header("Location") == address
    assert client.get(str(address)).json()["name"] == "Fabrikam"


def test_create_can_give_the_row_back(client: Client) -> None:
    answer = client.post("accounts?$select=name", {"name": "A"}, Prefer="return=representation")
    document = answer.json()
    assert answer.status == 201
    assert answer.header("Preference-Applied") == "return=representation"
    assert answer.header("OData-EntityId") is None
    assert answer.header("ETag") == document["@odata.etag"]
    assert document["@odata.context"] == f"{ROOT}$metadata#accounts(name)/$entity"
    assert {name for name in document if not name.startswith("@")} == {"name", "accountid"}


def test_a_client_may_choose_the_id_once(client: Client) -> None:
    assert client.create("accounts", name="A", accountid=MISSING) == MISSING
    answer = client.post("accounts", {"name": "B", "accountid": MISSING})
    assert (answer.status, answer.code) == (412, "0x80040237")


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_create_needs_an_object(client: Client, body: bytes) -> None:
    answer = client.send("POST", "accounts", body)
    assert (answer.status, answer.code) == (400, "0x80048d19")


def test_retrieve_by_id_by_named_id_and_not_at_all(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    assert client.get(f"accounts({row_id})?$select=name").json()["name"] == "A"
    assert client.get(f"accounts({row_id.upper()})").status == 200
    assert client.get(f"accounts(accountid={row_id})").json()["accountid"] == row_id
    missing = client.get(f"accounts({MISSING})")
    assert (missing.status, missing.code) == (404, "0x80040217")
    assert client.get("accounts(1)").status == 400
    assert client.get("accounts(name='A')").message.startswith("The key in the request URI is not valid")


def test_conditional_get(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    etag = str(client.get(f"accounts({row_id})").header("ETag"))
    unchanged = client.get(f"accounts({row_id})", If_None_Match=etag)
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert client.get(f"accounts({row_id})", If_None_Match="null").status == 200
    assert client.get(f"accounts({row_id})?$expand=primarycontactid", If_None_Match=etag).status == 200
    with_labels = {"If_None_Match": etag, "Prefer": 'odata.include-annotations="*"'}
    assert client.get(f"accounts({row_id})", **with_labels).status == 200
    client.patch(f"accounts({row_id})", {"name": "B"})
    assert client.get(f"accounts({row_id})", If_None_Match=etag).status == 200


def test_update_and_its_representation(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    answer = client.patch(f"accounts({row_id})", {"name": "B"})
    assert answer.status == 204
    assert answer.header("OData-EntityId") == f"{ROOT}accounts({row_id})"
    shown = client.patch(f"accounts({row_id})?$select=name", {"name": "C"}, Prefer="return=representation")
    assert (shown.status, shown.json()["name"]) == (200, "C")
    assert shown.header("ETag") == shown.json()["@odata.etag"]


def test_optimistic_concurrency(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    etag = str(client.get(f"accounts({row_id})").header("ETag"))
    assert client.patch(f"accounts({row_id})", {"name": "B"}, If_Match=etag).status == 204
    stale = client.patch(f"accounts({row_id})", {"name": "C"}, If_Match=etag)
    assert (stale.status, stale.code) == (412, "0x80060882")
    assert client.delete(f"accounts({row_id})", If_Match=etag).status == 412
    assert client.get(f"accounts({row_id})").json()["name"] == "B"
    assert client.delete(f"accounts({row_id})", If_Match="*").status == 204


def test_upsert_creates_updates_and_can_be_told_not_to(client: Client) -> None:
    url = f"accounts({MISSING})"
    refused = client.patch(url, {"name": "A"}, If_Match="*")
    assert (refused.status, refused.code) == (404, "0x80040217")
    created = client.patch(url, {"name": "A"}, Prefer="return=representation")
    assert (created.status, created.json()["accountid"]) == (201, MISSING)
    assert client.patch(url, {"name": "B", "accountid": "ignored"}).status == 204
    twice = client.patch(url, {"name": "C"}, If_None_Match="*")
    assert (twice.status, twice.code) == (412, "0x80040237")
    assert client.get(url).json()["name"] == "B"
    assert client.patch(url, {"name": "D"}, If_None_Match="null").status == 204


def test_delete(client: Client) -> None:
    row_id = client.create("accounts", name="A")
    assert client.delete(f"accounts({row_id})").status == 204
    again = client.delete(f"accounts({row_id})")
    assert (again.status, again.code) == (404, "0x80040217")


def test_single_properties(client: Client) -> None:
    row_id = client.create("accounts", name="A", creditonhold=True, numberofemployees=7)
    url = f"accounts({row_id})"
    found = client.get(f"{url}/name").json()
    assert found == {"@odata.context": f"{ROOT}$metadata#accounts({row_id})/name", "value": "A"}
    assert client.put(f"{url}/name", {"value": "B"}).status == 204
    assert client.get(f"{url}/name/$value").body == b"B"
    assert client.get(f"{url}/name/$value").header("Content-Type") == "text/plain"
    assert client.get(f"{url}/creditonhold/$value").body == b"true"
    assert client.get(f"{url}/numberofemployees/$value").body == b"7"
    assert client.delete(f"{url}/numberofemployees").status == 204
    assert client.get(f"{url}/numberofemployees").status == 204
    assert client.get(f"{url}/numberofemployees/$value").status == 204
    assert client.put(f"{url}/name", {"name": "C"}).status == 400
    assert client.put(f"{url}/_primarycontactid_value", {"value": MISSING}).status == 400
    assert client.get(f"accounts({MISSING})/name").status == 404


def test_unknown_columns_are_refused(client: Client) -> None:
    answer = client.get(f"accounts({client.create('accounts', name='A')})?$select=nope")
    assert (answer.status, answer.code) == (400, "0x80060888")
    assert client.post("accounts", {"nope": 1}).status == 400
