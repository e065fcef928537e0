from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
RELATION = "RelationshipDefinitions(SchemaName='new_contact_new_bankaccount')"


@pytest.fixture
def owned(bank: Client) -> Client:
    """A bank whose accounts have an owner among the contacts."""
    assert bank.post("RelationshipDefinitions", bodies.one_to_many()).status == 204
    return bank


def test_a_relationship_makes_its_lookup(bank: Client) -> None:
    answer = bank.post("RelationshipDefinitions", bodies.one_to_many())
    address = str(answer.header("OData-EntityId"))
    assert (answer.status, address.startswith(f"{ROOT}RelationshipDefinitions(")) == (204, True)
    found = bank.get(address).json()
    assert (found["ReferencingAttribute"], found["ReferencedAttribute"]) == ("new_accountowner", "contactid")
    assert found["ReferencingEntityNavigationPropertyName"] == "new_AccountOwner"
    assert found["ReferencedEntityNavigationPropertyName"] == "new_contact_new_bankaccount"
    assert found["AssociatedMenuConfiguration"]["Order"] == 10000
    assert (found["CascadeConfiguration"]["Delete"], found["IsCustomRelationship"]) == ("Cascade", True)
    column = bank.get(f"{TABLE}/Attributes(LogicalName='new_accountowner')").json()
    assert (column["AttributeType"], column["Targets"]) == ("Lookup", ["contact"])
    assert column["DisplayName"]["UserLocalizedLabel"]["Label"] == "Account Owner"
    shadows = bank.get(f"{TABLE}/Attributes").json()["value"]
    assert {"new_accountownername", "new_accountowneryominame"} <= {item["LogicalName"] for item in shadows}


def test_rows_are_linked_expanded_and_filtered(owned: Client) -> None:
    person = owned.create("contacts", lastname="Ito")
    bind = {"new_AccountOwner@odata.bind": f"/contacts({person})"}
    row = owned.create("new_bankaccounts", new_accountname="A", **bind)
    owned.create("new_bankaccounts", new_accountname="B")
    shown = owned.get(f"new_bankaccounts({row})?$expand=new_AccountOwner($select=lastname)").json()
    assert (shown["new_AccountOwner"]["lastname"], shown["_new_accountowner_value"]) == ("Ito", person)
    found = owned.get("new_bankaccounts?$filter=new_AccountOwner/lastname%20eq%20'Ito'").json()["value"]
    assert [item["new_bankaccountid"] for item in found] == [row]
    back = owned.get(f"contacts({person})?$select=lastname&$expand=new_contact_new_bankaccount").json()
    assert [item["new_bankaccountid"] for item in back["new_contact_new_bankaccount"]] == [row]
    assert owned.delete(f"contacts({person})").status == 204
    assert owned.get(f"new_bankaccounts({row})").status == 404


def test_navigation_names_are_case_sensitive(owned: Client) -> None:
    person = owned.create("contacts", lastname="Ito")
    answer = owned.post("new_bankaccounts", {"new_accountowner@odata.bind": f"/contacts({person})"})
    assert (answer.status, answer.code) == (400, "0x80048d19")


def test_the_csdl_shows_both_ends(owned: Client) -> None:
    text = owned.get("$metadata").body.decode()
    assert '<NavigationProperty Name="new_AccountOwner" Type="mscrm.contact"' in text
    assert '<ReferentialConstraint Property="_new_accountowner_value" ReferencedProperty="contactid" />' in text
    assert '<NavigationProperty Name="new_contact_new_bankaccount" Type="Collection(mscrm.new_bankaccount)"' in text


@pytest.mark.parametrize(("cascade", "left"), [("RemoveLink", 1), ("Restrict", 1), ("Cascade", 0)])
def test_deleting_does_what_the_relationship_says(bank: Client, cascade: str, left: int) -> None:
    relation = bodies.one_to_many(CascadeConfiguration={"Delete": cascade})
    assert bank.post("RelationshipDefinitions", relation).status == 204
    person = bank.create("contacts", lastname="Ito")
    bank.create("new_bankaccounts", **{"new_AccountOwner@odata.bind": f"/contacts({person})"})
    answer = bank.delete(f"contacts({person})")
    assert answer.status == (405 if cascade == "Restrict" else 204)
    assert bank.get("new_bankaccounts/$count").body.decode("utf-8-sig") == str(left)


def test_navigation_properties_can_be_named(bank: Client) -> None:
    names = {
        "ReferencingEntityNavigationPropertyName": "new_keeper",
        "ReferencedEntityNavigationPropertyName": "new_kept",
    }
    assert bank.post("RelationshipDefinitions", bodies.one_to_many(**names)).status == 204
    assert bank.get("new_bankaccounts?$expand=new_keeper").status == 200
    assert bank.get("contacts?$expand=new_kept").status == 200


def test_a_table_can_look_itself_up(bank: Client) -> None:
    relation = bodies.one_to_many("new_parent", "new_bankaccount", "new_ParentId", IsHierarchical=True)
    assert bank.post("RelationshipDefinitions", relation).status == 204
    first = bank.create("new_bankaccounts", new_accountname="A")
    second = bank.create("new_bankaccounts", **{"new_ParentId@odata.bind": f"new_bankaccounts({first})"})
    found = bank.get(f"new_bankaccounts({first})/new_parent").json()["value"]
    assert [item["new_bankaccountid"] for item in found] == [second]
    again = bodies.one_to_many(
        "new_other", "new_bankaccount", "new_OtherId", IsHierarchical=True, CascadeConfiguration={}
    )
    assert bank.post("RelationshipDefinitions", again).code == "0x80040203"


