"""Builds the model from the table descriptions in data/."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.sandbox.model.model import Model
from onteg_dynamics.sandbox.model.types import (
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

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILES = (
    "tables.json",
    "platform.json",
    "service.json",
    "files.json",
    "people.json",
    "webhooks.json",
    "customapis.json",
)


@lru_cache(maxsize=1)
def load_model() -> Model:
    """The standard model: the described tables plus the tables they refer to. Cached; models never change."""
    tables: dict[str, Table] = {}
    ones: list[ManyToOne] = []
    manys: dict[str, ManyToMany] = {}
    for name in _FILES:
        document = orjson.loads(resources.files("onteg_dynamics.sandbox").joinpath("data").joinpath(name).read_bytes())
        for source in document["externalTables"]:
            tables[source["logicalName"]] = bare_table(source)
        for source in document["tables"]:
            tables[source["logicalName"]] = table_from_json(source)
            ones.extend(many_to_one_from_json(source["logicalName"], row) for row in source["manyToOne"])
            manys.update({row["schemaName"]: many_to_many_from_json(row) for row in source["manyToMany"]})
    for many in manys.values():
        tables[many.intersect] = _as_intersect(tables[many.intersect], many)
    return Model(tables, tuple(ones), tuple(manys.values()), _global_option_sets(tables.values()))


def option_from_json(source: dict[str, Any]) -> Option:
    """One option of a column."""
    return Option(
        source["value"],
        source["label"],
        source.get("state"),
        source.get("defaultStatus"),
        source.get("invariantName"),
        source.get("color"),
        source.get("description"),
    )


def column_from_json(table: str, source: dict[str, Any]) -> Column:
    """One column of a table."""
    name = source["logicalName"]
    return Column(
        table=table,
        logical_name=name,
        schema_name=source["schemaName"],
        type=source["type"],
        metadata_id=source.get("metadataId") or stable_id("column", table, name),
        display_name=source.get("displayName"),
        description=source.get("description"),
        required_level=source.get("requiredLevel", "None"),
        valid_for_create=source.get("validForCreate", True),
        valid_for_update=source.get("validForUpdate", True),
        valid_for_read=source.get("validForRead", True),
        targets=tuple(source.get("targets", ())),
        attribute_of=source.get("attributeOf"),
        format=source.get("format"),
        behavior=source.get("behavior"),
        max_length=source.get("maxLength"),
        min=source.get("min"),
        max=source.get("max"),
        precision=source.get("precision"),
        precision_source=source.get("precisionSource"),
        options=tuple(map(option_from_json, source.get("options", ()))),
        default=source.get("default"),
        global_option_set=source.get("globalOptionSet"),
        odata=source.get("odata", True),
        is_primary_image=source.get("isPrimaryImage", False),
        is_custom=source.get("isCustom", False),
        auto_number=source.get("autoNumber"),
        max_size_kb=source.get("maxSizeKb"),
    )


def table_from_json(source: dict[str, Any]) -> Table:
    """One described table with its columns and keys."""
    name = source["logicalName"]
    columns = [column_from_json(name, row) for row in source["columns"]]
    if name in {"systemuser", "team"} and "ownerid" not in {column.logical_name for column in columns}:
        # Both inherit the key of the abstract type principal.
        columns.append(_plain(name, "ownerid", "OwnerId", "Uniqueidentifier", valid_for_create=False))
    return Table(
        logical_name=name,
        schema_name=source["schemaName"],
        entity_set_name=source["entitySetName"],
        metadata_id=source.get("metadataId") or stable_id("table", name),
        primary_id=source["primaryIdAttribute"],
        primary_name=source.get("primaryNameAttribute"),
        display_name=source.get("displayName", source["schemaName"]),
        display_collection_name=source.get("displayCollectionName", source["schemaName"]),
        logical_collection_name=source.get("logicalCollectionName", source["entitySetName"]),
        collection_schema_name=source.get("collectionSchemaName", source["schemaName"]),
        object_type_code=source.get("objectTypeCode", 0),
        ownership=source.get("ownershipType", "None"),
        columns={column.logical_name: column for column in columns},
        keys=tuple(key_from_json(name, row) for row in source.get("keys", ())),
        primary_image=source.get("primaryImageAttribute"),
        description=source.get("description"),
        is_activity=source.get("isActivity", False),
        has_notes=source.get("hasNotes", False),
        has_activities=source.get("hasActivities", False),
        change_tracking=source.get("changeTrackingEnabled", True),
        is_intersect=source.get("isIntersect", False),
        is_custom=source.get("isCustom", False),
        is_view=name == "activitypointer",
    )


def bare_table(source: dict[str, Any]) -> Table:
    """A table known by name only: it gets a key, a name and a version."""
    name = source["logicalName"]
    primary_id = source.get("primaryIdAttribute", f"{name}id")
    primary_name = source.get("primaryNameAttribute")
    columns = [_plain(name, primary_id, primary_id, "Uniqueidentifier", required_level="SystemRequired")]
    if primary_name and primary_name != primary_id:
        columns.append(_plain(name, primary_name, primary_name.capitalize(), "String", max_length=4000))
    columns.extend(_stamp(name, stamp) for stamp in ("createdon", "modifiedon"))
    columns.append(_plain(name, "versionnumber", "VersionNumber", "BigInt", valid_for_create=False))
    schema = source.get("schemaName", name)
    return Table(
        logical_name=name,
        schema_name=schema,
        entity_set_name=source.get("entitySetName", f"{name}s"),
        metadata_id=stable_id("table", name),
        primary_id=primary_id,
        primary_name=primary_name,
        display_name=source.get("displayName", schema),
        display_collection_name=source.get("displayCollectionName", schema),
        logical_collection_name=source.get("entitySetName", f"{name}s"),
        collection_schema_name=source.get("displayCollectionName", schema).replace(" ", ""),
        object_type_code=source.get("objectTypeCode", 0),
        ownership=source.get("ownershipType", "None"),
        columns={column.logical_name: column for column in columns},
        bare=True,
        is_view=name == "owner",
    )


def key_from_json(table: str, source: dict[str, Any]) -> Key:
    """One alternate key."""
    return Key(
        table,
        source["logicalName"],
        source["schemaName"],
        source.get("displayName", source["schemaName"]),
        tuple(source["columns"]),
        source.get("metadataId") or stable_id("key", table, source["logicalName"]),
    )


def many_to_one_from_json(table: str, source: dict[str, Any]) -> ManyToOne:
    """One lookup relationship of the table."""
    return ManyToOne(
        schema_name=source["schemaName"],
        table=table,
        column=source["referencingAttribute"],
        target=source["referencedTable"],
        target_column=source["referencedAttribute"],
        navigation=source["referencingNavigationProperty"],
        collection=source.get("referencedNavigationProperty") or "",
        metadata_id=source.get("metadataId")
        or stable_id("one", table, source["referencingAttribute"], source["schemaName"], source["referencedTable"]),
        cascade=Cascade(**source.get("cascade", {})),
        is_hierarchical=source.get("isHierarchical", False),
        is_custom=source.get("isCustom", False),
    )


def many_to_many_from_json(source: dict[str, Any]) -> ManyToMany:
    """One many-to-many relationship."""
    return ManyToMany(
        schema_name=source["schemaName"],
        intersect=source["intersectTable"],
        table1=source["table1"],
        column1=source["attribute1"],
        navigation1=source["nav1"],
        table2=source["table2"],
        column2=source["attribute2"],
        navigation2=source["nav2"],
        metadata_id=source.get("metadataId") or stable_id("many", source["schemaName"]),
        is_custom=source.get("isCustom", False),
    )


def _plain(table: str, name: str, schema: str, kind: str, **more: Any) -> Column:
    return Column(table, name, schema, kind, stable_id("column", table, name), **more)


def _stamp(table: str, name: str) -> Column:
    return _plain(
        table,
        name,
        {"createdon": "CreatedOn", "modifiedon": "ModifiedOn"}[name],
        "DateTime",
        format="DateAndTime",
        behavior="UserLocal",
        valid_for_create=False,
        valid_for_update=False,
    )


def _as_intersect(table: Table, many: ManyToMany) -> Table:
    columns = dict(table.columns)
    for name in (many.column1, many.column2):
        columns.setdefault(name, _plain(table.logical_name, name, name, "Uniqueidentifier", valid_for_update=False))
    return replace(table, columns=columns, is_intersect=True)


def _global_option_sets(tables: Iterable[Table]) -> dict[str, OptionSet]:
    found: dict[str, OptionSet] = {}
    for table in tables:
        for column in table.columns.values():
            name = column.global_option_set
            if name and name not in found and column.options:
                kind = "Boolean" if column.type == "Boolean" else "Picklist"
                label = column.display_name or name
                found[name] = OptionSet(name, label, column.options, stable_id("optionset", name), type=kind)
    return found
