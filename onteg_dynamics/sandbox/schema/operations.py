"""From a verb and a place to the change that it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.members import NAMESPACE
from onteg_dynamics.sandbox.model import ManyToMany, ManyToOne
from onteg_dynamics.sandbox.schema.addresses import Place
from onteg_dynamics.sandbox.schema.attributes import create_column, delete_column, replace_column
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.choices import create_choice, delete_choice, replace_choice
from onteg_dynamics.sandbox.schema.keys import create_key, delete_key
from onteg_dynamics.sandbox.schema.pairs import (
    MANY_TO_MANY,
    create_many_to_many,
    delete_many_to_many,
    replace_many_to_many,
)
from onteg_dynamics.sandbox.schema.relationships import create_one_to_many, delete_one_to_many, replace_one_to_many
from onteg_dynamics.sandbox.schema.tables import create_table, delete_table, replace_table


def create(change: Change, place: Place, document: Any) -> str:
    """Makes something new in a set.

    Returns:
        Its metadata id.

    Raises:
        Refusal: The definition does not fit, or nothing can be made there.
    """
    make = _CREATE[place.set_name] if place.thing is None else None
    if make is None:
        raise refusals.method_not_allowed("POST", place.set_name)
    return str(make(change, place, document).metadata_id)


def change_definition(change: Change, place: Place, document: Any) -> None:
    """Puts a new definition in the place of one.

    Raises:
        Refusal: The definition does not fit, or definitions of that kind are not replaced.
    """
    alter = _REPLACE.get(place.set_name) if place.thing is not None else None
    if alter is None:
        raise refusals.method_not_allowed("PUT", place.set_name)
    alter(change, place, document)


def delete(change: Change, place: Place) -> None:
    """Takes something away.

    Raises:
        Refusal: It stays, because it is the platform's or because others need it.
    """
    if place.thing is None:
        raise refusals.method_not_allowed("DELETE", place.set_name)
    _DELETE[place.set_name](change, place)


def _create_relationship(change: Change, _place: Place, document: Any) -> ManyToOne | ManyToMany:
    kind = str(document.get("@odata.type", "")).lstrip("#") if isinstance(document, dict) else ""
    make = create_many_to_many if kind == f"{NAMESPACE}.{MANY_TO_MANY}" else create_one_to_many
    return make(change, document)


def _replace_relationship(change: Change, place: Any, document: Any) -> None:
    if isinstance(place.thing, ManyToMany):
        replace_many_to_many(change, place.thing, document)
    else:
        replace_one_to_many(change, place.thing, document)


def _delete_relationship(change: Change, place: Any) -> None:
    if isinstance(place.thing, ManyToMany):
        delete_many_to_many(change, place.thing)
    else:
        delete_one_to_many(change, place.thing)


_CREATE: Mapping[str, Callable[[Change, Any, Any], Any]] = {
    "EntityDefinitions": lambda change, _place, document: create_table(change, document),
    "Attributes": lambda change, place, document: create_column(change, place.table, document),
    "Keys": lambda change, place, document: create_key(change, place.table, document),
    "RelationshipDefinitions": _create_relationship,
    "GlobalOptionSetDefinitions": lambda change, _place, document: create_choice(change, document),
}
_REPLACE: Mapping[str, Callable[[Change, Any, Any], None]] = {
    "EntityDefinitions": lambda change, place, document: replace_table(change, place.thing, document),
    "Attributes": lambda change, place, document: replace_column(change, place.table, place.thing, document),
    "RelationshipDefinitions": _replace_relationship,
    "GlobalOptionSetDefinitions": lambda change, place, document: replace_choice(change, place.thing, document),
}
_DELETE: Mapping[str, Callable[[Change, Any], None]] = {
    "EntityDefinitions": lambda change, place: delete_table(change, place.thing),
    "Attributes": lambda change, place: delete_column(change, place.table, place.thing),
    "Keys": lambda change, place: delete_key(change, place.table, place.thing),
    "RelationshipDefinitions": _delete_relationship,
    "GlobalOptionSetDefinitions": lambda change, place: delete_choice(change, place.thing),
}
