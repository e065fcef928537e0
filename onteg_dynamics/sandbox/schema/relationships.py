"""One-to-many relationships and the lookup columns that hold them.

Follows "Create and update table relationships using the Web API", "Use multi-table lookup columns" and "Configure
table relationship cascading behavior".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Cascade, Column, ManyToOne, Model, Table
from onteg_dynamics.sandbox.schema.attributes import check_free, check_open, family
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.columns import lookup_column
from onteg_dynamics.sandbox.schema.companions import with_companions
from onteg_dynamics.sandbox.schema.elastic import check_cascade
from onteg_dynamics.sandbox.schema.names import RELATIONSHIP_LENGTH, check_name
from onteg_dynamics.sandbox.schema.stamps import restamped, stamped
from onteg_dynamics.sandbox.write.values import new_id

ONE_TO_MANY = "OneToManyRelationshipMetadata"
_OWNED = frozenset({"NoCascade", "Cascade", "Active", "UserOwned"})
_ALLOWED: Mapping[str, frozenset[str]] = {
    "assign": _OWNED,
    "share": _OWNED,
    "unshare": _OWNED,
    "reparent": _OWNED,
    "merge": frozenset({"NoCascade", "Cascade"}),
    "delete": frozenset({"RemoveLink", "Restrict", "Cascade"}),
}
_PARENTAL = ("assign", "delete", "share", "unshare", "reparent")


def create_one_to_many(change: Change, document: Any) -> ManyToOne:
    """A new relationship with its lookup column; a lookup of many tables that is there gains a table.

    Raises:
        Refusal: A table that does not exist or takes no part, a name that is taken, a cascade that does not fit.
    """
    definition = read_definition(document, ONE_TO_MANY)
    lookup = read_definition(definition.need("Lookup"), "LookupAttributeMetadata")
    table = referencing(change, definition)
    name = str(lookup.get("SchemaName", "")).lower()
    known = table.columns.get(name)
    if known is not None and known.is_polymorphic:
        relation = new_relation(change.model, definition, known, suffixed=True)
        check_navigations(change.model, relation)
        change.add_relations([relation])
        change.put_column(change.table(table.logical_name), _reaching(known, relation.target))
        return relation
    target = str(definition.need("ReferencedEntity"))
    column = lookup_column(table.logical_name, lookup, (target,), now=change.now)
    relation = new_relation(change.model, definition, column, suffixed=False)
    add_lookup(change, table, column, [relation])
    return relation


def replace_one_to_many(change: Change, relation: ManyToOne, document: Any) -> None:
    """A relationship with the behaviour of a new definition; its ends and names stay.

    Raises:
        Refusal: It came with the environment, an end or name is another, a cascade does not fit.
    """
    if not relation.is_custom:
        raise refusals.not_customizable()
    definition = read_definition(document, ONE_TO_MANY)
    _check_same(relation, definition)
    changed = replace(
        relation,
        cascade=_cascade(change.model, definition, relation.table, relation.schema_name),
        is_hierarchical=_hierarchical(change.model, definition, relation.table, relation.schema_name),
        settings={**restamped(relation.settings), **definition.settings()},
    )
    change.add_relations([changed])


def delete_one_to_many(change: Change, relation: ManyToOne) -> None:
    """Takes a relationship away; its lookup column goes too, unless it reaches other tables.

    Raises:
        Refusal: It came with the environment, is the last of a lookup of many tables, or an alternate key uses it.
    """
    if not relation.is_custom:
        raise refusals.cannot_delete_metadata(relation.schema_name, relation.metadata_id)
    table = change.table(relation.table)
    column = table.columns[relation.column]
    users = sum(column.logical_name in key.columns for key in table.keys)
    if users:
        raise refusals.component_in_use("Relationship", relation.metadata_id, users)
    if column.type == "Customer":
        raise refusals.last_of_lookup(relation.schema_name, column.logical_name)
    if column.is_polymorphic:
        _leave(change, table, column, relation)
        return
    change.drop_relations([relation])
    change.drop_columns(table, family(table, column))


def add_lookup(change: Change, table: Table, column: Column, relations: list[ManyToOne]) -> None:
    """A new lookup column with its relationships."""
    check_open(table)
    columns = with_companions(column, change.now)
    check_free(table, columns)
    for relation in relations:
        check_navigations(change.model, relation)
    change.add_columns(table, columns, relations)


def referencing(change: Change, definition: Definition) -> Table:
    """The table that a definition's lookup column is in, after a look at both ends.

    Raises:
        Refusal: One of them does not exist, or takes no part in relationships.
    """
    table = change.table(str(definition.need("ReferencingEntity")))
    target = change.table(str(definition.need("ReferencedEntity")))
    for end in (table, target):
        check_open(end)
    if definition.get("ReferencedAttribute", target.primary_id) != target.primary_id:
        raise refusals.bad_definition(f"The ReferencedAttribute of '{target.logical_name}' is '{target.primary_id}'.")
    return table


def new_relation(model: Model, definition: Definition, column: Column, *, suffixed: bool) -> ManyToOne:
    """A new relationship of a lookup column.

    Args:
        model: The metadata.
        definition: The checked body.
        column: The lookup column.
        suffixed: True where the column reaches many tables, and each has a navigation property of its own.

    Raises:
        Refusal: The name is none or taken, a cascade does not fit.
    """
    schema = check_name(definition.get("SchemaName"), "EntityRelationship", RELATIONSHIP_LENGTH)
    check_relationship_free(model, schema)
    target = model.tables[str(definition.need("ReferencedEntity"))]
    default = f"{column.schema_name}_{target.logical_name}" if suffixed else column.schema_name
    return ManyToOne(
        schema,
        column.table,
        column.logical_name,
        target.logical_name,
        target.primary_id,
        str(definition.get("ReferencingEntityNavigationPropertyName", default)),
        str(definition.get("ReferencedEntityNavigationPropertyName", schema)),
        new_id(),
        _cascade(model, definition, column.table, schema),
        _hierarchical(model, definition, column.table, schema),
        is_custom=True,
        settings={**stamped(), **definition.settings()},
    )


def check_relationship_free(model: Model, schema: str) -> None:
    """Refuses a relationship whose name another has."""
    taken = {one.schema_name.lower() for one in model.many_to_one}
    taken |= {many.schema_name.lower() for many in model.many_to_many}
    if schema.lower() in taken:
        raise refusals.relationship_exists()


def check_navigations(model: Model, relation: ManyToOne) -> None:
    """Refuses navigation properties whose names their tables have, as columns or as navigation properties."""
    if relation.table == relation.target and relation.navigation == relation.collection:
        raise refusals.navigation_not_unique(relation.navigation)
    for table, name in ((relation.table, relation.navigation), (relation.target, relation.collection)):
        if name in model.navigations(table) or name in model.tables[table].properties:
            raise refusals.navigation_not_unique(name)


def _reaching(column: Column, target: str) -> Column:
    if target in column.targets:
        raise refusals.twice_in_lookup(target, column.table, column.logical_name)
    return replace(column, targets=(*column.targets, target))


def _leave(change: Change, table: Table, column: Column, relation: ManyToOne) -> None:
    """A lookup of many tables reaches one table less; links to its rows are gone."""
    others = tuple(target for target in column.targets if target != relation.target)
    if not others:
        raise refusals.last_of_lookup(relation.schema_name, column.logical_name)
    change.drop_relations([relation])
    change.put_column(table, replace(column, targets=others))
    change.world.store.unlink(table.logical_name, column.logical_name, relation.target)


def _cascade(model: Model, definition: Definition, table: str, schema: str) -> Cascade:
    given = definition.get("CascadeConfiguration", {})
    ends = (model.tables[table], model.tables[str(definition.get("ReferencedEntity", table))])
    check_cascade(ends, {name: value for name, value in given.items() if name != "RollupView" and value})
    fields = {name: given.get(name.title()) or getattr(Cascade(), name) for name in _ALLOWED}
    for name, value in fields.items():
        if value not in _ALLOWED[name]:
            raise refusals.bad_definition(f"The cascade '{value}' is not valid for {name.title()}.")
    if "UserOwned" in fields.values() and model.tables[table].ownership != "UserOwned":
        raise refusals.wrong_cascade_for_ownership()
    cascade = Cascade(**fields)
    if _is_parental(cascade) and any(
        _is_parental(other.cascade) and other.schema_name != schema and other.is_custom
        for other in model.lookups_of(table)
    ):
        raise refusals.second_parent()
    return cascade


def _is_parental(cascade: Cascade) -> bool:
    return all(getattr(cascade, name) == "Cascade" for name in _PARENTAL)


def _hierarchical(model: Model, definition: Definition, table: str, schema: str) -> bool:
    if not definition.get("IsHierarchical", False):
        return False
    if definition.get("ReferencedEntity", table) != table:
        raise refusals.bad_definition("Only a relationship of a table with itself can be hierarchical.")
    if any(other.is_hierarchical and other.schema_name != schema for other in model.lookups_of(table)):
        raise refusals.bad_definition(f"The table '{table}' has a hierarchical relationship already.")
    return True


def _check_same(relation: ManyToOne, definition: Definition) -> None:
    fixed = {
        "SchemaName": relation.schema_name,
        "ReferencedEntity": relation.target,
        "ReferencedAttribute": relation.target_column,
        "ReferencingEntity": relation.table,
        "ReferencingAttribute": relation.column,
        "ReferencingEntityNavigationPropertyName": relation.navigation,
        "ReferencedEntityNavigationPropertyName": relation.collection,
    }
    for member, own in fixed.items():
        if definition.get(member, own) != own:
            raise refusals.bad_definition(f"The {member} of a relationship cannot be changed.")
