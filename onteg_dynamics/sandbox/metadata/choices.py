"""Choices as metadata: OptionSetMetadata, BooleanOptionSetMetadata and their options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.metadata.members import Member, MetadataType, Node, fixed, label, managed
from onteg_dynamics.sandbox.model import Column, Model, Option, OptionSet, stable_id

_SET_KINDS = {"Boolean": "Boolean", "State": "State", "Status": "Status"}
_OPTION_TYPES = {"State": "StateOptionMetadata", "Status": "StatusOptionMetadata"}


@dataclass(frozen=True)
class Choice:
    """An option set: a column's own or a global one."""

    set: OptionSet
    is_global: bool


def column_choice(model: Model, column: Column) -> Choice:
    """The option set of a column."""
    shared = global_choice(model, column)
    if shared is not None:
        return shared
    name = f"{column.table}_{column.logical_name}"
    kind = _SET_KINDS.get(column.type, "Picklist")
    identity = stable_id("optionset", column.table, column.logical_name)
    options = column.options
    return Choice(
        OptionSet(name, column.display_name or name, options, identity, column.is_custom, kind), is_global=False
    )


def global_choice(model: Model, column: Column) -> Choice | None:
    """The global option set that a column uses, or None."""
    found = model.option_sets.get(column.global_option_set or "")
    return Choice(found, is_global=True) if found is not None else None


def option_set_node(model: Model, column: Column) -> Node:
    """The option set of a column as a document."""
    return choice_node(column_choice(model, column))


def global_node(model: Model, column: Column) -> Node | None:
    """The global option set of a column as a document, or None."""
    choice = global_choice(model, column)
    return choice_node(choice) if choice is not None else None


def choice_node(choice: Choice) -> Node:
    """A document for an option set."""
    return Node(BOOLEAN_OPTION_SET if choice.set.type == "Boolean" else OPTION_SET, choice)


def option_document(owner: str, option: Option, kind: str) -> dict[str, Any]:
    """The JSON of one option.

    Args:
        owner: The option set's id, of which the label's id is made.
        option: The option.
        kind: ``State``, ``Status`` or anything else for a plain option.
    """
    document: dict[str, Any] = (
        {"@odata.type": f"#Microsoft.Dynamics.CRM.{_OPTION_TYPES[kind]}"} if kind in _OPTION_TYPES else {}
    )
    document |= {
        "Value": option.value,
        "Color": option.color,
        "IsManaged": True,
        "ExternalValue": None,
        "ParentValues": [],
        "Tag": None,
        "IsHidden": False,
        "MetadataId": None,
        "HasChanged": None,
    }
    if kind == "State":
        document |= {"DefaultStatus": option.default_status, "InvariantName": option.invariant_name or option.label}
    if kind == "Status":
        document |= {"State": option.state, "TransitionData": None}
    document["Label"] = label(option.label, owner, str(option.value))
    document["Description"] = label(option.description, owner, str(option.value), "description")
    return document


def _options(choice: Choice) -> list[dict[str, Any]]:
    return [option_document(choice.set.metadata_id, option, choice.set.type) for option in choice.set.options]


def _boolean_option(choice: Choice, value: int) -> dict[str, Any] | None:
    found = [option for option in choice.set.options if option.value == value]
    return option_document(choice.set.metadata_id, found[0], "Boolean") if found else None


OPTION_SET_BASE = MetadataType(
    "OptionSetMetadataBase",
    own=(
        fixed("ParentOptionSetName", "Edm.String", None),
        Member("Name", "Edm.String", lambda choice: choice.set.name),
        Member(
            "DisplayName", "mscrm.Label", lambda choice: label(choice.set.display_name, choice.set.metadata_id, "name")
        ),
        Member("Description", "mscrm.Label", lambda _choice: label(None)),
        Member("IsCustomOptionSet", "Edm.Boolean", lambda choice: choice.set.is_custom),
        Member("IsGlobal", "Edm.Boolean", lambda choice: choice.is_global),
        Member("IsManaged", "Edm.Boolean", lambda choice: not choice.set.is_custom),
        managed("IsCustomizable", value=True),
        fixed("ExternalTypeName", "Edm.String", None),
        Member("OptionSetType", "mscrm.OptionSetType", lambda choice: choice.set.type),
        fixed("IntroducedVersion", "Edm.String", "5.0.0.0"),
        Member("MetadataId", "Edm.Guid", lambda choice: choice.set.metadata_id),
        fixed("HasChanged", "Edm.Boolean", None),
    ),
)
OPTION_SET = MetadataType(
    "OptionSetMetadata",
    OPTION_SET_BASE,
    own=(Member("Options", "Collection(mscrm.OptionMetadata)", _options),),
)
BOOLEAN_OPTION_SET = MetadataType(
    "BooleanOptionSetMetadata",
    OPTION_SET_BASE,
    own=(
        Member("TrueOption", "mscrm.OptionMetadata", lambda choice: _boolean_option(choice, 1)),
        Member("FalseOption", "mscrm.OptionMetadata", lambda choice: _boolean_option(choice, 0)),
    ),
)
CHOICE_TYPES = (OPTION_SET_BASE, OPTION_SET, BOOLEAN_OPTION_SET)
