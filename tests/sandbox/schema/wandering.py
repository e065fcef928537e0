"""Definitions of every kind with fresh names, and ways to spoil them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from onteg_dynamics.sandbox.model import ManyToMany, ManyToOne, Model
from tests.sandbox.schema import bodies

TABLE = "EntityDefinitions(LogicalName='new_bankaccount')"
Job = tuple[str, dict[str, Any]]
_NASTY: tuple[Any, ...] = (
    *(None, 0, -1, 1.5, "", "x", "new_x", "é", "\u0000", "a'b", True, False, 2**31, 10**30),
    *([], {}, [None], [1], {"Value": None}, {"Value": 1}),
    *({"LocalizedLabels": None}, {"LocalizedLabels": [None]}, {"LocalizedLabels": [{}]}),
)
_COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("String", {"AutoNumberFormat": "A-{SEQNUM:4}", "FormatName": {"Value": "Text"}}),
    ("Memo", {"MaxLength": 50}),
    ("Integer", {"MinValue": 0, "MaxValue": 5}),
    ("Decimal", {"MinValue": 0, "MaxValue": 5, "Precision": 1}),
    ("Money", {"PrecisionSource": 2}),
    ("Boolean", {"OptionSet": bodies.yes_and_no(), "DefaultValue": True}),
    ("Picklist", {"OptionSet": bodies.choices("A", "B"), "DefaultFormValue": 727000000}),
    ("MultiSelectPicklist", {"OptionSet": bodies.choices("A")}),
    ("DateTime", {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}),
    ("File", {"MaxSizeInKB": 5}),
    ("Image", {"IsPrimaryImage": True}),
)


def jobs(dice: random.Random) -> list[Job]:
    """One definition of each kind, as an address and a body; every name is new."""

    def fresh(letter: str) -> str:
        return f"new_{letter}{dice.randrange(10**9)}"

    two = [
        {"SchemaName": fresh("C"), "ReferencedEntity": target, "ReferencingEntity": "new_bankaccount"}
        for target in ("account", "contact")
    ]
    subject = bodies.column("String", "Subject", IsPrimaryName=True)
    cascade: dict[str, Any] = {"CascadeConfiguration": {"Delete": dice.choice(["Restrict", "RemoveLink", "Cascade"])}}
    lookup = bodies.lookup_column(fresh("L"), "ComplexLookup")
    return [
        ("EntityDefinitions", bodies.table(fresh("T"), HasNotes=True, HasActivities=True)),
        ("EntityDefinitions", bodies.table(fresh("T"), OwnershipType="OrganizationOwned")),
        ("EntityDefinitions", bodies.table(fresh("T"), IsActivity=True, HasNotes=True, Attributes=[subject])),
        *((f"{TABLE}/Attributes", bodies.column(kind, fresh("F"), **members)) for kind, members in _COLUMNS),
        (f"{TABLE}/Keys", {"SchemaName": fresh("K"), "KeyAttributes": ["new_accountname"]}),
        ("RelationshipDefinitions", bodies.one_to_many(fresh("R"), lookup=fresh("L"), **cascade)),
        ("RelationshipDefinitions", bodies.many_to_many(fresh("M"))),
        ("GlobalOptionSetDefinitions", bodies.colors(fresh("G"))),
        ("CreateCustomerRelationships", {"OneToManyRelationships": two, "Lookup": lookup}),
        ("CreatePolymorphicLookupAttribute", {"OneToManyRelationships": two, "Lookup": lookup}),
    ]


def spoiled(body: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """A body with one or two members that are missing or strange."""
    found = copy.deepcopy(body)
    for _ in range(dice.choice((1, 1, 2))):
        *way, last = dice.choice([path for path in _paths(found) if path])
        place: Any = found
        for step in way:
            place = place[step]
        if dice.random() < 0.25:
            del place[last]
        else:
            place[last] = copy.deepcopy(dice.choice(_NASTY))
    return found


def customs(model: Model) -> list[str]:
    """The addresses of all customizations."""
    found = []
    for table in model.tables.values():
        own = f"EntityDefinitions(LogicalName='{table.logical_name}')"
        found += [own] if table.is_custom else []
        found += [f"{own}/Attributes({column.metadata_id})" for column in table.columns.values() if column.is_custom]
        found += [f"{own}/Keys({key.metadata_id})" for key in table.keys]
    relations: list[ManyToOne | ManyToMany] = [*model.many_to_one, *model.many_to_many]
    found += [f"RelationshipDefinitions({relation.metadata_id})" for relation in relations if relation.is_custom]
    chosen = [choice for choice in model.option_sets.values() if choice.is_custom]
    return [*found, *(f"GlobalOptionSetDefinitions({choice.metadata_id})" for choice in chosen)]


def _paths(document: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _paths(value, (*way, name))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _paths(value, (*way, number))
