from __future__ import annotations

from dataclasses import replace

import pytest

from onteg_dynamics.sandbox.model import Key
from tests.sandbox.service.client import ROOT, Client


@pytest.fixture
def keyed(client: Client) -> Client:
    """Accounts that are known by their number, and by name and city together."""
    account = client.world.model.tables["account"]
    keys = (
        Key("account", "bynumber", "ByNumber", "By number", ("accountnumber",), "k1"),
        Key("account", "byplace", "ByPlace", "By place", ("name", "address1_city"), "k2"),
    )
    client.world.model = client.world.model.with_tables([replace(account, keys=keys)])
    return client


def test_a_row_is_found_by_its_key(keyed: Client) -> None:
    row_id = keyed.create("accounts", name="O'Brian / Sons", address1_city="Bath", accountnumber="7")
    url = "accounts(name=%27O%27%27Brian%20%2F%20Sons%27,address1_city=%27Bath%27)"
    assert keyed.get(url).json()["accountid"] == row_id
    assert keyed.get("accounts(accountnumber='7')/name").json()["value"] == "O'Brian / Sons"


def test_no_row_with_that_key(keyed: Client) -> None:
    for answer in (keyed.get("accounts(accountnumber='0')"), keyed.delete("accounts(accountnumber='0')")):
        assert (answer.status, answer.code) == (404, "0x80060891")


def test_a_wrong_set_of_columns_is_no_key(keyed: Client) -> None:
    answer = keyed.get("accounts(name='A')")
    assert answer.status == 400
    assert "Microsoft.Dynamics.CRM.account" in answer.message


def test_upsert_echoes_the_key_and_takes_its_values(keyed: Client) -> None:
    url = "accounts(accountnumber='A%20%26%201')"
    created = keyed.patch(url, {"name": "First"})
    assert created.status == 204
    assert created.header("OData-EntityId") == f"{ROOT}accounts(accountnumber='A%20%26%201')"
    updated = keyed.patch(url, {"name": "Second", "accountnumber": "ignored"}, Prefer="return=representation")
    assert (updated.status, updated.json()["name"], updated.json()["accountnumber"]) == (200, "Second", "A & 1")
    assert keyed.get("accounts/$count").body.decode("utf-8-sig") == "1"


def test_update_only_by_key(keyed: Client) -> None:
    answer = keyed.patch("accounts(accountnumber='0')", {"name": "A"}, If_Match="*")
    assert (answer.status, answer.code) == (404, "0x80060891")


def test_links_and_bulk_take_keys_too(keyed: Client) -> None:
    keyed.create("accounts", name="A", accountnumber="7")
    contact = keyed.create("contacts", lastname="L")
    body = {"@odata.id": "accounts(accountnumber='7')"}
    assert keyed.put(f"contacts({contact})/parentcustomerid_account/$ref", body).status == 204
    assert keyed.get(f"contacts({contact})/parentcustomerid_account/name").json()["value"] == "A"
    row = {"@odata.type": "Microsoft.Dynamics.CRM.account", "@odata.id": "accounts(accountnumber='8')", "name": "B"}
    assert keyed.post("accounts/Microsoft.Dynamics.CRM.UpsertMultiple", {"Targets": [row]}).status == 204
    assert keyed.get("accounts(accountnumber='8')/name").json()["value"] == "B"
