"""PUT: a definition in the place of another, as "Update table definitions" and "Update a column" show it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import ROOT, Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
COLUMN = f"{TABLE}/Attributes(LogicalName='new_boolean')"
CRM = bodies.CRM
MERGE = {"MSCRM.MergeLabels": "true"}


@pytest.fixture
def typed(bank: Client) -> Client:
    """A bank with a Boolean column whose labels are in two languages."""
    shown = bodies.label("Sample Boolean", l1036="Exemple")
    body = bodies.column("Boolean", "new_Boolean", OptionSet=bodies.yes_and_no(), DisplayName=shown)
    assert bank.post(f"{TABLE}/Attributes", body).status == 204
    return bank


def whole(client: Client, address: str = f"{COLUMN}/{CRM}BooleanAttributeMetadata") -> dict[str, Any]:
    return dict(client.get(address).json())


def texts(label: dict[str, Any]) -> dict[int, str]:
    return {item["LanguageCode"]: item["Label"] for item in label["LocalizedLabels"]}


def test_a_table_is_replaced_by_what_was_read_with_a_change(bank: Client) -> None:
    body = {**whole(bank, TABLE), "DisplayName": bodies.label("Bank Business Name")}
    body |= {"ChangeTrackingEnabled": True, "IsAuditEnabled": {**body["IsAuditEnabled"], "Value": True}}
    identity = body["MetadataId"]
    answer = bank.put(f"EntityDefinitions({identity})", body, **MERGE)
    assert (answer.status, answer.body, answer.header("OData-EntityId")) == (204, b"", None)
    found = whole(bank, TABLE)
    assert found["DisplayName"]["UserLocalizedLabel"]["Label"] == "Bank Business Name"
    assert found["DisplayCollectionName"] == body["DisplayCollectionName"]
    assert (found["ChangeTrackingEnabled"], found["IsAuditEnabled"]["Value"]) == (True, True)
    assert found["MetadataId"] == identity


def test_a_column_is_replaced_by_what_was_read_with_a_change(typed: Client) -> None:
    body = {
        **whole(typed),
        "@odata.type": f"{CRM}BooleanAttributeMetadata",
        "DisplayName": bodies.label("Sample Boolean Updated"),
        "RequiredLevel": {**bodies.NONE, "Value": "ApplicationRequired"},
    }
    answer = typed.put(COLUMN, body, **MERGE)
    assert (answer.status, answer.header("OData-EntityId")) == (204, f"{ROOT}{COLUMN}")
    found = whole(typed)
    assert found["RequiredLevel"]["Value"] == "ApplicationRequired"
    assert texts(found["DisplayName"]) == {1033: "Sample Boolean Updated", 1036: "Exemple"}
    options = typed.get(f"{COLUMN}/{CRM}BooleanAttributeMetadata/OptionSet").json()
    assert options["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"] == "True"


def test_a_cast_in_the_address_names_the_type(typed: Client) -> None:
    cast = f"{COLUMN}/{CRM}BooleanAttributeMetadata"
    body = {**whole(typed), "DisplayName": bodies.label("By its cast")}
    assert "@odata.type" not in body
    assert typed.put(COLUMN, body, **MERGE).status == 400
    assert typed.put(cast, body, **MERGE).status == 204
    assert texts(whole(typed)["DisplayName"])[1033] == "By its cast"
    wrong = f"{COLUMN}/{CRM}StringAttributeMetadata"
    assert typed.put(wrong, body, **MERGE).status == 400


@pytest.mark.parametrize("headers", [{}, {"MSCRM.MergeLabels": "false"}])
def test_without_merging_other_languages_are_lost(typed: Client, headers: dict[str, str]) -> None:
    body = {**whole(typed), "@odata.type": f"{CRM}BooleanAttributeMetadata", "DisplayName": bodies.label("New")}
    assert typed.put(COLUMN, body, **headers).status == 204
    assert texts(whole(typed)["DisplayName"]) == {1033: "New"}


def test_what_a_definition_leaves_out_is_reset(bank: Client) -> None:
    body = bodies.column("String", "new_Name", MaxLength=500, IsSearchable=True)
    bank.post(f"{TABLE}/Attributes", body)
    address = f"{TABLE}/Attributes(LogicalName='new_name')"
    assert bank.get(address).json()["IsSearchable"] is True
    sparse = {"@odata.type": f"{CRM}StringAttributeMetadata", "SchemaName": "new_Name"}
    assert bank.put(address, sparse).status == 204
    found = bank.get(address).json()
    assert (found["MaxLength"], found["IsSearchable"]) == (100, False)
    assert found["DisplayName"]["LocalizedLabels"] == []


def test_new_limits_hold_at_once(bank: Client) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_Count", MinValue=0, MaxValue=10))
    address = f"{TABLE}/Attributes(LogicalName='new_count')"
    assert bank.post("new_bankaccounts", {"new_count": 11}).status == 400
    assert bank.put(address, bodies.column("Integer", "new_Count", MinValue=0, MaxValue=20)).status == 204
    assert bank.create("new_bankaccounts", new_count=11)


def test_every_standard_column_can_be_sent_back_as_it_was_read(client: Client) -> None:
    for name in ("name", "revenue", "numberofemployees", "description", "primarycontactid", "statuscode", "createdon"):
        address = f"EntityDefinitions(LogicalName='account')/Attributes(LogicalName='{name}')"
        before = client.get(address).json()
        assert client.put(address, before, **MERGE).status == 204, name
        after = client.get(address).json()
        assert {key for key in before if before[key] != after[key]} <= {"ModifiedOn"}, name


def test_a_moment_that_becomes_a_day_keeps_the_day(bank: Client) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("DateTime", "new_When", Format="DateOnly"))
    row = bank.create("new_bankaccounts", new_when="2024-05-01T00:00:00Z")
    address = f"{TABLE}/Attributes(LogicalName='new_when')"
    day = bodies.column("DateTime", "new_When", Format="DateOnly", DateTimeBehavior={"Value": "DateOnly"})
    assert bank.put(address, day).status == 204
    assert bank.get(f"new_bankaccounts({row})").json()["new_when"] == "2024-05-01"
    back = bank.put(address, bodies.column("DateTime", "new_When", DateTimeBehavior={"Value": "UserLocal"}))
    assert (back.status, back.code) == (400, "0x80040203")


def test_notes_can_be_switched_on_and_then_stay(bank: Client) -> None:
    body = whole(bank, TABLE)
    assert bank.put(TABLE, {**body, "HasNotes": True}, **MERGE).status == 204
    row = bank.create("new_bankaccounts")
    bind = {"objectid_new_bankaccount@odata.bind": f"new_bankaccounts({row})"}
    assert bank.create("annotations", subject="N", **bind)
    answer = bank.put(TABLE, {**body, "HasNotes": False}, **MERGE)
    assert (answer.status, answer.code) == (400, "0x80040203")


def test_the_entity_set_can_be_renamed(bank: Client) -> None:
    body = whole(bank, TABLE)
    assert bank.put(TABLE, {**body, "EntitySetName": "new_accountsofbanks"}, **MERGE).status == 204
    assert bank.get("new_accountsofbanks").status == 200
    assert bank.get("new_bankaccounts").status == 404
    assert bank.put(TABLE, {**body, "EntitySetName": "accounts"}, **MERGE).code == "0x80044363"


@pytest.mark.parametrize(
    "members",
    [
        {"SchemaName": "new_Other"},
        {"LogicalName": "new_other"},
        {"OwnershipType": "OrganizationOwned"},
        {"IsActivity": True},
        {"PrimaryNameAttribute": "new_other"},
        {"MetadataId": "11111111-1111-1111-1111-111111111111"},
        {"DisplayName": None},
        {"Nope": True},
    ],
)
def test_what_a_table_is_cannot_be_replaced(bank: Client, members: dict[str, Any]) -> None:
    answer = bank.put(TABLE, {**whole(bank, TABLE), **members})
    assert answer.status == 400, answer.body


@pytest.mark.parametrize(
    ("kind", "members"),
    [("Integer", {}), ("Boolean", {"SchemaName": "new_Other"}), ("Boolean", {"LogicalName": "new_other"})],
)
def test_what_a_column_is_cannot_be_replaced(typed: Client, kind: str, members: dict[str, Any]) -> None:
    body = bodies.column(kind, "new_Boolean", **members) if not members else {**whole(typed), **members}
    body["@odata.type"] = f"{CRM}{kind}AttributeMetadata"
    assert typed.put(COLUMN, body).status == 400


def test_a_system_required_column_stays_required(client: Client) -> None:
    address = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='ownerid')"
    body = client.get(address).json()
    body["RequiredLevel"]["Value"] = "None"
    answer = client.put(address, body)
    assert (answer.status, answer.code) == (400, "0x8004d293")


def test_only_a_star_matches_a_definition(typed: Client) -> None:
    body = {**whole(typed), "@odata.type": f"{CRM}BooleanAttributeMetadata"}
    assert typed.put(COLUMN, body, If_Match='W/"1"').status == 412
    assert typed.put(COLUMN, body, If_Match="*").status == 204


def test_what_is_not_there_cannot_be_replaced(typed: Client) -> None:
    body = {**whole(typed), "@odata.type": f"{CRM}BooleanAttributeMetadata"}
    assert typed.put(f"{TABLE}/Attributes(LogicalName='new_no')", body).status == 404
    assert typed.put("EntityDefinitions(LogicalName='new_no')", whole(typed, TABLE)).status == 404
    assert typed.put(f"{TABLE}/Nope(LogicalName='new_no')", body).status == 404


def test_views_over_other_tables_stay_as_they_are(client: Client) -> None:
    address = "EntityDefinitions(LogicalName='activitypointer')"
    assert client.put(address, client.get(address).json()).code == "0x80047008"
