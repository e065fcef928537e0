from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
MANAGED = "0x8004f032"


def test_a_table_goes_with_its_rows_and_its_traces(bank: Client) -> None:
    identity = bank.get(TABLE).json()["MetadataId"]
    bank.create("new_bankaccounts", new_accountname="A")
    answer = bank.delete(f"EntityDefinitions({identity})", If_Match="*")
    assert (answer.status, answer.body) == (204, b"")
    assert bank.get(TABLE).status == 404
    assert bank.get("new_bankaccounts").status == 404
    assert b"new_bankaccount" not in bank.get("$metadata").body
    assert b"new_bankaccount" not in bank.get("").body
    found = bank.get("EntityDefinitions(LogicalName='systemuser')/OneToManyRelationships").json()["value"]
    assert not [item for item in found if item["ReferencingEntity"] == "new_bankaccount"]
    asked = "sdkmessagefilters/$count?$filter=primaryobjecttypecode%20eq%20'new_bankaccount'"
    assert bank.get(asked).body.decode("utf-8-sig") == "0"


def test_a_table_can_be_made_again_and_is_empty(bank: Client) -> None:
    before = bank.get(TABLE).json()["MetadataId"]
    bank.create("new_bankaccounts", new_accountname="A")
    bank.delete(TABLE)
    assert bank.post("EntityDefinitions", bodies.table()).status == 204
    assert bank.get(TABLE).json()["MetadataId"] != before
    assert bank.get("new_bankaccounts").json()["value"] == []


def test_notes_and_activities_of_its_rows_go_too(client: Client) -> None:
    client.post("EntityDefinitions", bodies.table(HasNotes=True, HasActivities=True))
    row = client.create("new_bankaccounts")
    bind = {"objectid_new_bankaccount@odata.bind": f"new_bankaccounts({row})"}
    note = client.create("annotations", subject="N", **bind)
    task = client.create("tasks", **{"regardingobjectid_new_bankaccount_task@odata.bind": f"new_bankaccounts({row})"})
    kept = client.create("tasks", subject="other")
    assert client.delete(TABLE).status == 204
    assert client.get(f"annotations({note})").status == client.get(f"tasks({task})").status == 404
    assert client.get(f"tasks({kept})").status == 200
    column = client.get("EntityDefinitions(LogicalName='annotation')/Attributes(LogicalName='objectid')").json()
    assert "new_bankaccount" not in column["Targets"]


def test_a_table_that_others_look_up_stays(bank: Client) -> None:
    bank.post("EntityDefinitions", bodies.table("new_Branch", "Branch", Attributes=[bodies.primary("new_Name")]))
    relation = bodies.one_to_many("new_branch_account", "new_branch", "new_BranchId")
    assert bank.post("RelationshipDefinitions", relation).status == 204
    answer = bank.delete("EntityDefinitions(LogicalName='new_branch')")
    assert (answer.status, answer.code) == (400, "0x8004f01f")
    assert bank.delete(TABLE).status == 204
    assert bank.delete("EntityDefinitions(LogicalName='new_branch')").status == 204


def test_its_many_to_many_relationships_go_with_a_table(bank: Client) -> None:
    bank.post("RelationshipDefinitions", bodies.many_to_many(Entity1LogicalName="new_bankaccount"))
    assert bank.delete(TABLE).status == 204
    assert bank.get("EntityDefinitions(LogicalName='new_accounts_campaigns')").status == 404
    assert bank.get("campaigns?$expand=new_accounts_campaigns").status == 400


