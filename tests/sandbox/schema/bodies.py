"""Bodies as Microsoft's documentation prints them, made of the same parts."""

from __future__ import annotations

from typing import Any

CRM = "Microsoft.Dynamics.CRM."
NONE = {
    "Value": "None",
    "CanBeChanged": True,
    "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
}


def label(text: str, **others: str) -> dict[str, Any]:
    """A label in English, and in the languages whose codes follow as ``l1036``."""
    texts = {1033: text, **{int(name[1:]): words for name, words in others.items()}}
    return {
        "@odata.type": f"{CRM}Label",
        "LocalizedLabels": [
            {"@odata.type": f"{CRM}LocalizedLabel", "Label": words, "LanguageCode": code}
            for code, words in texts.items()
        ],
    }


def column(kind: str, schema_name: str, shown: str = "Sample", **members: Any) -> dict[str, Any]:
    """A column of "Create and update column definitions using the Web API"."""
    code = "Virtual" if kind in {"MultiSelectPicklist", "File", "Image"} else kind
    return {
        "@odata.type": f"{CRM}{kind}AttributeMetadata",
        "AttributeType": code,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "SchemaName": schema_name,
        "DisplayName": label(shown),
        "Description": label(f"{shown} Attribute"),
        "RequiredLevel": dict(NONE),
        **members,
    }


def option(value: int | None, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"Label": label(text)}
    return found if value is None else {"Value": value, **found}


def choices(*texts: str, first: int = 727000000) -> dict[str, Any]:
    options = [option(first + number, text) for number, text in enumerate(texts)]
    return {
        "@odata.type": f"{CRM}OptionSetMetadata",
        "Options": options,
        "IsGlobal": False,
        "OptionSetType": "Picklist",
    }


def yes_and_no() -> dict[str, Any]:
    return {"TrueOption": option(1, "True"), "FalseOption": option(0, "False"), "OptionSetType": "Boolean"}


def primary(schema_name: str = "new_AccountName") -> dict[str, Any]:
    text = {"FormatName": {"Value": "Text"}, "MaxLength": 100, "IsPrimaryName": True}
    return column("String", schema_name, "Account Name", **text)


def table(schema_name: str = "new_BankAccount", shown: str = "Bank Account", **members: Any) -> dict[str, Any]:
    """The table of "Create and update table definitions using the Web API"."""
    return {
        "@odata.type": f"{CRM}EntityMetadata",
        "Attributes": [primary()],
        "Description": label("An entity to store information about customer bank accounts"),
        "DisplayCollectionName": label(f"{shown}s"),
        "DisplayName": label(shown),
        "HasActivities": False,
        "HasNotes": False,
        "IsActivity": False,
        "OwnershipType": "UserOwned",
        "SchemaName": schema_name,
        **members,
    }


def one_to_many(
    schema_name: str = "new_contact_new_bankaccount",
    target: str = "contact",
    lookup: str = "new_AccountOwner",
    source: str = "new_bankaccount",
    **members: Any,
) -> dict[str, Any]:
    """The relationship of "Create and update table relationships using the Web API"."""
    return {
        "@odata.type": f"{CRM}OneToManyRelationshipMetadata",
        "SchemaName": schema_name,
        "AssociatedMenuConfiguration": {
            "Behavior": "UseCollectionName",
            "Group": "Details",
            "Label": label("Bank Accounts"),
            "Order": 10000,
        },
        "CascadeConfiguration": dict.fromkeys(("Assign", "Delete", "Merge", "Reparent", "Share", "Unshare"), "Cascade"),
        "ReferencedAttribute": f"{target}id",
        "ReferencedEntity": target,
        "ReferencingEntity": source,
        "Lookup": lookup_column(lookup),
        **members,
    }


def lookup_column(schema_name: str, kind: str = "Lookup") -> dict[str, Any]:
    return {
        "AttributeType": "Lookup",
        "AttributeTypeName": {"Value": "LookupType"},
        "Description": label("The owner of the account"),
        "DisplayName": label("Account Owner"),
        "RequiredLevel": dict(NONE),
        "SchemaName": schema_name,
        "@odata.type": f"{CRM}{kind}AttributeMetadata",
    }


def many_to_many(schema_name: str = "new_accounts_campaigns", **members: Any) -> dict[str, Any]:
    menu = {"Behavior": "UseLabel", "Group": "Details", "Label": label("Account"), "Order": 10000}
    return {
        "SchemaName": schema_name,
        "@odata.type": f"{CRM}ManyToManyRelationshipMetadata",
        "Entity1AssociatedMenuConfiguration": menu,
        "Entity1LogicalName": "account",
        "Entity2AssociatedMenuConfiguration": menu,
        "Entity2LogicalName": "campaign",
        "IntersectEntityName": schema_name,
        **members,
    }


def colors(name: str = "sample_colors") -> dict[str, Any]:
    return {
        "@odata.type": f"{CRM}OptionSetMetadata",
        "Options": choices("Red", "Yellow", "Green")["Options"],
        "Description": label("Color Choice"),
        "DisplayName": label("Colors"),
        "Name": name,
        "OptionSetType": "Picklist",
    }
