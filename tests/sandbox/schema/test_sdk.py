"""The bodies that Microsoft's Python SDK sends, beside those of the documentation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

CRM = bodies.CRM


def attribute(kind: str, name: str, **members: Any) -> dict[str, Any]:
    label = {"LocalizedLabels": [{"@odata.type": f"{CRM}LocalizedLabel", "Label": name, "LanguageCode": 1033}]}
    return {
        "@odata.type": f"{CRM}Complex{kind}AttributeMetadata",
        "SchemaName": name,
        "DisplayName": {"@odata.type": f"{CRM}Label", **label},
        "RequiredLevel": {"Value": "None"},
        **members,
    }


ENUM = {
    "@odata.type": f"{CRM}ComplexOptionSetMetadata",
    "IsGlobal": False,
    "Options": [
        {"@odata.type": f"{CRM}OptionMetadata", "Value": number, "Label": bodies.label(text)}
        for number, text in ((1, "Low"), (2, "High"))
    ],
}
BOOLEAN = {
    "@odata.type": f"{CRM}ComplexBooleanOptionSetMetadata",
    "TrueOption": bodies.option(1, "True"),
    "FalseOption": bodies.option(0, "False"),
    "IsGlobal": False,
}
LIMITS = {"MinValue": -100000000000.0, "MaxValue": 100000000000.0}
COLUMNS = [
    attribute("String", "new_Name", MaxLength=200, FormatName={"Value": "Text"}, IsPrimaryName=True),
    attribute("Memo", "new_Notes", MaxLength=4000, FormatName={"Value": "Text"}, ImeMode="Auto"),
    attribute("Integer", "new_Count", Format="None", MinValue=-2147483648, MaxValue=2147483647),
    attribute("Decimal", "new_Price", Precision=2, **LIMITS),
    attribute("Double", "new_Ratio", Precision=5, **LIMITS),
    attribute("DateTime", "new_Due", Format="DateOnly", ImeMode="Inactive"),
    attribute("Boolean", "new_Done", OptionSet=BOOLEAN),
    attribute("Picklist", "new_Level", IsPrimaryName=False, OptionSet=ENUM),
    attribute("File", "new_Paper"),
]


def entity(**members: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"{CRM}ComplexEntityMetadata",
        "SchemaName": "new_Task2",
        "DisplayName": bodies.label("new_Task2"),
        "DisplayCollectionName": bodies.label("new_Task2s"),
        "Description": bodies.label("Custom entity for new_Task2"),
        "OwnershipType": "UserOwned",
        "HasActivities": False,
        "HasNotes": True,
        "IsActivity": False,
        "Attributes": COLUMNS,
        **members,
    }


def test_create_entities_and_read_it_back(client: Client) -> None:
    answer = client.post("CreateEntities?SolutionUniqueName=Default", {"Entities": [entity()]})
    assert answer.status == 204, answer.body
    select = "MetadataId,LogicalName,SchemaName,EntitySetName,PrimaryNameAttribute,PrimaryIdAttribute"
    url = f"EntityDefinitions?$select={select}&$filter=LogicalName%20eq%20'new_task2'"
    (found,) = client.get(url, Consistency="Strong").json()["value"]
    assert (found["EntitySetName"], found["PrimaryNameAttribute"]) == ("new_task2s", "new_name")
    columns = client.get(f"EntityDefinitions({found['MetadataId']})/Attributes?$select=LogicalName").json()["value"]
    assert {item["SchemaName"].lower() for item in COLUMNS} <= {item["LogicalName"] for item in columns}
    values = {"new_count": 3, "new_price": 1.25, "new_ratio": 0.12345, "new_done": True, "new_level": 2}
    row = client.create("new_task2s", new_name="A", new_due="2024-05-01T00:00:00Z", **values)
    stored = client.get(f"new_task2s({row})").json()
    assert {name: stored[name] for name in values} == values


def test_several_tables_are_made_together_or_not_at_all(client: Client) -> None:
    second = entity(SchemaName="new_Other", Attributes=[])
    assert client.post("CreateEntities", {"Entities": [entity(), second]}).status == 400
    assert client.get("new_task2s").status == 404
    second["Attributes"] = COLUMNS[:1]
    assert client.post("CreateEntities", {"Entities": [entity(), second]}).status == 204
    assert client.get("new_others").status == client.get("new_task2s").status == 200


@pytest.mark.parametrize("parameters", [{}, {"Entities": []}, {"Entities": {}}, {"Entities": [1]}, {"Nope": 1}])
def test_create_entities_needs_tables(client: Client, parameters: dict[str, Any]) -> None:
    assert client.post("CreateEntities", parameters).status == 400


def test_a_lookup_field_of_the_convenience_method(client: Client) -> None:
    client.post("CreateEntities", {"Entities": [entity()]})
    body = {
        "@odata.type": f"{CRM}OneToManyRelationshipMetadata",
        "SchemaName": "account_new_task2_new_AccountId",
        "ReferencedEntity": "account",
        "ReferencingEntity": "new_task2",
        "ReferencedAttribute": "accountid",
        "CascadeConfiguration": {
            "Assign": "NoCascade",
            "Delete": "RemoveLink",
            "Merge": "NoCascade",
            "Reparent": "NoCascade",
            "Share": "NoCascade",
            "Unshare": "NoCascade",
        },
        "Lookup": {
            "@odata.type": f"{CRM}LookupAttributeMetadata",
            "SchemaName": "new_AccountId",
            "AttributeType": "Lookup",
            "AttributeTypeName": {"Value": "LookupType"},
            "DisplayName": bodies.label("account"),
            "RequiredLevel": {
                "Value": "None",
                "CanBeChanged": True,
                "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
            },
        },
    }
    answer = client.post("RelationshipDefinitions", body)
    assert answer.status == 204, answer.body
    firm = client.create("accounts", name="A")
    assert client.create("new_task2s", new_name="T", **{"new_AccountId@odata.bind": f"/accounts({firm})"})


def test_a_columns_limits_are_updated_by_sending_it_back(client: Client) -> None:
    client.post("CreateEntities", {"Entities": [entity()]})
    identity = client.get("EntityDefinitions(LogicalName='new_task2')?$select=MetadataId").json()["MetadataId"]
    address = f"EntityDefinitions({identity})/Attributes(LogicalName='new_count')"
    first = client.get(f"{address}?$select=MetadataId,SchemaName").json()
    kind = first["@odata.type"].lstrip("#")
    whole = client.get(f"{address}/{kind}").json()
    body = {name: value for name, value in whole.items() if not name.startswith("@odata.")}
    body |= {"@odata.type": kind, "MinValue": 1, "MaxValue": 5}
    url = f"EntityDefinitions({identity})/Attributes({first['MetadataId']})"
    assert client.put(url, body, **{"MSCRM.MergeLabels": "true"}).status == 204
    assert client.post("new_task2s", {"new_count": 6}).status == 400
