from __future__ import annotations

import pytest

from tests.sandbox.service.client import ROOT, Client


@pytest.fixture
def account(client: Client) -> str:
    return client.create("accounts", name="A")


@pytest.fixture
def contact(client: Client) -> str:
    return client.create("contacts", lastname="L")


def test_a_lookup_is_set_read_and_cleared(client: Client, account: str, contact: str) -> None:
    url = f"accounts({account})/primarycontactid/$ref"
    assert client.put(url, {"@odata.id": f"contacts({contact})"}).status == 204
    assert client.get(url).json() == {
        "@odata.context": f"{ROOT}$metadata#$ref",
        "@odata.id": f"{ROOT}contacts({contact})",
    }
    assert client.delete(url).status == 204
    assert client.get(url).status == 204


@pytest.mark.parametrize("navigation", ["contact_customer_accounts"])
def test_a_collection_takes_and_loses_rows(client: Client, account: str, contact: str, navigation: str) -> None:
    url = f"accounts({account})/{navigation}"
    assert client.post(f"{url}/$ref", {"@odata.id": f"{ROOT}contacts({contact})"}).status == 204
    assert client.get(f"{url}/$ref").json() == {
        "@odata.context": f"{ROOT}$metadata#Collection($ref)",
        "value": [{"@odata.id": f"{ROOT}contacts({contact})"}],
    }
    assert client.delete(f"{url}({contact})/$ref").status == 204
    assert client.get(f"{url}/$ref").json()["value"] == []
    client.post(f"{url}/$ref", {"@odata.id": f"contacts({contact})"})
    assert client.delete(f"{url}/$ref?$id={ROOT}contacts({contact})").status == 204
    assert client.get(f"{url}/$ref").json()["value"] == []


def test_many_to_many_pairs_are_made_once(client: Client, account: str) -> None:
    lead = client.create("leads", lastname="L", subject="S")
    url = f"accounts({account})/accountleads_association/$ref"
    assert client.post(url, {"@odata.id": f"leads({lead})"}).status == 204
    again = client.post(url, {"@odata.id": f"leads({lead})"})
    assert (again.status, again.code) == (412, "0x80040237")
    assert client.delete(f"accounts({account})/accountleads_association({lead})/$ref").status == 204
    assert client.get(url).json()["value"] == []


def test_wrong_verbs_and_wrong_bodies(client: Client, account: str, contact: str) -> None:
    body = {"@odata.id": f"contacts({contact})"}
    assert client.post(f"accounts({account})/primarycontactid/$ref", body).status == 405
    assert client.put(f"accounts({account})/contact_customer_accounts/$ref", body).status == 405
    assert client.put(f"accounts({account})/primarycontactid/$ref", {}).status == 400
    assert client.delete(f"accounts({account})/contact_customer_accounts/$ref").status == 400
    assert client.delete(f"accounts({account})/$ref").status == 405
    missing = {"@odata.id": f"contacts({account})"}
    assert client.put(f"accounts({account})/primarycontactid/$ref", missing).status == 404
