"""Rows and listings over the wire: null is written in one and left out in the other; what stands beside a value."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.sandbox.service.client import Client, fresh_world

ALL = {"Prefer": 'odata.include-annotations="*"'}


@pytest.fixture
def client() -> Iterator[Client]:
    world = fresh_world()
    yield Client(world)
    world.store.close()


def test_null_is_written_and_has_no_annotations(client: Client) -> None:
    client.create("accounts", name="A")
    row = client.get("accounts?$select=name,revenue,_primarycontactid_value", **ALL).json()["value"][0]
    assert (row["revenue"], row["_primarycontactid_value"]) == (None, None)
    assert not [name for name in row if name.startswith(("revenue@", "_primarycontactid_value@"))]


def test_a_lookup_tells_name_table_and_navigation(client: Client) -> None:
    contact = client.create("contacts", lastname="Ada")
    client.create("incidents", title="T", **{"customerid_contact@odata.bind": f"contacts({contact})"})
    row = client.get("incidents?$select=_customerid_value", **ALL).json()["value"][0]
    beside = {name.split("@")[1]: value for name, value in row.items() if name.startswith("_customerid_value@")}
    assert beside == {
        "OData.Community.Display.V1.FormattedValue": "Ada",
        "Microsoft.Dynamics.CRM.lookuplogicalname": "contact",
        "Microsoft.Dynamics.CRM.associatednavigationproperty": "customerid_contact",
    }


def test_annotations_stand_before_their_property(client: Client) -> None:
    client.create("accounts", name="A", revenue=5)
    names = list(client.get("accounts?$select=revenue", **ALL).json()["value"][0])
    place = names.index("revenue")
    assert names[place - 1] == "revenue@OData.Community.Display.V1.FormattedValue"


def test_the_context_names_what_was_asked_for(client: Client) -> None:
    own = client.create("accounts", name="A")
    row = client.get(f"accounts({own})?$select=name&$expand=primarycontactid($select=fullname)").json()
    assert row["@odata.context"].endswith("#accounts(name,primarycontactid(fullname))/$entity")
    assert client.get("accounts").json()["@odata.context"].endswith("#accounts")


def test_a_listing_leaves_null_out(client: Client) -> None:
    client.create("accounts", name="A")
    fetch = '<fetch><entity name="account"><attribute name="name"/><attribute name="revenue"/></entity></fetch>'
    row = client.get(f"accounts?fetchXml={quote(fetch)}", **ALL).json()["value"][0]
    assert row["name"] == "A"
    assert "revenue" not in row