def test_a_column_goes_with_its_values_and_companions(bank: Client) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("Money", "new_Balance", PrecisionSource=2))
    row = bank.create("new_bankaccounts", new_balance=1)
    identity = bank.get(f"{TABLE}/Attributes(LogicalName='new_balance')").json()["MetadataId"]
    assert bank.delete(f"{TABLE}/Attributes({identity})", If_Match="*").status == 204
    found = bank.get(f"new_bankaccounts({row})").json()
    assert not {"new_balance", "new_balance_base"} & found.keys()
    assert "exchangerate" in found
    assert bank.get(f"new_bankaccounts({row})?$select=new_balance").status == 400
    assert bank.get(f"{TABLE}/Attributes(LogicalName='new_balance')").status == 404


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("String", {"AutoNumberFormat": "N-{SEQNUM:3}"}),
        ("Image", {"IsPrimaryImage": True}),
        ("File", {}),
        ("Picklist", {"OptionSet": bodies.choices("A")}),
    ],
)
def test_a_column_can_be_made_again(bank: Client, kind: str, members: dict[str, Any]) -> None:
    body = bodies.column(kind, "new_Thing", **members)
    for _ in range(2):
        before = set(bank.world.model.tables["new_bankaccount"].columns)
        assert bank.post(f"{TABLE}/Attributes", body).status == 204
        row = bank.create("new_bankaccounts")
        if kind == "String":
            assert bank.get(f"new_bankaccounts({row})").json()["new_thing"] == "N-1000"
        assert bank.delete(f"{TABLE}/Attributes(LogicalName='new_thing')").status == 204
        assert set(bank.world.model.tables["new_bankaccount"].columns) == before
    assert bank.get(TABLE).json()["PrimaryImageAttribute"] is None


def test_a_lookup_column_takes_its_relationship_along(bank: Client) -> None:
    bank.post("RelationshipDefinitions", bodies.one_to_many())
    assert bank.delete(f"{TABLE}/Attributes(LogicalName='new_accountowner')").status == 204
    found = bank.get("RelationshipDefinitions?$filter=SchemaName%20eq%20'new_contact_new_bankaccount'").json()
    assert found["value"] == []
    assert bank.get("contacts?$expand=new_contact_new_bankaccount").status == 400


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("EntityDefinitions(LogicalName='account')", MANAGED),
        ("EntityDefinitions(LogicalName='activitypointer')", MANAGED),
        ("EntityDefinitions(LogicalName='accountleads')", "0x8004830f"),
        ("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", MANAGED),
        (f"{TABLE}/Attributes(LogicalName='createdon')", MANAGED),
        (f"{TABLE}/Attributes(LogicalName='new_bankaccountid')", MANAGED),
        (f"{TABLE}/Attributes(LogicalName='new_accountname')", "0x80047002"),
        (f"{TABLE}/Attributes(LogicalName='new_balance_base')", "0x80048cfe"),
        (f"{TABLE}/Attributes(LogicalName='new_photo_url')", "0x80047016"),
        (f"{TABLE}/Attributes(LogicalName='new_photoid')", "0x80047016"),
        ("RelationshipDefinitions(SchemaName='account_primary_contact')", MANAGED),
        ("RelationshipDefinitions(SchemaName='accountleads_association')", MANAGED),
    ],
)
def test_what_stays(bank: Client, address: str, code: str) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("Money", "new_Balance"))
    bank.post(f"{TABLE}/Attributes", bodies.column("Image", "new_Photo"))
    answer = bank.delete(address)
    assert (answer.status, answer.code) == (400, code), answer.body


def test_a_column_of_a_key_stays(bank: Client) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_Code"))
    bank.post(f"{TABLE}/Keys", {"SchemaName": "new_ByCode", "KeyAttributes": ["new_code"]})
    assert bank.delete(f"{TABLE}/Attributes(LogicalName='new_code')").code == "0x8004f01f"
    assert bank.delete(f"{TABLE}/Keys(LogicalName='new_bycode')").status == 204
    assert bank.delete(f"{TABLE}/Attributes(LogicalName='new_code')").status == 204


def test_what_is_not_there_cannot_go(bank: Client) -> None:
    for address in (
        "EntityDefinitions(LogicalName='new_no')",
        f"{TABLE}/Attributes(LogicalName='new_no')",
        f"{TABLE}/Keys(LogicalName='new_no')",
        "RelationshipDefinitions(SchemaName='new_no')",
        "GlobalOptionSetDefinitions(Name='new_no')",
    ):
        assert bank.delete(address).status == 404
    assert bank.delete(TABLE, If_Match='W/"5"').status == 412