def test_without_a_cascade_links_are_removed(bank: Client) -> None:
    body = {name: value for name, value in bodies.one_to_many().items() if name != "CascadeConfiguration"}
    assert bank.post("RelationshipDefinitions", body).status == 204
    found = bank.get(RELATION).json()["CascadeConfiguration"]
    assert (found["Delete"], found["Assign"]) == ("RemoveLink", "NoCascade")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"SchemaName": "contact_bank"}, None),
        ({"SchemaName": "systemuser_new_bank"}, "0x80040203"),
        ({"SchemaName": "account_primary_contact"}, "0x8004432b"),
        ({"ReferencedEntity": "new_no"}, "0x80041102"),
        ({"ReferencingEntity": "new_no"}, "0x80041102"),
        ({"ReferencedEntity": "activitypointer", "ReferencedAttribute": "activityid"}, "0x80047008"),
        ({"ReferencedAttribute": "fullname"}, "0x80040203"),
        ({"ReferencedEntity": None}, "0x80040203"),
        ({"Lookup": None}, "0x80040203"),
        ({"Lookup": bodies.lookup_column("AccountOwner")}, "0x80040203"),
        ({"Lookup": bodies.lookup_column("new_AccountName")}, "0x80047013"),
        ({"Lookup": {**bodies.lookup_column("new_Owner"), "Targets": ["account"]}}, "0x80040203"),
        ({"Lookup": bodies.column("String", "new_Owner")}, "0x80048d19"),
        ({"CascadeConfiguration": {"Delete": "Active"}}, "0x80040203"),
        ({"CascadeConfiguration": {"Assign": "Sometimes"}}, "0x80048d19"),
        ({"CascadeConfiguration": {"Nope": "Cascade"}}, "0x80048d19"),
        ({"ReferencingEntityNavigationPropertyName": "createdby"}, "0x80072551"),
        ({"ReferencedEntityNavigationPropertyName": "fullname"}, "0x80072551"),
        ({"IsHierarchical": True}, "0x80040203"),
        ({"Nope": 1}, "0x80048d19"),
        ({"@odata.type": ""}, "0x80048d19"),
    ],
)
def test_definitions_that_do_not_fit_are_refused(bank: Client, members: dict[str, Any], code: str | None) -> None:
    answer = bank.post("RelationshipDefinitions", bodies.one_to_many(**members))
    assert answer.status == (204 if code is None else answer.status)
    assert code is None or answer.code == code, answer.body


def test_a_relationship_and_its_column_are_made_once(owned: Client) -> None:
    again = owned.post("RelationshipDefinitions", bodies.one_to_many(lookup="new_Second"))
    assert (again.status, again.code) == (400, "0x8004432b")
    column = owned.post("RelationshipDefinitions", bodies.one_to_many("new_other", CascadeConfiguration={}))
    assert (column.status, column.code) == (400, "0x80047013")


def test_a_table_is_the_child_of_one(owned: Client) -> None:
    body = bodies.one_to_many("new_account_bank", "account", "new_AccountId")
    answer = owned.post("RelationshipDefinitions", body)
    assert (answer.status, answer.code) == (400, "0x8004432d")


def test_rows_that_no_user_owns_do_not_cascade_by_user(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(OwnershipType="OrganizationOwned"))
    answer = client.post("RelationshipDefinitions", bodies.one_to_many(CascadeConfiguration={"Assign": "UserOwned"}))
    assert (answer.status, answer.code) == (400, "0x80044156")


def test_the_behaviour_can_be_replaced(owned: Client) -> None:
    body = owned.get(RELATION).json()
    body["CascadeConfiguration"] = {**body["CascadeConfiguration"], "Delete": "RemoveLink"}
    body["AssociatedMenuConfiguration"]["Order"] = 5
    assert owned.put(RELATION, body, **{"MSCRM.MergeLabels": "true"}).status == 204
    found = owned.get(RELATION).json()
    assert (found["CascadeConfiguration"]["Delete"], found["AssociatedMenuConfiguration"]["Order"]) == ("RemoveLink", 5)
    other = owned.put(RELATION, {**body, "ReferencedEntity": "account"})
    assert (other.status, other.code) == (400, "0x80040203")
    standard = "RelationshipDefinitions(SchemaName='account_primary_contact')"
    assert owned.put(standard, owned.get(standard).json()).code == "0x80047008"


def test_a_relationship_goes_with_its_column(owned: Client) -> None:
    identity = owned.get(RELATION).json()["MetadataId"]
    row = owned.create("new_bankaccounts")
    assert owned.delete(f"RelationshipDefinitions({identity})", If_Match="*").status == 204
    assert owned.get(RELATION).status == 404
    assert owned.get(f"{TABLE}/Attributes(LogicalName='new_accountowner')").status == 404
    assert "_new_accountowner_value" not in owned.get(f"new_bankaccounts({row})").json()
    assert owned.post("RelationshipDefinitions", bodies.one_to_many()).status == 204
