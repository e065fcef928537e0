"""Lookups of many tables, as "Create a customer lookup column" and "Use multi-table lookup columns" show them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

LOOKUP = bodies.lookup_column("new_CheckedoutItem", "ComplexLookup")
COLUMN = "EntityDefinitions(LogicalName='new_checkout')/Attributes(LogicalName='new_checkedoutitem')"


def relation(target: str, source: str = "new_checkout") -> dict[str, Any]:
    return {
        "SchemaName": f"{source}_poly_{target}",
        "ReferencedEntity": target,
        "ReferencingEntity": source,
    }


@pytest.fixture
def library(client: Client) -> Client:
    for name in ("new_Checkout", "new_Book", "new_Device", "new_Dvd"):
        body = bodies.table(name, name[4:], Attributes=[bodies.primary("new_Name")])
        assert client.post("EntityDefinitions", body).status == 204
    return client


@pytest.fixture
def poly(library: Client) -> Client:
    body = {"OneToManyRelationships": [relation("new_book"), relation("new_device")], "Lookup": LOOKUP}
    answer = library.post("CreatePolymorphicLookupAttribute", body)
    assert answer.status == 200, answer.body
    return library


def test_a_customer_column(bank: Client) -> None:
    relations = [
        {**relation(target, "new_bankaccount"), "SchemaName": f"new_bankaccount_customer_{target}"}
        for target in ("account", "contact")
    ]
    body = {"OneToManyRelationships": relations, "Lookup": bodies.lookup_column("new_CustomerId", "ComplexLookup")}
    answer = bank.post("CreateCustomerRelationships", body)
    found = answer.json()
    assert answer.status == 200
    assert found["@odata.context"].endswith("#Microsoft.Dynamics.CRM.CreateCustomerRelationshipsResponse")
    column = bank.get(f"EntityDefinitions(LogicalName='new_bankaccount')/Attributes({found['AttributeId']})").json()
    assert (column["AttributeType"], set(column["Targets"])) == ("Customer", {"account", "contact"})
    for identity in found["RelationshipIds"]:
        assert bank.get(f"RelationshipDefinitions({identity})").json()["ReferencingAttribute"] == "new_customerid"
    firm = bank.create("accounts", name="A")
    row = bank.create("new_bankaccounts", **{"new_CustomerId_account@odata.bind": f"accounts({firm})"})
    shown = bank.get(f"new_bankaccounts({row})", Prefer='odata.include-annotations="*"').json()
    assert shown["_new_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    last = bank.delete(f"RelationshipDefinitions({found['RelationshipIds'][0]})")
    assert (last.status, last.code) == (400, "0x80090420")


def test_a_customer_is_an_account_or_a_contact(bank: Client) -> None:
    relations = [relation(target, "new_bankaccount") for target in ("account", "lead")]
    body = {"OneToManyRelationships": relations, "Lookup": bodies.lookup_column("new_CustomerId", "ComplexLookup")}
    assert bank.post("CreateCustomerRelationships", body).status == 400


def test_a_lookup_of_many_tables(poly: Client) -> None:
    book, device = poly.create("new_books", new_name="B"), poly.create("new_devices", new_name="D")
    first = poly.create("new_checkouts", **{"new_CheckedoutItem_new_book@odata.bind": f"/new_books({book})"})
    poly.create("new_checkouts", **{"new_CheckedoutItem_new_device@odata.bind": f"/new_devices({device})"})
    shown = poly.get(f"new_checkouts({first})?$expand=new_CheckedoutItem_new_book($select=new_name)").json()
    assert (shown["_new_checkedoutitem_value"], shown["new_CheckedoutItem_new_book"]["new_name"]) == (book, "B")
    back = poly.get(f"new_books({book})/new_checkout_poly_new_book").json()["value"]
    assert [item["new_checkoutid"] for item in back] == [first]
    switch = {"new_CheckedoutItem_new_device@odata.bind": f"/new_devices({device})"}
    assert poly.patch(f"new_checkouts({first})", switch).status == 204
    assert (
        poly.get(f"new_checkouts({first})?$expand=new_CheckedoutItem_new_book").json()["new_CheckedoutItem_new_book"]
        is None
    )


def test_a_table_joins_later_and_leaves_again(poly: Client) -> None:
    body = {
        **relation("new_dvd"),
        "@odata.type": f"{bodies.CRM}OneToManyRelationshipMetadata",
        "Lookup": bodies.lookup_column("new_CheckedoutItem"),
    }
    assert poly.post("RelationshipDefinitions", body).status == 204
    assert poly.get(COLUMN).json()["Targets"] == ["new_book", "new_device", "new_dvd"]
    disc = poly.create("new_dvds", new_name="D")
    row = poly.create("new_checkouts", **{"new_CheckedoutItem_new_dvd@odata.bind": f"/new_dvds({disc})"})
    assert poly.delete("RelationshipDefinitions(SchemaName='new_checkout_poly_new_dvd')").status == 204
    assert poly.get(COLUMN).json()["Targets"] == ["new_book", "new_device"]
    assert poly.get(f"new_checkouts({row})").json()["_new_checkedoutitem_value"] is None
    twice = {**body, **relation("new_book"), "SchemaName": "new_again"}
    assert poly.post("RelationshipDefinitions", twice).status == 400


def test_the_last_relationship_stays_until_the_column_goes(poly: Client) -> None:
    assert poly.delete("RelationshipDefinitions(SchemaName='new_checkout_poly_new_book')").status == 204
    last = poly.delete("RelationshipDefinitions(SchemaName='new_checkout_poly_new_device')")
    assert (last.status, last.code) == (400, "0x80090420")
    assert poly.delete(COLUMN).status == 204
    assert poly.get("RelationshipDefinitions(SchemaName='new_checkout_poly_new_device')").status == 404


@pytest.mark.parametrize(
    ("relations", "code"),
    [
        ([], "0x80040203"),
        (None, "0x80040203"),
        ([relation("new_book"), relation("new_book")], "0x80090424"),
        ([relation("new_book"), relation("new_checkout")], "0x80090423"),
        ([relation("new_book"), relation("new_no")], "0x80041102"),
        ([relation("new_book"), relation("new_device", "new_dvd")], "0x80040203"),
        ([relation("new_book"), {**relation("new_device"), "SchemaName": "new_checkout_poly_new_BOOK"}], "0x8004432b"),
        ([{**relation("new_book"), "SchemaName": None}], "0x80040203"),
    ],
)
def test_relationships_that_do_not_fit_together(library: Client, relations: Any, code: str) -> None:
    answer = library.post("CreatePolymorphicLookupAttribute", {"OneToManyRelationships": relations, "Lookup": LOOKUP})
    assert (answer.code, answer.status >= 400) == (code, True), answer.body
    assert library.get(COLUMN).status == 404


def test_the_parameters_are_those_of_the_action(library: Client) -> None:
    body = {"OneToManyRelationships": [relation("new_book")], "Lookup": LOOKUP}
    assert library.post("CreatePolymorphicLookupAttribute", {**body, "Nope": 1}).code == "0x80048d19"
    assert (
        library.post("CreatePolymorphicLookupAttribute", {"OneToManyRelationships": [relation("new_book")]}).status
        == 400
    )
    assert library.get("CreatePolymorphicLookupAttribute").status == 404
