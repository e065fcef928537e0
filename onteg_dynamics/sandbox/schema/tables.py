"""Tables: made, described anew, taken away ("Create and update table definitions using the Web API")."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import forget_column
from onteg_dynamics.sandbox.model import Column, ManyToOne, Model, Table
from onteg_dynamics.sandbox.schema.activities import (
    KEY,
    SUBJECT,
    activity_columns,
    activity_relations,
    check_activity,
    subject_column,
)
from onteg_dynamics.sandbox.schema.attributes import (
    check_free,
    link_files,
    retarget,
    settle_primary_image,
    with_image_parent,
)
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.columns import new_column
from onteg_dynamics.sandbox.schema.companions import money_companions, with_companions
from onteg_dynamics.sandbox.schema.elastic import check_column, check_kind, elastic_columns, elastic_key
from onteg_dynamics.sandbox.schema.names import TABLE_LENGTH, check_name, plural
from onteg_dynamics.sandbox.schema.platform import (
    activity_links,
    note_links,
    platform_columns,
    platform_relations,
)
from onteg_dynamics.sandbox.schema.stamps import restamped, stamped
from onteg_dynamics.sandbox.schema.words import Labels, read_labels
from onteg_dynamics.sandbox.write import delete_row
from onteg_dynamics.sandbox.write.values import new_id

FIRST_TYPE_CODE = 10_000
_LABELS = {
    "DisplayName": "display_name",
    "DisplayCollectionName": "display_collection_name",
    "Description": "description",
}
_REQUIRED = ("OwnershipType", "IsActivity", "HasActivities", "HasNotes")
_OWNERSHIPS = frozenset({"UserOwned", "OrganizationOwned"})
_SET_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def create_table(change: Change, document: Any, *, declared: str | None = None) -> Table:
    """A new table with its columns and relationships.

    Args:
        change: The change that it is part of.
        document: The body.
        declared: The type of the body where it names none.

    Raises:
        Refusal: The name is none or taken, a member is missing, there is no primary name, a column does not fit.
    """
    definition = read_definition(document, "EntityMetadata", declared=declared)
    table = _bare(change, definition)
    given = _given_columns(change, table)
    own = _own_columns(change, table, definition, given)
    table = _filled(change, replace(table, primary_name=own[0].logical_name), given, own)
    if table.is_elastic:
        table = replace(table, keys=(elastic_key(table),))
    change.add_table(table, _relations(change.model, table))
    for column in own:
        settle_primary_image(change, change.table(table.logical_name), column)
    _link(change, table)
    return change.table(table.logical_name)


def replace_table(change: Change, table: Table, document: Any) -> None:
    """A table as a new definition describes it; its columns stay as they are.

    Raises:
        Refusal: A name or an ownership that cannot change, something taken away that stays.
    """
    if table.is_intersect or table.is_view:
        raise refusals.not_customizable()
    definition = read_definition(document, "EntityMetadata", declared="EntityMetadata")
    _check_same(table, definition)
    labels = read_labels(dict(definition.members), _LABELS, merge=change.merge_labels)
    changed = replace(
        table,
        **_labels(labels, table),
        translations=labels.foreign(table.translations),
        entity_set_name=_set_name(change.model, table, definition),
        has_notes=_stays(definition, "HasNotes", before=table.has_notes),
        has_activities=_stays(definition, "HasActivities", before=table.has_activities),
        change_tracking=_stays(definition, "ChangeTrackingEnabled", before=table.change_tracking),
        settings={**restamped(table.settings), **definition.settings()},
    )
    change.put_tables([changed])
    _link(change, changed, before=table)


def delete_table(change: Change, table: Table) -> None:
    """Takes a table away, with its rows, its relationships, and the notes and activities that belong to its rows.

    Raises:
        Refusal: It came with the environment, or lookups of other tables point at it.
    """
    name = table.logical_name
    if table.is_intersect:
        raise refusals.table_is_intersect()
    if not table.is_custom:
        raise refusals.cannot_delete_metadata(name, table.metadata_id)
    incoming = [one for one in change.model.pointing_at(name) if one.table != name]
    users = [one for one in incoming if one.is_custom]
    if users:
        raise refusals.component_in_use("Entity", table.metadata_id, len(users))
    _release_rows(change, incoming)
    for column in table.columns.values():
        if column.type == "Image":
            forget_column(change.world, table, column)
    drop_pairs(change, table)
    change.drop_relations([*incoming, *change.model.lookups_of(name)])
    retarget(change, incoming, gone=True)
    change.drop_table(table)


def drop_pairs(change: Change, table: Table) -> None:
    """The many-to-many relationships of a table go, with their tables."""
    for many in change.model.many_to_many:
        if table.logical_name in {many.table1, many.table2}:
            change.drop_pair(many)
            change.drop_table(change.table(many.intersect))


def check_table_free(model: Model, name: str, set_name: str) -> None:
    """Refuses a table whose name or entity set name another has."""
    if name in model.tables or model.by_entity_set(set_name) is not None:
        raise refusals.name_taken(name, "Entity")


def next_type_code(model: Model) -> int:
    """The next free object type code of customizations."""
    return max(FIRST_TYPE_CODE - 1, *(table.object_type_code for table in model.tables.values())) + 1


def _bare(change: Change, definition: Definition) -> Table:
    """The new table without its columns."""
    schema = check_name(definition.get("SchemaName"), "Entity", TABLE_LENGTH)
    for member in _REQUIRED:
        definition.need(member)
    if definition.need("OwnershipType") not in _OWNERSHIPS:
        raise refusals.wrong_ownership()
    check_kind(definition.members)
    is_activity = definition.need("IsActivity")
    if is_activity:
        check_activity(definition)
    name = schema.lower()
    collection = definition.get("LogicalCollectionName", plural(name))
    set_name = definition.get("EntitySetName", collection)
    if not _SET_NAME.fullmatch(set_name):
        raise refusals.bad_schema_name(set_name, "EntitySet")
    check_table_free(change.model, name, set_name)
    labels = read_labels(dict(definition.members), _LABELS)
    return Table(
        logical_name=name,
        schema_name=schema,
        entity_set_name=set_name,
        metadata_id=new_id(),
        primary_id=KEY if is_activity else f"{name}id",
        primary_name=None,
        logical_collection_name=collection,
        collection_schema_name=definition.get("CollectionSchemaName", plural(schema)),
        object_type_code=next_type_code(change.model),
        ownership=definition.need("OwnershipType"),
        columns={},
        has_notes=definition.need("HasNotes"),
        has_activities=definition.need("HasActivities"),
        change_tracking=definition.get("ChangeTrackingEnabled", False),
        is_activity=is_activity,
        is_custom=True,
        translations=labels.foreign(),
        settings={**stamped(), **definition.settings()},
        **_labels(labels, None),
    )


def _labels(labels: Labels, before: Table | None) -> dict[str, Any]:
    shown = labels.own("display_name", before.display_name if before else None)
    many = labels.own("display_collection_name", before.display_collection_name if before else None)
    if shown is None or many is None:
        raise refusals.required_field("DisplayName" if shown is None else "DisplayCollectionName")
    description = labels.own("description", before.description if before else None)
    return {"display_name": shown, "display_collection_name": many, "description": description}


def _given_columns(change: Change, table: Table) -> dict[str, Column]:
    """The columns that the platform gives to the table, by their names; the key is the first."""
    name = table.logical_name
    if table.is_activity:
        found = activity_columns(change.model, name, change.now)
        key = next(column for column in found if column.logical_name == KEY)
    else:
        found = platform_columns(change.model, name, table.ownership, change.now)
        key = _key(table, change.now)
    columns = {column.logical_name: column for column in (key, *found)}
    if table.is_elastic:
        columns = elastic_columns(table, columns, change.now)
    return {**columns, key.logical_name: replace(columns[key.logical_name], display_name=table.display_name)}


def _key(table: Table, now: str) -> Column:
    return Column(
        table.logical_name,
        table.primary_id,
        f"{table.schema_name}Id",
        "Uniqueidentifier",
        new_id(),
        required_level="SystemRequired",
        valid_for_update=False,
        settings=stamped(now),
    )


def _own_columns(change: Change, table: Table, definition: Definition, given: dict[str, Column]) -> list[Column]:
    """The columns that the definition describes, the primary name first."""
    found = [read_definition(item, "AttributeMetadata") for item in definition.get("Attributes", [])]
    primary = _primary(table, found)
    others = [item for item in found if item is not primary]
    columns = [new_column(change.model, table.logical_name, item, now=change.now) for item in others]
    for column in columns:
        check_column(table, column)
    if table.is_activity:
        first = subject_column(given[SUBJECT], primary)
    elif primary is None:
        raise refusals.bad_definition("The primary name attribute of the entity is missing.")
    else:
        first = new_column(change.model, table.logical_name, primary, now=change.now)
    return [first, *map(with_image_parent, columns)]


def _primary(table: Table, found: list[Definition]) -> Definition | None:
    """The definition of the primary name, or None where none is meant to be it."""
    named = [item for item in found if item.get("IsPrimaryName")]
    if named[1:]:
        first, second = (str(item.get("SchemaName")).lower() for item in named[:2])
        raise refusals.second_primary_name(first, table.logical_name, second)
    primary = named[0] if named else None
    if primary is not None and primary.kind.name != "StringAttributeMetadata":
        raise refusals.wrong_primary_type()
    if primary is not None and primary.value("FormatName", "Text") != "Text":
        raise refusals.bad_text_format(primary.value("FormatName"), str(primary.get("SchemaName")))
    return primary


def _filled(change: Change, table: Table, given: dict[str, Column], own: list[Column]) -> Table:
    """The table with the platform's columns, its own, and what comes with them."""
    first = own[0].logical_name
    platforms = {name: column for name, column in given.items() if name != first or not table.is_activity}
    check_free(replace(table, columns=platforms), own[:1])
    table = replace(table, columns={table.primary_id: given[table.primary_id], first: own[0], **platforms})
    for column in own[1:]:
        table = _with(table, with_companions(column, change.now))
    if any(column.type == "Money" for column in own):
        table = _with(table, money_companions(change.model, table, change.now)[0])
    return table


