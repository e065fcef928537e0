"""Definitions that are there, given another shape: relationships, keys, choices. Changes are published at once.

Implements "Create and update table relationships", "Work with alternate keys" and "Create and update choices using the
Web API".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.blueprints import key_body, label
from onteg_dynamics.dataverse.choosing import Changes, Place, Wish, change_options, column_place
from onteg_dynamics.dataverse.definitions import global_choices
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps
from onteg_dynamics.dataverse.schema import (
    add,
    change,
    choice_path,
    key_path,
    publish_choice,
    publish_table,
    relationship_path,
    remove,
    table_path,
)
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, NotFoundError, OntegError, Problem, UnknownNameError

__all__ = ["change_choice", "change_relationship", "rebuild_key", "replace_key"]

_CASCADES = ("on_delete", "on_assign", "on_share", "on_unshare", "on_reparent", "on_merge")
_FLAGS = {"hierarchical": "IsHierarchical", "searchable": "IsValidForAdvancedFind"}
_MENU = {"Collection Name": "UseCollectionName", "Label": "UseLabel", "Hidden": "DoNotDisplay"}


def change_relationship(link: Link, options: Mapping[str, Any]) -> str:
    """Change cascades, menu and searchability of a relationship; gives its schema name.

    Args:
        link: the client at work.
        options: relationship, and what to change: on_delete … on_merge, menu, menu_label, hierarchical, searchable.

    Raises:
        UnknownNameError: there is no such relationship.
        InputError: nothing to change, or it is many-to-many and has no cascades.
    """
    found = _relationship(link, options["relationship"])
    changes = {wire: options[name] for name, wire in _FLAGS.items() if name in options}
    members = {"CascadeConfiguration": _cascades(options), "AssociatedMenuConfiguration": _menu(options)}
    nested = {name: {**(found.get(name) or {}), **new} for name, new in members.items() if new}
    if not changes and not nested:
        raise InputError("there is nothing to change: give at least one of the optional fields")
    if found.get("RelationshipType") != "OneToManyRelationship" and (nested or "hierarchical" in options):
        raise InputError((Problem("relationship", "", "is many-to-many; only Searchable can be changed of it"),))
    name = str(found["SchemaName"])
    change(link, relationship_path(name), {**changes, **nested})
    publish_table(link, found.get("ReferencingEntity") or found["Entity1LogicalName"])
    return name


def _relationship(link: Link, name: str) -> Mapping[str, Any]:
    try:
        base: Mapping[str, Any] = link.send(Request("GET", relationship_path(name))).data
    except NotFoundError:
        problem = Problem("relationship", "", "there is no such relationship. List Relationships shows a table's.")
    else:
        kind = str(base.get("@odata.type", "")).lstrip("#")
        return link.send(Request("GET", f"{relationship_path(name)}/{kind}")).data if kind else base
    raise UnknownNameError((problem,))


def _cascades(options: Mapping[str, Any]) -> dict[str, str]:
    return {name.removeprefix("on_").title(): options[name].replace(" ", "") for name in _CASCADES if options.get(name)}


def _menu(options: Mapping[str, Any]) -> dict[str, Any]:
    shown = options.get("menu") or ("Label" if options.get("menu_label") else "")
    text = {"Label": label(options["menu_label"])} if options.get("menu_label") else {}
    return {"Behavior": _MENU[shown], **text} if shown else {}


def replace_key(link: Link, table: Table, key: Mapping[str, Any], facts: Mapping[str, Any]) -> str | None:
    """Make a key anew under its own name; gives its new id. The service changes no key that is there.

    Args:
        link: the client at work.
        table: the key's table.
        key: one of `definitions.keys`.
        facts: columns, label: what is to be other.

    Raises:
        ServiceError: the new key was refused; the old one has been made again.
    """
    own = {name: key[name] for name in ("name", "label", "columns")}
    path = f"{table_path(table.name)}/Keys"
    remove(link, key_path(table.name, key["id"]))
    try:
        return add(link, path, key_body({**own, **facts}))
    except OntegError:
        add(link, path, key_body(own))
        raise


def rebuild_key(link: Link, table: Table, key: Mapping[str, Any]) -> None:
    """Build the index of a key again, after what made it fail is mended."""
    body = {"EntityLogicalName": table.name, "EntityKeyLogicalName": key["name"].lower()}
    link.send(Request("POST", "ReactivateEntityKey", dumps(body), JSON_BODY, Repeat.UNSENT))


def change_choice(link: Link, options: Mapping[str, Any]) -> tuple[str, Changes]:
    """Change label and options of a global choice, or a column's own options; gives its name and what was done.

    Args:
        link: the client at work.
        options: choice, or table and column; label, description (of a global choice); add, rename, remove, order.

    Raises:
        InputError: an option is named that there is not. Nothing was sent.
    """
    wish = Wish(**{name: options[name] for name in ("add", "rename", "remove", "order") if name in options})
    labels = {"label": "DisplayName", "description": "Description"}
    changes = {wire: label(options[name]) for name, wire in labels.items() if options.get(name)}
    if not options.get("choice"):
        return _change_column(link, options, wish, changes)
    name = options["choice"]
    done = change_options(link, Place({"OptionSetName": name}, global_choices(link, name)), wish)
    if changes:
        change(link, choice_path(name), changes)
    publish_choice(link, name)
    return name, done


def _change_column(
    link: Link, options: Mapping[str, Any], wish: Wish, changes: Mapping[str, Any]
) -> tuple[str, Changes]:
    if changes:
        raise InputError((Problem("label", "", "is a global choice's; Change Column changes a column's"),))
    table = link.table(options["table"])
    place = column_place(link, table, options["column"])
    done = change_options(link, place, wish)
    publish_table(link, table.name)
    return place.address["AttributeLogicalName"], done
