"""Many-to-many relationships and the tables between ("Create a many-to-many relationship")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, ManyToMany, Table
from onteg_dynamics.sandbox.schema.attributes import check_open
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.elastic import check_free_of
from onteg_dynamics.sandbox.schema.names import RELATIONSHIP_LENGTH, check_name
from onteg_dynamics.sandbox.schema.relationships import check_relationship_free
from onteg_dynamics.sandbox.schema.stamps import restamped, stamped
from onteg_dynamics.sandbox.schema.tables import check_table_free, next_type_code
from onteg_dynamics.sandbox.write.values import new_id

MANY_TO_MANY = "ManyToManyRelationshipMetadata"


def create_many_to_many(change: Change, document: Any) -> ManyToMany:
    """A new relationship with its intersect table.

    Raises:
        Refusal: A table that does not exist or takes no part, a name that is taken.
    """
    definition = read_definition(document, MANY_TO_MANY)
    schema = check_name(definition.get("SchemaName"), "EntityRelationship", RELATIONSHIP_LENGTH)
    check_relationship_free(change.model, schema)
    first, second = (change.table(str(definition.need(f"Entity{number}LogicalName"))) for number in (1, 2))
    for end in (first, second):
        check_open(end)
    check_free_of((first, second), "a many-to-many relationship")
    between = check_name(definition.get("IntersectEntityName", schema), "Entity", RELATIONSHIP_LENGTH)
    check_table_free(change.model, between.lower(), _set_name(between))
    relation = _relation(definition, schema, between.lower(), first, second)
    _check_navigations(change, relation)
    table = _between(change, relation, between)
    change.put_pair(relation)
    change.add_table(table)
    return relation


def replace_many_to_many(change: Change, relation: ManyToMany, document: Any) -> None:
    """A relationship with the menus of a new definition; its ends and names stay.

    Raises:
        Refusal: It came with the environment, or an end or name is another.
    """
    if not relation.is_custom:
        raise refusals.not_customizable()
    definition = read_definition(document, MANY_TO_MANY)
    fixed = {
        "SchemaName": relation.schema_name,
        "Entity1LogicalName": relation.table1,
        "Entity2LogicalName": relation.table2,
        "IntersectEntityName": relation.intersect,
        "Entity1NavigationPropertyName": relation.navigation1,
        "Entity2NavigationPropertyName": relation.navigation2,
    }
    for member, own in fixed.items():
        if definition.get(member, own) != own:
            raise refusals.bad_definition(f"The {member} of a relationship cannot be changed.")
    change.put_pair(replace(relation, settings={**restamped(relation.settings), **definition.settings()}))


def delete_many_to_many(change: Change, relation: ManyToMany) -> None:
    """Takes a relationship away, with its table and all pairs.

    Raises:
        Refusal: It came with the environment.
    """
    if not relation.is_custom:
        raise refusals.cannot_delete_metadata(relation.schema_name, relation.metadata_id)
    change.drop_pair(relation)
    change.drop_table(change.table(relation.intersect))


def _relation(definition: Definition, schema: str, between: str, first: Table, second: Table) -> ManyToMany:
    columns = (first.primary_id, second.primary_id)
    if first.logical_name == second.logical_name:
        columns = (f"{first.primary_id}one", f"{first.primary_id}two")
    return ManyToMany(
        schema,
        between,
        first.logical_name,
        columns[0],
        str(definition.get("Entity1NavigationPropertyName", schema)),
        second.logical_name,
        columns[1],
        str(definition.get("Entity2NavigationPropertyName", schema)),
        new_id(),
        is_custom=True,
        settings={**stamped(), **definition.settings()},
    )


def _check_navigations(change: Change, relation: ManyToMany) -> None:
    if relation.table1 == relation.table2 and relation.navigation1 == relation.navigation2:
        raise refusals.bad_definition("The navigation property name cannot be the same on both sides.")
    for table, name in ((relation.table1, relation.navigation1), (relation.table2, relation.navigation2)):
        if name in change.model.navigations(table) or name in change.table(table).properties:
            raise refusals.navigation_not_unique(name)


def _between(change: Change, relation: ManyToMany, schema: str) -> Table:
    name = relation.intersect
    columns = [
        _column(name, f"{name}id", "Uniqueidentifier", change.now, required_level="SystemRequired"),
        _column(name, relation.column1, "Uniqueidentifier", change.now),
        _column(name, relation.column2, "Uniqueidentifier", change.now),
        _column(name, "versionnumber", "BigInt", change.now, min=-(2**63), max=2**63 - 1),
    ]
    return Table(
        logical_name=name,
        schema_name=schema,
        entity_set_name=_set_name(schema),
        metadata_id=new_id(),
        primary_id=f"{name}id",
        primary_name=None,
        display_name=schema,
        display_collection_name=schema,
        logical_collection_name=_set_name(schema),
        collection_schema_name=f"{schema}Set",
        object_type_code=next_type_code(change.model),
        ownership="None",
        columns={column.logical_name: column for column in columns},
        change_tracking=False,
        is_intersect=True,
        is_custom=True,
        settings=stamped(),
    )


def _column(table: str, name: str, kind: str, now: str, **fields: Any) -> Column:
    return Column(
        table,
        name,
        name,
        kind,
        new_id(),
        **{"valid_for_create": False, "valid_for_update": False, "settings": stamped(now), **fields},
    )


def _set_name(schema: str) -> str:
    return f"{schema.lower()}set"
