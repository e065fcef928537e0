"""Choices as metadata: OptionSetMetadata, BooleanOptionSetMetadata and their options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.metadata.members import Member, MetadataType, Node, fixed, label, label_of, managed
from onteg_dynamics.sandbox.model import Column, Model, Option, OptionSet, stable_id

_SET_KINDS = {"Boolean": "Boolean", "State": "State", "Status": "Status"}
_OPTION_TYPES = {"State": "StateOptionMetadata", "Status": "StatusOptionMetadata"}


@dataclass(frozen=True)
class Choice:
    """An option set: a column's own or a global one."""

    set: OptionSet
    is_global: bool

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the definition set and the sandbox only keeps."""
        return self.set.settings


def column_choice(model: Model, column: Column) -> Choice:
    """The option set of a column."""
    shared = global_choice(model, column)
    if shared is not None:
        return shared
    name = f"{column.table}_{column.logical_name}"
    kind = _SET_KINDS.get(column.type, "Picklist")
    identity = own_set_id(column)
    own = OptionSet(
        name,
        column.display_name or name,
        column.options,
        identity,
        column.is_custom,
        kind,
        column.description,
        column.translations,
    )
    return Choice(own, is_global=False)


def own_set_id(column: Column) -> str:
    """The metadata id of a column's own option set."""
    return stable_id("optionset", column.metadata_id)


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


def option_document(owner: str, option: Option, kind: str, *, is_custom: bool) -> dict[str, Any]:
    """The JSON of one option.

    Args:
        owner: The option set's id, of which the label's id is made.
        option: The option.
        kind: ``State``, ``Status`` or anything else for a plain option.
        is_custom: True where the option set is a customization.
    """
    document: dict[str, Any] = (
        {"@odata.type": f"#Microsoft.Dynamics.CRM.{_OPTION_TYPES[kind]}"} if kind in _OPTION_TYPES else {}
    )
    document |= {
        "Value": option.value,
        "Color": option.color,
        "IsManaged": not is_custom,
        "ExternalValue": option.external_value,
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
    document["Label"] = _label(owner, option, "label", is_custom=is_custom)
    document["Description"] = _label(owner, option, "description", is_custom=is_custom)
    return document


def _label(owner: str, option: Option, member: str, *, is_custom: bool) -> dict[str, Any]:
    names = (owner, str(option.value), *(() if member == "label" else (member,)))
    text = getattr(option, member)
    return label(text, *names, member=member, others=option.translations, is_custom=is_custom)


def _options(choice: Choice) -> list[dict[str, Any]]:
    return [_option(choice, option) for option in choice.set.options]


def _option(choice: Choice, option: Option) -> dict[str, Any]:
    return option_document(choice.set.metadata_id, option, choice.set.type, is_custom=choice.set.is_custom)


def _boolean_option(choice: Choice, value: int) -> dict[str, Any] | None:
    found = [option for option in choice.set.options if option.value == value]
    return _option(choice, found[0]) if found else None


OPTION_SET_BASE = MetadataType(
    "OptionSetMetadataBase",
    own=(
        fixed("ParentOptionSetName", "Edm.String", None),
        Member("Name", "Edm.String", lambda choice: choice.set.name),
        Member("DisplayName", "mscrm.Label", lambda choice: label_of(choice.set, "display_name")),
        Member("Description", "mscrm.Label", lambda choice: label_of(choice.set, "description")),
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
