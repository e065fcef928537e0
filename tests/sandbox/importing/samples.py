"""Metadata as a real environment exports it, cut down to what tells something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CSDL = Path(__file__).with_name("metadata.xml").read_text("utf-8")


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [], "UserLocalizedLabel": {"Label": text, "LanguageCode": 1033}}


def attribute(table: str, schema: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{kind}AttributeMetadata",
        "EntityLogicalName": table,
        "LogicalName": schema.lower(),
        "SchemaName": schema,
        "AttributeType": "Virtual" if kind in {"MultiSelectPicklist", "File", "Image"} else kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "DisplayName": label(schema.partition("_")[2] or schema),
        "RequiredLevel": {"Value": "None", "CanBeChanged": True},
        "IsCustomAttribute": True,
        "AttributeOf": None,
        **more,
    }


def options(**values: int) -> dict[str, Any]:
    return {"Options": [{"Value": value, "Label": label(name)} for name, value in values.items()], "IsGlobal": False}


def definitions() -> dict[str, Any]:
    depot = "contoso_depot"
    return {
        "@odata.context": "https://contoso.crm4.dynamics.com/api/data/v9.2/$metadata#EntityDefinitions",
        "value": [
            {
                "LogicalName": depot,
                "SchemaName": "contoso_Depot",
                "EntitySetName": "contoso_depots",
                "PrimaryIdAttribute": "contoso_depotid",
                "PrimaryNameAttribute": "contoso_name",
                "DisplayName": label("Depot"),
                "DisplayCollectionName": label("Depots"),
                "OwnershipType": "UserOwned",
                "ObjectTypeCode": 1,
                "HasNotes": True,
                "IsCustomEntity": True,
                "Attributes": [
                    attribute(depot, "contoso_DepotId", "Uniqueidentifier", IsCustomAttribute=False),
                    attribute(
                        depot, "contoso_Name", "String", MaxLength=5, RequiredLevel={"Value": "ApplicationRequired"}
                    ),
                    attribute(
                        depot, "contoso_Size", "Picklist", OptionSet=options(Small=1, Large=2), DefaultFormValue=1
                    ),
                    attribute(depot, "contoso_Tags", "MultiSelectPicklist", DefaultFormValue=-1),
                    attribute(depot, "contoso_Kind", "Picklist", GlobalOptionSet={"Name": "contoso_kinds"}),
                    attribute(depot, "contoso_Parent", "Lookup", Targets=["contoso_depot"]),
                    attribute(depot, "contoso_For", "Lookup", Targets=["account", "lead"]),
                    attribute(depot, "contoso_ParentName", "String", MaxLength=100, AttributeOf="contoso_parent"),
                    attribute(depot, "statecode", "State", IsCustomAttribute=False),
                    attribute(depot, "statuscode", "Status", IsCustomAttribute=False),
                    attribute(depot, "contoso_Odd", "CalendarRules"),
                ],
                "Keys": [
                    {"LogicalName": "contoso_bycode", "SchemaName": "contoso_ByCode", "KeyAttributes": ["contoso_name"]}
                ],
                "ManyToManyRelationships": [
                    {
                        "SchemaName": "contoso_depot_lead",
                        "IntersectEntityName": "contoso_depot_lead",
                        "Entity1LogicalName": depot,
                        "Entity1IntersectAttribute": "contoso_depotid",
                        "Entity2LogicalName": "lead",
                        "Entity2IntersectAttribute": "leadid",
                    }
                ],
            },
            {
                "LogicalName": "account",
                "EntitySetName": "accounts",
                "Attributes": [
                    attribute("account", "contoso_Tier", "Picklist", OptionSet=options(Gold=1)),
                    attribute(
                        "account",
                        "CustomerTypeCode",
                        "Picklist",
                        OptionSet=options(Partner=100),
                        IsCustomAttribute=False,
                    ),
                ],
            },
        ],
    }
