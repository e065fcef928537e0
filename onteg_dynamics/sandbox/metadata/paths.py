"""Addresses of metadata: EntityDefinitions, RelationshipDefinitions, GlobalOptionSetDefinitions and what lies below.

An address is walked segment by segment: key, cast, navigation property, member, ``$value`` or ``$count``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.attributes import ATTRIBUTE_TYPES
from onteg_dynamics.sandbox.metadata.choices import CHOICE_TYPES, OPTION_SET_BASE, Choice, choice_node
from onteg_dynamics.sandbox.metadata.members import NAMESPACE, MetadataType, Node, nodes_by_type
from onteg_dynamics.sandbox.metadata.options import parse_options, render
from onteg_dynamics.sandbox.metadata.relationships import RELATIONSHIP, RELATIONSHIP_TYPES, all_relationships
from onteg_dynamics.sandbox.metadata.tables import ENTITY, table_nodes
from onteg_dynamics.sandbox.model import Model

Key = str | Mapping[str, Any] | None


@dataclass(frozen=True)
class Step:
    """One segment of an address: a name and what stood between its parentheses."""

    name: str
    key: Key = None


@dataclass(frozen=True)
class _Place:
    """Where the walk stands: documents of a declared type, one document, or a plain value."""

    declared: MetadataType
    context: str
    nodes: list[Node] | None = None
    node: Node | None = None
    value: Any = None
    is_value: bool = False


@dataclass(frozen=True)
class Raw:
    """A bare value: the answer to ``$value`` and ``$count``."""

    text: str


def _option_sets(model: Model) -> list[Node]:
    return [choice_node(Choice(item, is_global=True)) for item in model.option_sets.values()]


SETS: Mapping[str, tuple[MetadataType, Callable[[Model], list[Node]]]] = {
    "EntityDefinitions": (ENTITY, table_nodes),
    "RelationshipDefinitions": (RELATIONSHIP, all_relationships),
    "GlobalOptionSetDefinitions": (OPTION_SET_BASE, _option_sets),
}
TYPES = {kind.name: kind for kind in (ENTITY, *ATTRIBUTE_TYPES, *RELATIONSHIP_TYPES, *CHOICE_TYPES)}
_NAME_MEMBERS = ("LogicalName", "SchemaName", "Name")


def read_metadata(
    model: Model, steps: Sequence[Step], pairs: Sequence[tuple[str, str]], root: str
) -> dict[str, Any] | Raw | None:
    """The answer to a GET below one of the metadata sets.

    Args:
        model: The metadata.
        steps: The address, its first segment one of ``SETS``.
        pairs: The query options, percent-decoded.
        root: The service root with a slash at its end, for the context.

    Returns:
        The JSON document, a bare value, or None where a member is null.

    Raises:
        Refusal: The address or an option names what does not exist.
    """
    place = _start(model, steps[0])
    for number, step in enumerate(steps[1:], 1):
        if step.name in {"$value", "$count"}:
            _check_last(number, steps)
            return _raw(place, step.name, pairs)
        place = _walk(model, place, step)
    return _document(model, place, pairs, root)


def _start(model: Model, step: Step) -> _Place:
    kind, read = SETS[step.name]
    place = _Place(kind, step.name, nodes=read(model))
    return place if step.key is None else _one(place, step.key)


def _check_last(number: int, steps: Sequence[Step]) -> None:
    if number != len(steps) - 1:
        raise refusals.no_such_segment(steps[number + 1].name)


def _walk(model: Model, place: _Place, step: Step) -> _Place:
    if step.name.startswith(f"{NAMESPACE}."):
        return _cast(place, step)
    if place.node is None:
        raise refusals.no_such_segment(step.name)
    if step.name in place.node.type.navigations:
        return _navigate(model, place, place.node, step)
    if step.name in place.node.type.members:
        context = f"{place.context}/{step.name}"
        return _Place(place.declared, context, value=place.node.value(step.name), is_value=True)
    raise refusals.no_such_segment(step.name)


def _cast(place: _Place, step: Step) -> _Place:
    kind = TYPES.get(step.name.rsplit(".", 1)[1])
    if kind is None or not kind.is_a(place.declared.name) or place.is_value:
        raise refusals.no_such_segment(step.name)
    context = f"{place.context}/{step.name}"
    if place.node is not None:
        if not place.node.type.is_a(kind.name):
            raise refusals.no_such_segment(step.name)
        return replace(place, declared=kind, context=context)
    cast = _Place(kind, context, nodes=nodes_by_type(place.nodes or [], kind.name))
    return cast if step.key is None else _one(cast, step.key)


def _navigate(model: Model, place: _Place, node: Node, step: Step) -> _Place:
    navigation = node.type.navigations[step.name]
    kind, context = TYPES[navigation.type], f"{place.context}/{step.name}"
    found = navigation.get(model, node.subject)
    if not navigation.is_collection:
        return _Place(kind, context, node=found, is_value=found is None)
    inner = _Place(kind, context, nodes=found)
    return inner if step.key is None else _one(inner, step.key, node)


def _one(place: _Place, key: Key, owner: Node | None = None) -> _Place:
    if isinstance(key, str):
        key = {"MetadataId": key}
    if not key or len(key) != 1 or not set(key) <= {"MetadataId", *_NAME_MEMBERS}:
        raise refusals.key_not_valid(place.declared.full_name)
    ((member, wanted),) = key.items()
    wanted = wanted.lower() if member == "MetadataId" and isinstance(wanted, str) else wanted
    for node in place.nodes or ():
        if member in node.type.members and node.value(member) == wanted:
            return _Place(place.declared, f"{place.context}('{node.value('MetadataId')}')", node=node)
    raise _missing(place.declared, member, wanted, owner)


def _missing(kind: MetadataType, member: str, wanted: Any, owner: Node | None) -> refusals.Refusal:
    if kind is ENTITY:
        return refusals.no_such_table(member, str(wanted))
    if kind.is_a("AttributeMetadata") and owner is not None:
        return refusals.no_such_column(owner.subject.logical_name, str(wanted))
    return refusals.no_such_definition(kind.name, str(wanted))


def _raw(place: _Place, name: str, pairs: Sequence[tuple[str, str]]) -> Raw | None:
    if name == "$count" and place.nodes is not None:
        return Raw(str(len(parse_options(pairs, place.declared, TYPES).chosen(place.nodes))))
    if name == "$value" and place.is_value:
        return None if place.value is None else Raw(_text(place.value))
    raise refusals.no_such_segment(name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _document(model: Model, place: _Place, pairs: Sequence[tuple[str, str]], root: str) -> dict[str, Any] | None:
    head = f"{root}$metadata#{place.context}"
    if place.is_value:
        return None if place.value is None else _value_document(head, place.value)
    options = parse_options(pairs, place.declared, TYPES)
    names = f"({','.join(options.names)})" if options.select else ""
    if place.node is not None:
        body = render(place.node, options, model, place.declared)
        return {"@odata.context": f"{_single_context(head)}{names}/$entity", **body}
    document: dict[str, Any] = {"@odata.context": f"{head}{names}"}
    chosen = options.chosen(place.nodes or [])
    if options.count:
        document["@odata.count"] = len(chosen)
    document["value"] = [render(node, options, model, place.declared) for node in chosen]
    return document


def _single_context(head: str) -> str:
    """One document's context names its set: ``EntityDefinitions('id')`` at the end loses the key."""
    return head[: head.rindex("(")] if head.endswith(")") else head


def _value_document(head: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"@odata.context": head, **value}
    return {"@odata.context": head, "value": value}