def _relations(model: Model, table: Table) -> list[ManyToOne]:
    """The relationships of the platform's columns."""
    if not table.is_activity:
        return platform_relations(model, table.logical_name, table.columns.values())
    return activity_relations(model, table.logical_name, dict(table.columns))


def _with(table: Table, columns: list[Column]) -> Table:
    check_free(table, columns)
    return replace(table, columns={**table.columns, **{column.logical_name: column for column in columns}})


def _link(change: Change, table: Table, before: Table | None = None) -> None:
    """Notes and activities find their way to the table, where it has them and had them not."""
    relations: list[ManyToOne] = []
    if table.has_notes and not (before and before.has_notes):
        relations += note_links(change.model, table)
    if table.has_activities and not (before and before.has_activities):
        relations += activity_links(change.model, table)
    change.add_relations(relations)
    retarget(change, relations)
    if before is None and any(column.type == "File" for column in table.columns.values()):
        link_files(change, table)


def _check_same(table: Table, definition: Definition) -> None:
    fixed = {
        "LogicalName": table.logical_name,
        "SchemaName": table.schema_name,
        "OwnershipType": table.ownership,
        "IsActivity": table.is_activity,
        "PrimaryIdAttribute": table.primary_id,
        "PrimaryNameAttribute": table.primary_name,
        "MetadataId": table.metadata_id,
    }
    for member, own in fixed.items():
        if str(definition.get(member, own)).lower() != str(own).lower():
            raise refusals.bad_definition(f"The {member} of a table cannot be changed.")


def _stays(definition: Definition, member: str, *, before: bool) -> bool:
    """A feature that can be switched on, and then stays."""
    wanted = bool(definition.get(member, before))
    if before and not wanted:
        raise refusals.bad_definition(f"{member} cannot be switched off once it is on.")
    return wanted


def _set_name(model: Model, table: Table, definition: Definition) -> str:
    name = str(definition.get("EntitySetName", table.entity_set_name))
    other = model.by_entity_set(name)
    if not _SET_NAME.fullmatch(name):
        raise refusals.bad_schema_name(name, "EntitySet")
    if other is not None and other.logical_name != table.logical_name:
        raise refusals.name_taken(name, "EntitySet")
    return name


def _release_rows(change: Change, incoming: list[ManyToOne]) -> None:
    """Notes and activities of the rows go with them."""
    world = change.world
    for relation in incoming:
        source = change.model.tables[relation.table]
        if source.is_view:
            continue
        match = {f"{relation.column}__table": relation.target}
        for row in world.store.select(source.logical_name, match):
            delete_row(world, change.caller, source, row)
