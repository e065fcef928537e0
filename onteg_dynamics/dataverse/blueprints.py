"""Definitions in a person's words → the typed bodies that the Web API takes. Pure.

Implements "Create and update table definitions", "… column definitions" and "… table relationships using the Web API".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = [
    "COLUMN_TYPES",
    "ENGLISH",
    "choice_body",
    "column_body",
    "in_language",
    "key_body",
    "label",
    "lookup_body",
    "pair_body",
    "table_body",
]

CRM = "Microsoft.Dynamics.CRM."
ENGLISH = 1033
REQUIRED = {"No": "None", "Recommended": "Recommended", "Yes": "ApplicationRequired"}
Facts = Mapping[str, Any]
Body = dict[str, Any]


def label(text: str) -> Body:
    """A label; `in_language` says later in which language."""
    localized = {"@odata.type": f"{CRM}LocalizedLabel", "Label": text, "LanguageCode": ENGLISH}
    return {"@odata.type": f"{CRM}Label", "LocalizedLabels": [localized]}


def in_language(body: Any, code: int) -> Any:
    """A definition whose labels are in another language.

    Args:
        body: made here, labels in English.
        code: the language's code (LCID).
    """
    if isinstance(body, Mapping):
        return {name: code if name == "LanguageCode" else in_language(value, code) for name, value in body.items()}
    return [in_language(one, code) for one in body] if isinstance(body, list) else body


def table_body(facts: Facts) -> Body:
    """A table with its name column.

    Args:
        facts: name, label, plural_label, description, ownership, name_column, name_label, has_notes, has_activities.
    """
    name = facts["name"]
    prefix = name.partition("_")[0]
    primary = {
        "name": facts.get("name_column") or f"{prefix}_name",
        "label": facts.get("name_label") or "Name",
        "type": "Text",
        "max_length": 850,
    }
    return {
        "@odata.type": f"{CRM}EntityMetadata",
        "SchemaName": name,
        "DisplayName": label(facts["label"]),
        "DisplayCollectionName": label(facts.get("plural_label") or f"{facts['label']}s"),
        "Description": label(facts.get("description", "")),
        "OwnershipType": "OrganizationOwned" if facts.get("ownership") == "Organization" else "UserOwned",
        "IsActivity": False,
        "HasNotes": bool(facts.get("has_notes")),
        "HasActivities": bool(facts.get("has_activities")),
        "Attributes": [{**column_body(primary), "IsPrimaryName": True}],
    }


def column_body(facts: Facts) -> Body:
    """A column of any type but a lookup, which comes with its relationship.

    Args:
        facts: name, label, description, type (one of `COLUMN_TYPES`), required, and what the type takes: max_length,
            minimum, maximum, precision, choices, pattern.

    Raises:
        ValueError: a choice without options.
    """
    kind, make = COLUMN_TYPES[facts["type"]]
    return {
        "@odata.type": f"{CRM}{kind}AttributeMetadata",
        "SchemaName": facts["name"],
        "DisplayName": label(facts["label"]),
        "Description": label(facts.get("description", "")),
        "RequiredLevel": {"Value": REQUIRED[facts.get("required", "No")], "CanBeChanged": True},
        **make(facts),
    }


def lookup_body(facts: Facts) -> Body:
    """A one-to-many relationship with its lookup column.

    Args:
        facts: table (the many side), related_table and its primary_id (the one side), name and label of the lookup,
            required, on_delete (Remove Link, Restrict, Cascade).
    """
    column, own, target = facts["name"], facts["table"], facts["related_table"]
    delete = {"Remove Link": "RemoveLink", "Restrict": "Restrict", "Cascade": "Cascade"}
    rest = dict.fromkeys(("Assign", "Share", "Unshare", "Reparent", "Merge"), "NoCascade")
    return {
        "@odata.type": f"{CRM}OneToManyRelationshipMetadata",
        "SchemaName": facts.get("relationship") or f"{column.partition('_')[0]}_{target}_{own}_{column}",
        "ReferencedEntity": target,
        "ReferencedAttribute": facts["primary_id"],
        "ReferencingEntity": own,
        "CascadeConfiguration": {**rest, "Delete": delete[facts.get("on_delete", "Remove Link")]},
        "Lookup": {
            "@odata.type": f"{CRM}LookupAttributeMetadata",
            "AttributeType": "Lookup",
            "AttributeTypeName": {"Value": "LookupType"},
            "SchemaName": column,
            "DisplayName": label(facts["label"]),
            "Description": label(facts.get("description", "")),
            "RequiredLevel": {"Value": REQUIRED[facts.get("required", "No")], "CanBeChanged": True},
        },
    }


def pair_body(facts: Facts) -> Body:
    """A many-to-many relationship.

    Args:
        facts: name (also of the table between), table, related_table.
    """
    return {
        "@odata.type": f"{CRM}ManyToManyRelationshipMetadata",
        "SchemaName": facts["name"],
        "IntersectEntityName": facts["name"].lower(),
        "Entity1LogicalName": facts["table"],
        "Entity2LogicalName": facts["related_table"],
    }


def key_body(facts: Facts) -> Body:
    """An alternate key: name, label, columns."""
    return {
        "@odata.type": f"{CRM}EntityKeyMetadata",
        "SchemaName": facts["name"],
        "DisplayName": label(facts.get("label") or facts["name"]),
        "KeyAttributes": list(facts["columns"]),
    }


def choice_body(facts: Facts) -> Body:
    """A global choice: name, label, choices.

    Raises:
        ValueError: it has no options.
    """
    return {
        "@odata.type": f"{CRM}OptionSetMetadata",
        "Name": facts["name"],
        "DisplayName": label(facts["label"]),
        "IsGlobal": True,
        "OptionSetType": "Picklist",
        "Options": _options(facts),
    }


def _options(facts: Facts) -> list[Body]:
    given: Sequence[Any] = facts.get("choices") or ()
    if not given:
        raise ValueError("a choice needs its options in Choices")
    return [
        {"Label": label(str(one["label"])), "Value": int(one["value"])}
        if isinstance(one, Mapping) and "value" in one
        else {"Label": label(str(one["label"] if isinstance(one, Mapping) else one))}
        for one in given
    ]


def _text(facts: Facts) -> Body:
    pattern = {"AutoNumberFormat": facts["pattern"]} if facts.get("pattern") else {}
    return {"MaxLength": facts.get("max_length") or 100, "FormatName": {"Value": "Text"}, **pattern}


def _memo(facts: Facts) -> Body:
    return {"MaxLength": facts.get("max_length") or 2000, "Format": "TextArea"}


def _bounds(facts: Facts, convert: Callable[[Any], Any]) -> Body:
    names = {"minimum": "MinValue", "maximum": "MaxValue"}
    return {wire: convert(facts[name]) for name, wire in names.items() if facts.get(name) is not None}


def _whole(facts: Facts) -> Body:
    return {"Format": "None", **_bounds(facts, int)}


def _number(facts: Facts) -> Body:
    return {"Precision": 2 if facts.get("precision") is None else facts["precision"], **_bounds(facts, float)}


def _money(facts: Facts) -> Body:
    return {"PrecisionSource": 2, **_bounds(facts, float)}


def _date(_: Facts) -> Body:
    return {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}


def _moment(_: Facts) -> Body:
    return {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}


def _yes_no(_: Facts) -> Body:
    options = {"TrueOption": {"Value": 1, "Label": label("Yes")}, "FalseOption": {"Value": 0, "Label": label("No")}}
    return {"DefaultValue": False, "OptionSet": {"OptionSetType": "Boolean", **options}}


def _choice(facts: Facts) -> Body:
    own = {"@odata.type": f"{CRM}OptionSetMetadata", "IsGlobal": False, "OptionSetType": "Picklist"}
    return {"OptionSet": {**own, "Options": _options(facts)}}


def _file(facts: Facts) -> Body:
    return {"MaxSizeInKB": int(facts.get("maximum") or 32_768)}


def _image(_: Facts) -> Body:
    return {"CanStoreFullImage": True}


COLUMN_TYPES: Mapping[str, tuple[str, Callable[[Facts], Body]]] = {
    "Text": ("String", _text),
    "Multiline Text": ("Memo", _memo),
    "Whole Number": ("Integer", _whole),
    "Decimal": ("Decimal", _number),
    "Floating Point": ("Double", _number),
    "Currency": ("Money", _money),
    "Yes/No": ("Boolean", _yes_no),
    "Date": ("DateTime", _date),
    "Date and Time": ("DateTime", _moment),
    "Choice": ("Picklist", _choice),
    "Choices": ("MultiSelectPicklist", _choice),
    "File": ("File", _file),
    "Image": ("Image", _image),
}
