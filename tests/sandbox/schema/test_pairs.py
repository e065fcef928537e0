from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

RELATION = "RelationshipDefinitions(SchemaName='new_accounts_campaigns')"


@pytest.fixture
def paired(client: Client) -> Client:
    assert client.post("RelationshipDefinitions", bodies.many_to_many()).status == 204
    return client


def test_a_relationship_makes_the_table_between(client: Client) -> None:
    answer = client.post("RelationshipDefinitions", bodies.many_to_many())
    address = str(answer.header("OData-EntityId"))
    assert (answer.status, address.startswith(f"{ROOT}RelationshipDefinitions(")) == (204, True)
    found = client.get(address).json()
    assert found["@odata.type"] == "#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata"
    assert (found["Entity1IntersectAttribute"], found["Entity2IntersectAttribute"]) == ("accountid", "campaignid")
    assert found["Entity1NavigationPropertyName"] == found["Entity2NavigationPropertyName"] == "new_accounts_campaigns"
    assert found["Entity1AssociatedMenuConfiguration"]["Behavior"] == "UseLabel"
    between = client.get("EntityDefinitions(LogicalName='new_accounts_campaigns')").json()
    assert (between["IsIntersect"], between["EntitySetName"]) == (True, "new_accounts_campaignsset")
    assert client.get("new_accounts_campaignsset").json()["value"] == []


def test_rows_are_paired_and_parted(paired: Client) -> None:
    firm, campaign = paired.create("accounts", name="A"), paired.create("campaigns", name="C")
    link = f"accounts({firm})/new_accounts_campaigns"
    assert paired.post(f"{link}/$ref", {"@odata.id": f"{ROOT}campaigns({campaign})"}).status == 204
    shown = paired.get(f"campaigns({campaign})?$select=name&$expand=new_accounts_campaigns($select=name)").json()
    assert [item["name"] for item in shown["new_accounts_campaigns"]] == ["A"]
    assert len(paired.get("new_accounts_campaignsset").json()["value"]) == 1
    assert paired.delete(f"{link}({campaign})/$ref").status == 204
    assert paired.get(link).json()["value"] == []


def test_a_table_with_itself_needs_two_names(client: Client) -> None:
    body = bodies.many_to_many("new_friends", Entity2LogicalName="account")
    assert client.post("RelationshipDefinitions", body).status == 400
    names = {"Entity1NavigationPropertyName": "new_friends_of", "Entity2NavigationPropertyName": "new_befriended_by"}
    assert client.post("RelationshipDefinitions", {**body, **names}).status == 204
    one, two = client.create("accounts", name="A"), client.create("accounts", name="B")
    client.post(f"accounts({one})/new_friends_of/$ref", {"@odata.id": f"{ROOT}accounts({two})"})
    assert [item["name"] for item in client.get(f"accounts({two})/new_befriended_by").json()["value"]] == ["A"]


def test_it_goes_with_its_table_and_comes_again(paired: Client) -> None:
    assert paired.delete(RELATION, If_Match="*").status == 204
    assert paired.get("EntityDefinitions(LogicalName='new_accounts_campaigns')").status == 404
    assert paired.get("accounts?$expand=new_accounts_campaigns").status == 400
    assert paired.post("RelationshipDefinitions", bodies.many_to_many()).status == 204


def test_its_menus_can_be_replaced(paired: Client) -> None:
    body = paired.get(RELATION).json()
    body["Entity1AssociatedMenuConfiguration"]["Order"] = 7
    assert paired.put(RELATION, body).status == 204
    assert paired.get(RELATION).json()["Entity1AssociatedMenuConfiguration"]["Order"] == 7
    assert paired.put(RELATION, {**body, "Entity2LogicalName": "lead"}).status == 400
    standard = "RelationshipDefinitions(SchemaName='accountleads_association')"
    assert paired.put(standard, paired.get(standard).json()).code == "0x80047008"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"SchemaName": "accounts_campaigns_all"}, None),
        ({"SchemaName": "accountscampaigns"}, "0x80040203"),
        ({"IntersectEntityName": "account"}, "0x80040203"),
        ({"Entity1LogicalName": "new_no"}, "0x80041102"),
        ({"Entity1LogicalName": None}, "0x80040203"),
        ({"Entity2LogicalName": "owner"}, "0x80047008"),
        ({"Entity1NavigationPropertyName": "primarycontactid"}, "0x80072551"),
        ({"CascadeConfiguration": {}}, "0x80048d19"),
    ],
)
def test_definitions_that_do_not_fit_are_refused(client: Client, members: dict[str, Any], code: str | None) -> None:
    answer = client.post("RelationshipDefinitions", bodies.many_to_many(**members))
    assert (204 if code is None else code) == (answer.status if code is None else answer.code), answer.body


def test_names_are_used_once(paired: Client) -> None:
    assert paired.post("RelationshipDefinitions", bodies.many_to_many()).code == "0x8004432b"
    other = bodies.many_to_many("new_other", IntersectEntityName="new_accounts_campaigns")
    assert paired.post("RelationshipDefinitions", other).code == "0x80044363"
