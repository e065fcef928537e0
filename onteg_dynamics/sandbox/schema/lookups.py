"""Lookups of many tables: customers, and those that a definition puts together.

Follows "Create a customer lookup column" and "Use multi-table lookup columns".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, ManyToOne
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.columns import lookup_column
from onteg_dynamics.sandbox.schema.relationships import ONE_TO_MANY, add_lookup, new_relation, referencing

_CUSTOMERS = frozenset({"account", "contact"})


def create_customer(change: Change, relationships: Any, lookup: Any) -> tuple[Column, list[ManyToOne]]:
    """A customer column: one relationship with accounts and one with contacts.

    Raises:
        Refusal: The relationships are others, or do not fit together.
    """
    definitions = _read(relationships)
    if {item.get("ReferencedEntity") for item in definitions} != _CUSTOMERS or len(definitions) != len(_CUSTOMERS):
        raise refusals.bad_definition("A customer lookup has one relationship with account and one with contact.")
    return _create(change, definitions, lookup, kind="Customer")


def create_polymorphic(change: Change, relationships: Any, lookup: Any) -> tuple[Column, list[ManyToOne]]:
    """A lookup column with one relationship for each table that it reaches.

    Raises:
        Refusal: No relationship, a table twice, the own table, or relationships that do not fit together.
    """
    definitions = _read(relationships)
    if not definitions:
        raise refusals.required_field("OneToManyRelationships")
    return _create(change, definitions, lookup, kind="Lookup")


def _read(relationships: Any) -> list[Definition]:
    if not isinstance(relationships, list):
        raise refusals.required_field("OneToManyRelationships")
    return [read_definition(item, ONE_TO_MANY, declared=ONE_TO_MANY) for item in relationships]


def _create(change: Change, definitions: list[Definition], lookup: Any, *, kind: str) -> tuple[Column, list[ManyToOne]]:
    if lookup is None:
        raise refusals.required_field("Lookup")
    tables = {referencing(change, item).logical_name for item in definitions}
    if len(tables) != 1:
        raise refusals.bad_definition("All relationships of a lookup must have the same ReferencingEntity.")
    table = change.table(tables.pop())
    definition = read_definition(lookup, "LookupAttributeMetadata")
    targets = _targets(definitions, table.logical_name, str(definition.get("SchemaName", "")).lower())
    column = lookup_column(table.logical_name, definition, targets, now=change.now)
    column = replace(column, type=kind, is_polymorphic=kind == "Lookup")
    relations = [new_relation(change.model, item, column, suffixed=True) for item in definitions]
    names = {relation.schema_name.lower() for relation in relations}
    if len(names) != len(relations):
        raise refusals.relationship_exists()
    add_lookup(change, table, column, relations)
    return column, relations


def _targets(definitions: list[Definition], table: str, column: str) -> tuple[str, ...]:
    targets: list[str] = []
    for item in definitions:
        target = str(item.get("ReferencedEntity"))
        if target == table:
            raise refusals.lookup_of_itself(table)
        if target in targets:
            raise refusals.twice_in_lookup(target, table, column)
        targets.append(target)
    return tuple(targets)
