"""Addresses of metadata that is to be changed: which table, column, key, relationship or choice is meant.

Follows "Retrieve table definitions by name or MetadataId".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Step
from onteg_dynamics.sandbox.metadata.members import NAMESPACE
from onteg_dynamics.sandbox.model import Column, Key, ManyToMany, ManyToOne, Model, OptionSet, Table

COLLECTIONS = frozenset({"Attributes", "Keys"})
_SETS: Mapping[str, str] = {
    "EntityDefinitions": "EntityMetadata",
    "RelationshipDefinitions": "RelationshipMetadataBase",
    "GlobalOptionSetDefinitions": "OptionSetMetadataBase",
    "Attributes": "AttributeMetadata",
    "Keys": "EntityKeyMetadata",
}


@dataclass(frozen=True)
class Place:
    """What an address names: a set, or one thing in it; columns and keys are in a table."""

    set_name: str
    table: Table | None = None
    thing: Table | Column | Key | ManyToOne | ManyToMany | OptionSet | None = None


def find_place(model: Model, steps: Iterable[Step]) -> Place:
    """The place of an address.

    Raises:
        Refusal: It names what does not exist, or what cannot be changed there.
    """
    first, *rest = [step for step in steps if not step.name.startswith(f"{NAMESPACE}.")]
    place = Place(first.name, thing=_thing(model, first))
    if not rest:
        return place
    inner, *more = rest
    if more or inner.name not in COLLECTIONS or not isinstance(place.thing, Table):
        raise refusals.no_such_segment(rest[-1].name)
    return Place(inner.name, place.thing, _part(place.thing, inner))


def _thing(model: Model, step: Step) -> Any:
    if step.key is None:
        return None
    things: Mapping[str, tuple[Iterable[Any], str]] = {
        "EntityDefinitions": (model.tables.values(), "LogicalName"),
        "RelationshipDefinitions": ((*model.many_to_one, *model.many_to_many), "SchemaName"),
        "GlobalOptionSetDefinitions": (model.option_sets.values(), "Name"),
    }
    found, name = things[step.name]
    thing = _pick(found, step, name)
    if thing is None and step.name == "EntityDefinitions":
        raise refusals.no_such_table(*_wanted(step))
    return _or_missing(thing, step)


def _part(table: Table, step: Step) -> Any:
    if step.key is None:
        return None
    parts: Iterable[Any] = table.columns.values() if step.name == "Attributes" else table.keys
    part = _pick(parts, step, "LogicalName")
    if part is None and step.name == "Attributes":
        raise refusals.no_such_column(table.logical_name, _wanted(step)[1])
    return _or_missing(part, step)


def _pick(things: Iterable[Any], step: Step, name: str) -> Any:
    member, wanted = _wanted(step)
    fields = {"MetadataId": "metadata_id", "LogicalName": "logical_name", "SchemaName": "schema_name", "Name": "name"}
    if member not in {"MetadataId", name}:
        raise refusals.key_not_valid(f"{NAMESPACE}.{_SETS[step.name]}")
    wanted = wanted.lower() if member == "MetadataId" else wanted
    return next((thing for thing in things if getattr(thing, fields[member]) == wanted), None)


def _wanted(step: Step) -> tuple[str, str]:
    """The member and the value of a key; a bare one is the metadata id."""
    if isinstance(step.key, str):
        return "MetadataId", step.key
    if not step.key or len(step.key) != 1:
        raise refusals.key_not_valid(f"{NAMESPACE}.{_SETS[step.name]}")
    ((member, wanted),) = step.key.items()
    return member, str(wanted)


def _or_missing(thing: Any, step: Step) -> Any:
    if thing is None:
        raise refusals.no_such_definition(_SETS[step.name], _wanted(step)[1])
    return thing
