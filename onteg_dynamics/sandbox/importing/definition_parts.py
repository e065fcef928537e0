"""One definition as the Web API writes it → the model's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox.model import (
    Cascade,
    Column,
    Key,
    ManyToMany,
    ManyToOne,
    Option,
    OptionSet,
    Table,
    stable_id,
)

Item = Mapping[str, Any]
_KINDS = frozenset(
    {
        "BigInt",
        "Boolean",
        "Customer",
        "DateTime",
        "Decimal",
        "Double",
        "EntityName",
        "File",
        "Image",
        "Integer",
        "Lookup",
        "ManagedProperty",
        "Memo",
        "Money",
        "MultiSelectPicklist",
        "Owner",
        "PartyList",
        "Picklist",
        "State",
        "Status",
        "String",
        "Uniqueidentifier",
    }
)
_CASCADES = ("Assign", "Delete", "Merge", "Reparent", "Share", "Unshare")


def table_of(item: Item) -> Table:
    """A table without its columns."""
    name = str(item["LogicalName"])
    schema, set_name = str(item.get("SchemaName", name)), str(item.get("EntitySetName", ""))
    shown = _label(item.get("DisplayName")) or schema
    return Table(
        logical_name=name,
        schema_name=schema,
        entity_set_name=set_name,
        metadata_id=str(item.get("MetadataId") or stable_id("imported", name)),
        primary_id=str(item.get("PrimaryIdAttribute") or f"{name}id"),
        primary_name=item.get("PrimaryNameAttribute") or None,
        display_name=shown,
        display_collection_name=_label(item.get("DisplayCollectionName")) or shown,
        logical_collection_name=str(item.get("LogicalCollectionName") or set_name),
        collection_schema_name=str(item.get("CollectionSchemaName") or schema),
        object_type_code=int(item.get("ObjectTypeCode") or 0),
        ownership=str(item.get("OwnershipType") or "None"),
        columns={},
        keys=tuple(_key(name, key) for key in item.get("Keys") or ()),
        primary_image=item.get("PrimaryImageAttribute") or None,
        description=_label(item.get("Description")),
        is_activity=bool(item.get("IsActivity", False)),
        has_notes=bool(item.get("HasNotes", False)),
        has_activities=bool(item.get("HasActivities", False)),
        change_tracking=bool(item.get("ChangeTrackingEnabled", True)),
        is_intersect=bool(item.get("IsIntersect", False)),
        is_custom=bool(item.get("IsCustomEntity", True)),
    )


def column_of(item: Item) -> Column:
    """A column; ``EntityLogicalName`` names its table."""
    table, name = str(item["EntityLogicalName"]), str(item["LogicalName"])
    kind = _kind(item)
    part_of = item.get("AttributeOf") or None
    default = item.get("DefaultFormValue", item.get("DefaultValue"))
    return Column(
        table=table,
        logical_name=name,
        schema_name=str(item.get("SchemaName", name)),
        type=kind,
        metadata_id=str(item.get("MetadataId") or stable_id("imported", table, name)),
        display_name=_label(item.get("DisplayName")),
        description=_label(item.get("Description")),
        required_level=str(_value(item.get("RequiredLevel")) or "None"),
        valid_for_create=bool(item.get("IsValidForCreate", True)),
        valid_for_update=bool(item.get("IsValidForUpdate", True)),
        valid_for_read=bool(item.get("IsValidForRead", True)),
        targets=tuple(map(str, item.get("Targets") or ())),
        attribute_of=part_of,
        format=_value(item.get("FormatName")) or item.get("Format"),
        behavior=_value(item.get("DateTimeBehavior")),
        max_length=item.get("MaxLength"),
        min=item.get("MinValue"),
        max=item.get("MaxValue"),
        precision=item.get("Precision"),
        precision_source=item.get("PrecisionSource"),
        options=_options(item.get("OptionSet") or item.get("GlobalOptionSet")),
        default=None if default == -1 else default,
        global_option_set=_global_name(item),
        odata=bool(item.get("IsValidODataAttribute", part_of is None or kind == "Money")),
        is_primary_image=bool(item.get("IsPrimaryImage", False)),
        is_custom=bool(item.get("IsCustomAttribute", False)),
        auto_number=item.get("AutoNumberFormat") or None,
        max_size_kb=item.get("MaxSizeInKB"),
        is_polymorphic=kind == "Lookup" and len(item.get("Targets") or ()) > 1,
    )


def one_of(item: Item) -> ManyToOne:
    """A many-to-one relationship."""
    schema, given = str(item["SchemaName"]), item.get("CascadeConfiguration") or {}
    cascade = {name.lower(): str(given[name]) for name in _CASCADES if given.get(name)}
    return ManyToOne(
        schema_name=schema,
        table=str(item["ReferencingEntity"]),
        column=str(item["ReferencingAttribute"]),
        target=str(item["ReferencedEntity"]),
        target_column=str(item["ReferencedAttribute"]),
        navigation=str(item.get("ReferencingEntityNavigationPropertyName") or item["ReferencingAttribute"]),
        collection=str(item.get("ReferencedEntityNavigationPropertyName") or ""),
        metadata_id=str(item.get("MetadataId") or stable_id("imported", schema)),
        cascade=Cascade(**cascade),
        is_hierarchical=bool(item.get("IsHierarchical", False)),
        is_custom=bool(item.get("IsCustomRelationship", True)),
    )


def many_of(item: Item) -> ManyToMany:
    """A many-to-many relationship."""
    schema = str(item["SchemaName"])
    return ManyToMany(
        schema_name=schema,
        intersect=str(item["IntersectEntityName"]),
        table1=str(item["Entity1LogicalName"]),
        column1=str(item["Entity1IntersectAttribute"]),
        navigation1=str(item.get("Entity1NavigationPropertyName") or schema),
        table2=str(item["Entity2LogicalName"]),
        column2=str(item["Entity2IntersectAttribute"]),
        navigation2=str(item.get("Entity2NavigationPropertyName") or schema),
        metadata_id=str(item.get("MetadataId") or stable_id("imported", schema)),
        is_custom=bool(item.get("IsCustomRelationship", True)),
    )


def choice_of(item: Item) -> OptionSet:
    """A global choice."""
    name = str(item["Name"])
    return OptionSet(
        name=name,
        display_name=_label(item.get("DisplayName")) or name,
        options=_options(item),
        metadata_id=str(item.get("MetadataId") or stable_id("imported", "choice", name)),
        is_custom=bool(item.get("IsCustomOptionSet", True)),
        type="Boolean" if "TrueOption" in item else "Picklist",
        description=_label(item.get("Description")),
    )


def _kind(item: Item) -> str:
    """The type of a column, by whichever of its names the definition has."""
    typed = str(item.get("@odata.type", "")).rpartition(".")[2].removesuffix("AttributeMetadata")
    names = (str(_value(item.get("AttributeTypeName")) or "").removesuffix("Type"), item.get("AttributeType"), typed)
    for name in names:
        if name in _KINDS:
            return str(name)
    if typed == "UniqueIdentifier":
        return "Uniqueidentifier"
    if not any(names):
        raise KeyError("AttributeType")
    return "Virtual"


def _key(table: str, item: Item) -> Key:
    name = str(item["LogicalName"])
    return Key(
        table,
        name,
        str(item.get("SchemaName", name)),
        _label(item.get("DisplayName")) or name,
        tuple(map(str, item["KeyAttributes"])),
        str(item.get("MetadataId") or stable_id("imported", "key", table, name)),
    )


def _options(item: Item | None) -> tuple[Option, ...]:
    if not item:
        return ()
    two = [item.get("TrueOption"), item.get("FalseOption")]
    return tuple(_option(option) for option in (item.get("Options") or [one for one in two if one]))


def _option(item: Item) -> Option:
    default = item.get("DefaultStatus")
    return Option(
        int(item["Value"]),
        _label(item.get("Label")) or str(item["Value"]),
        item.get("State"),
        default if default is None or default >= 0 else None,
        item.get("InvariantName"),
        item.get("Color"),
        _label(item.get("Description")),
    )


def _global_name(item: Item) -> str | None:
    for member in ("GlobalOptionSet", "OptionSet"):
        choice = item.get(member) or {}
        if choice.get("IsGlobal") or (member == "GlobalOptionSet" and choice.get("Name")):
            return str(choice["Name"])
    return None


def _label(label: Any) -> str | None:
    """The text of a label in the user's language, or in the first there is."""
    if not isinstance(label, Mapping):
        return None
    own = label.get("UserLocalizedLabel") or next(iter(label.get("LocalizedLabels") or ()), None)
    return str(own["Label"]) if own and own.get("Label") else None


def _value(managed: Any) -> Any:
    return managed.get("Value") if isinstance(managed, Mapping) else managed
