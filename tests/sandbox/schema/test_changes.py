"""RetrieveMetadataChanges, as "Query schema definitions" and "Cache schema data" show it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Answer, Client

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
CRM = bodies.CRM


def value(text: str, kind: str = "System.String") -> dict[str, str]:
    return {"Type": kind, "Value": text}


def where(name: str, found: Any, operator: str = "Equals") -> dict[str, Any]:
    wanted = value(found) if isinstance(found, str) else found
    return {"ConditionOperator": operator, "PropertyName": name, "Value": wanted}


def names(*wanted: str) -> dict[str, Any]:
    return {"AllProperties": False, "PropertyNames": list(wanted)}


def query_of(table: str, *properties: str, **more: Any) -> dict[str, Any]:
    criteria = {"FilterOperator": "And", "Conditions": [where("LogicalName", table)]}
    return {"Properties": names(*properties), "Criteria": criteria, **more}


def ask(client: Client, query: Any = None, stamp: str | None = None, deleted: str | None = None) -> Answer:
    given: dict[str, str] = {}
    if query is not None:
        given["Query"] = json.dumps(query)
    if stamp is not None:
        given["ClientVersionStamp"] = f"'{stamp}'"
    if deleted is not None:
        given["DeletedMetadataFilters"] = f"{CRM}DeletedMetadataFilters'{deleted}'"
    aliases = ",".join(f"{name}=@p{number}" for number, name in enumerate(given))
    values = "&".join(f"@p{number}={quote(text)}" for number, text in enumerate(given.values()))
    return client.get(f"RetrieveMetadataChanges({aliases})?{values}" if given else "RetrieveMetadataChanges")


def found(client: Client, query: Any = None, stamp: str | None = None, deleted: str | None = None) -> dict[str, Any]:
    answer = ask(client, query, stamp, deleted)
    assert answer.status == 200, answer.body
    return dict(answer.json())


ACCOUNTS_AND_CONTACTS = {
    "Properties": names("SchemaName", "Attributes"),
    "Criteria": {
        "FilterOperator": "Or",
        "Conditions": [where("LogicalName", "account"), where("LogicalName", "contact")],
    },
    "AttributeQuery": {
        "Properties": names("LogicalName"),
        "Criteria": {
            "FilterOperator": "And",
            "Conditions": [where("IsValidForCreate", value("True", "System.Boolean"))],
        },
    },
    "LabelQuery": {"FilterLanguages": [1033], "MissingLabelBehavior": 0},
}


def test_the_documentations_query(client: Client) -> None:
    answer = found(client, ACCOUNTS_AND_CONTACTS)
    assert answer["@odata.context"].endswith("#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse")
    assert answer["DeletedMetadata"] == {"Count": 0, "IsReadOnly": False, "Keys": [], "Values": []}
    account, contact = answer["EntityMetadata"]
    assert (account["SchemaName"], contact["LogicalName"]) == ("Account", "contact")
    assert account["MetadataId"] == client.world.model.tables["account"].metadata_id
    assert (account["HasChanged"], account["DisplayName"], account["Keys"]) == (None, None, None)
    columns = {item["LogicalName"]: item for item in account["Attributes"]}
    assert columns["emailaddress3"]["@odata.type"] == f"#{CRM}ComplexStringAttributeMetadata"
    assert columns["emailaddress3"]["SchemaName"] is None
    assert "createdon" not in columns


def test_the_sdks_query(client: Client) -> None:
    wanted = ["LogicalName", "AttributeType", "MetadataId", "MaxLength", "MinValue", "FormatName", "RequiredLevel"]
    query = {
        "Properties": {"PropertyNames": ["LogicalName", "Attributes"]},
        "Criteria": {"Conditions": [where("LogicalName", "account")]},
        "AttributeQuery": {
            "Properties": {"PropertyNames": wanted},
            "Criteria": {"Conditions": [where("LogicalName", "name")]},
        },
    }
    (column,) = found(client, query)["EntityMetadata"][0]["Attributes"]
    assert (column["MaxLength"], column["FormatName"], column["AttributeType"]) == (160, {"Value": "Text"}, "String")
    assert column["RequiredLevel"]["Value"] == "ApplicationRequired"


def test_without_a_query_everything_comes(client: Client) -> None:
    answer = found(client)
    assert len(answer["EntityMetadata"]) == len(client.world.model.tables)
    account = next(item for item in answer["EntityMetadata"] if item["LogicalName"] == "account")
    assert account["Attributes"]
    assert account["OneToManyRelationships"]
    assert account["DisplayName"]["UserLocalizedLabel"]["Label"] == "Account"


def test_relationships_and_keys_are_asked_for_too(bank: Client) -> None:
    bank.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_Code"))
    bank.post(f"{TABLE}/Keys", {"SchemaName": "new_ByCode", "KeyAttributes": ["new_code"]})
    relation = {
        "Properties": names("SchemaName"),
        "Criteria": {"Conditions": [where("ReferencingAttribute", "ownerid")]},
    }
    asked = query_of("new_bankaccount", "ManyToOneRelationships", "Keys", RelationshipQuery=relation, KeyQuery={})
    (table,) = found(bank, asked)["EntityMetadata"]
    assert [item["SchemaName"] for item in table["ManyToOneRelationships"]] == ["owner_new_bankaccount"]
    assert [item["KeyAttributes"] for item in table["Keys"]] == [["new_code"]]
    assert table["Attributes"] is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("LogicalName", value('["account","lead"]', "System.String[]"), "In"), {"account", "lead"}),
        (where("LogicalName", "account"), {"account"}),
        (where("ObjectTypeCode", value("1", "System.Int32")), {"account"}),
        (where("ObjectTypeCode", value("2", "System.Int32"), "LessThan"), {"account"}),
        (where("PrimaryNameAttribute", "topic"), set()),
        (where("SchemaName", None), set()),
    ],
)
def test_conditions(client: Client, condition: dict[str, Any], expected: set[str]) -> None:
    names_only = {"Properties": names("LogicalName"), "Criteria": {"Conditions": [condition]}}
    tables = {item["LogicalName"] for item in found(client, names_only)["EntityMetadata"]}
    assert {name for name in tables if client.world.model.tables[name].object_type_code > 0} == expected


def test_conditions_are_joined_turned_round_and_nested(client: Client) -> None:
    either = {"FilterOperator": "Or", "Conditions": [where("LogicalName", "account"), where("LogicalName", "lead")]}
    rest = [where("LogicalName", value('["lead"]', "System.String[]"), "NotIn"), where("SchemaName", "X", "NotEquals")]
    owned = where("OwnershipType", value("UserOwned", "Microsoft.Xrm.Sdk.Metadata.OwnershipTypes"))
    criteria = {"Conditions": [*rest, owned], "Filters": [either]}
    tables = found(client, {"Properties": names("LogicalName"), "Criteria": criteria})["EntityMetadata"]
    assert [item["LogicalName"] for item in tables] == ["account"]
    assert client.world.model.tables["account"].metadata_id == tables[0]["MetadataId"]


def test_managed_properties_stand_for_their_values(client: Client) -> None:
    criteria = {"Conditions": [where("IsCustomizable", value("false", "System.Boolean"))]}
    assert found(client, {"Properties": names("LogicalName"), "Criteria": criteria})["EntityMetadata"] == []


def test_labels_in_other_languages_are_left_out(bank: Client) -> None:
    shown = bodies.label("Thing", l1036="Chose", l1031="Ding")
    bank.post(f"{TABLE}/Attributes", bodies.column("Integer", "new_Thing", DisplayName=shown))
    columns = {"Properties": names("DisplayName"), "Criteria": {"Conditions": [where("LogicalName", "new_thing")]}}
    query = query_of(
        "new_bankaccount", "Attributes", AttributeQuery=columns, LabelQuery={"FilterLanguages": [1031, 1033]}
    )
    ((column,),) = (item["Attributes"] for item in found(bank, query)["EntityMetadata"])
    assert [item["Label"] for item in column["DisplayName"]["LocalizedLabels"]] == ["Thing", "Ding"]


PICKLISTS = query_of(
    "contact",
    "LogicalName",
    "Attributes",
    AttributeQuery={
        "Properties": names("LogicalName", "OptionSet", "AttributeTypeName"),
        "Criteria": {
            "FilterOperator": "And",
            "Conditions": [
                where("AttributeTypeName", value("PicklistType", "Microsoft.Xrm.Sdk.Metadata.AttributeTypeDisplayName"))
            ],
        },
    },
)


def test_the_samples_cache_follows_a_column_that_comes_and_goes(client: Client) -> None:
    first = found(client, PICKLISTS)
    assert len(first["EntityMetadata"][0]["Attributes"]) > 10
    options = {"Options": [bodies.option(None, f"Choice {number}") for number in (1, 2, 3)], "IsGlobal": False}
    body = bodies.column("Picklist", "sample_ChoiceColumnForSample", OptionSet=options)
    address = str(client.post("EntityDefinitions(LogicalName='contact')/Attributes", body).header("OData-EntityId"))
    second = found(client, PICKLISTS, first["ServerVersionStamp"], "Attribute")
    (table,) = second["EntityMetadata"]
    (column,) = table["Attributes"]
    assert (table["HasChanged"], column["HasChanged"]) == (False, True)
    assert column["LogicalName"] == "sample_choicecolumnforsample"
    assert len(column["OptionSet"]["Options"]) == 3
    client.delete(address)
    third = found(client, PICKLISTS, second["ServerVersionStamp"], "Attribute")
    assert third["EntityMetadata"] == []
    assert third["DeletedMetadata"]["Keys"] == ["Attribute"]
    assert address.rsplit("(", 1)[1][:-1] in third["DeletedMetadata"]["Values"][0]["Items"]


def test_a_new_option_is_a_change_of_the_choice_only(client: Client) -> None:
    stamp = found(client, PICKLISTS)["ServerVersionStamp"]
    body = {"EntityLogicalName": "contact", "AttributeLogicalName": "leadsourcecode", "Label": bodies.label("New")}
    client.post("InsertOptionValue", body)
    ((column,),) = (item["Attributes"] for item in found(client, PICKLISTS, stamp)["EntityMetadata"])
    assert (column["LogicalName"], column["OptionSet"]["HasChanged"]) == ("leadsourcecode", True)


def test_a_new_table_comes_whole_and_a_deleted_one_by_its_id(client: Client) -> None:
    tables = {"Properties": names("LogicalName")}
    before = found(client, tables)["ServerVersionStamp"]
    made = str(client.post("EntityDefinitions", bodies.table()).header("OData-EntityId"))
    between = found(client, tables, before)
    assert [item["LogicalName"] for item in between["EntityMetadata"]] == ["new_bankaccount"]
    client.delete(made)
    after = found(client, tables, between["ServerVersionStamp"], "Default,Relationship")
    deleted = dict(zip(after["DeletedMetadata"]["Keys"], after["DeletedMetadata"]["Values"], strict=True))
    assert deleted["Default"]["Items"] == [made.rsplit("(", 1)[1][:-1]]
    assert len(deleted["Relationship"]["Items"]) >= 5
    assert after["DeletedMetadata"]["Count"] == 2


def test_nothing_new_is_nothing(client: Client) -> None:
    stamp = found(client)["ServerVersionStamp"]
    again = found(client, None, stamp, "All")
    assert again["EntityMetadata"] == []
    assert again["DeletedMetadata"]["Count"] == 0


def test_a_refused_change_is_no_change(client: Client) -> None:
    stamp = found(client)["ServerVersionStamp"]
    client.post("EntityDefinitions", bodies.table(Attributes=[]))
    assert found(client, None, stamp)["EntityMetadata"] == []


@pytest.mark.parametrize("text", ["", "7", "999!10/09/2022 22:10:22", "1!13/45/2022 22:10:22", "x!10/09/2022 22:10:22"])
def test_stamps_that_are_none_have_expired(client: Client, text: str) -> None:
    answer = ask(client, None, text or "!")
    assert (answer.status, answer.code) == (400, "0x80044352")


def test_a_stamp_is_good_for_ninety_days(client: Client) -> None:
    begin = datetime(2024, 1, 1, tzinfo=timezone.utc)
    client.world.clock = lambda: begin
    stamp = found(client)["ServerVersionStamp"]
    assert stamp.endswith("!01/01/2024 00:00:00")
    client.world.clock = lambda: begin + timedelta(days=90)
    assert ask(client, None, stamp).status == 200
    client.world.clock = lambda: begin + timedelta(days=90, seconds=1)
    assert ask(client, None, stamp).code == "0x80044352"


def test_a_stamp_from_another_life_has_expired(client: Client) -> None:
    begin = datetime(2024, 1, 1, tzinfo=timezone.utc)
    client.world.clock = lambda: begin + timedelta(hours=1)
    client.post("EntityDefinitions", bodies.table())
    number = found(client)["ServerVersionStamp"].partition("!")[0]
    assert ask(client, None, f"{number}!01/01/2024 00:59:59").code == "0x80044352"
    assert ask(client, None, f"{number}!01/01/2024 01:00:00").status == 200


@pytest.mark.parametrize(
    "query",
    [
        {"Properties": names("Nope")},
        {"Nope": 1},
        {"Properties": {"AllProperties": "yes"}},
        {"Criteria": {"Conditions": [where("DisplayName", "Account")]}},
        {"Criteria": {"Conditions": [where("LogicalName", "account", "Like")]}},
        {"Criteria": {"Conditions": [where("IsPrivate", value("maybe", "System.Boolean"))]}},
        {"Criteria": {"Conditions": [where("ObjectTypeCode", value("one", "System.Int32"))]}},
        {"Criteria": {"Conditions": [where("LogicalName", value("account", "System.String[]"), "In")]}},
        {"Criteria": {"Conditions": [where("LogicalName", value("{}", "System.String[]"), "In")]}},
        query_of("account", "LogicalName", AttributeQuery={}),
        query_of("account", "LogicalName", RelationshipQuery={}),
        query_of("account", "LogicalName", KeyQuery={}),
    ],
)
def test_queries_that_cannot_be_answered(client: Client, query: dict[str, Any]) -> None:
    assert ask(client, query).status == 400


def test_other_parameters(client: Client) -> None:
    assert ask(client, {"Properties": names("LogicalName")}, None, "Nope").status == 400
    assert client.get("RetrieveMetadataChanges(Nope=1)").status == 404
    assert client.get("RetrieveMetadataChanges(RetrieveAllSettings=true)").status == 501
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"Filters": [deep]}
    assert ask(client, {"Criteria": deep}).status == 400
