"""Global choices: made, described anew, taken away ("Create and update choices using the Web API")."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Model, OptionSet, Table
from onteg_dynamics.sandbox.schema.body import Definition, read_definition
from onteg_dynamics.sandbox.schema.change import Change
from onteg_dynamics.sandbox.schema.names import TABLE_LENGTH, check_name
from onteg_dynamics.sandbox.schema.options import read_options
from onteg_dynamics.sandbox.schema.stamps import restamped, stamped
from onteg_dynamics.sandbox.schema.words import read_labels
from onteg_dynamics.sandbox.write.values import new_id

_LABELS = {"DisplayName": "display_name", "Description": "description"}
_ADDRESS = re.compile(r".*/?GlobalOptionSetDefinitions\((?:Name='(?P<name>\w+)'|(?P<id>[0-9a-fA-F-]{36}))\)")
_TYPES = frozenset({"Picklist", "Boolean"})


def create_choice(change: Change, document: Any) -> OptionSet:
    """A new global choice.

    Raises:
        Refusal: The name is none or taken, the options do not fit.
    """
    definition = read_definition(document, "OptionSetMetadataBase")
    name = check_name(definition.get("Name"), "OptionSet", TABLE_LENGTH).lower()
    if name in change.model.option_sets:
        raise refusals.name_taken(name, "OptionSet")
    labels = read_labels(dict(definition.members), _LABELS)
    text = labels.own("display_name")
    if text is None:
        raise refusals.required_field("DisplayName")
    choice = OptionSet(
        name,
        text,
        read_options(definition),
        new_id(),
        is_custom=True,
        type=_type(definition),
        description=labels.own("description"),
        translations=labels.foreign(),
        settings={**stamped(), **definition.settings()},
    )
    change.put_choice(choice)
    return choice


def replace_choice(change: Change, choice: OptionSet, document: Any) -> None:
    """A global choice with the labels of a new definition; options are changed by messages of their own.

    Raises:
        Refusal: Another name or type, no label.
    """
    base = "BooleanOptionSetMetadata" if choice.type == "Boolean" else "OptionSetMetadata"
    definition = read_definition(document, base)
    if definition.get("Name", choice.name).lower() != choice.name:
        raise refusals.bad_definition("The name of a global choice cannot be changed.")
    labels = read_labels(dict(definition.members), _LABELS, merge=change.merge_labels)
    text = labels.own("display_name", choice.display_name)
    if text is None:
        raise refusals.required_field("DisplayName")
    changed = replace(
        choice,
        display_name=text,
        description=labels.own("description", choice.description),
        translations=labels.foreign(choice.translations),
        settings={**restamped(choice.settings), **definition.settings()},
    )
    change.put_choice(changed)


def delete_choice(change: Change, choice: OptionSet) -> None:
    """Takes a global choice away.

    Raises:
        Refusal: It came with the environment, or columns use it.
    """
    if not choice.is_custom:
        raise refusals.cannot_delete_metadata(choice.name, choice.metadata_id)
    users = sorted({table.logical_name for table, _ in users_of(change.model, choice)})
    if users:
        raise refusals.choice_in_use(", ".join(users))
    change.drop_choice(choice)


def put_shared_options(change: Change, choice: OptionSet) -> None:
    """A global choice with other options; the columns that use it have them too."""
    change.put_choice(choice)
    for table, column in users_of(change.model, choice):
        change.put_column(change.table(table.logical_name), replace(column, options=choice.options))


def users_of(model: Model, choice: OptionSet) -> list[tuple[Table, Column]]:
    """The columns that use a global choice."""
    return [
        (table, column)
        for table in model.tables.values()
        for column in table.columns.values()
        if column.global_option_set == choice.name
    ]


def bound_choice(model: Model, address: Any) -> OptionSet:
    """The global choice that ``GlobalOptionSet@odata.bind`` names.

    Raises:
        Refusal: It is no address of one, or there is none.
    """
    match = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    if match is None:
        raise refusals.bad_reference(str(address), "GlobalOptionSetDefinitions")
    found = find_choice(model, match["name"] or match["id"])
    if found is None:
        raise refusals.no_such_definition("OptionSetMetadataBase", str(match["name"] or match["id"]))
    return found


def find_choice(model: Model, wanted: str) -> OptionSet | None:
    """A global choice by its name or its metadata id, or None."""
    named = model.option_sets.get(wanted)
    if named is not None:
        return named
    return next((choice for choice in model.option_sets.values() if choice.metadata_id == wanted.lower()), None)


def _type(definition: Definition) -> str:
    kind = "Boolean" if definition.kind.is_a("BooleanOptionSetMetadata") else "Picklist"
    if definition.get("OptionSetType", kind) not in _TYPES & {kind}:
        raise refusals.bad_options("The OptionSetType does not belong to the definition's type.")
    if definition.get("IsGlobal", True) is False:
        raise refusals.bad_options("A choice of its own is global.")
    return kind
