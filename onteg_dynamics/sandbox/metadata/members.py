"""The building blocks of metadata documents: types with members that are read from the model only when asked for.

One declaration serves the JSON of EntityDefinitions and its kin, the check of ``$select``, ``$filter`` and
``$expand``, and the CSDL. Follows "Query table definitions using the Web API".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.model import Model, stable_id

LANGUAGE = 1033
NAMESPACE = "Microsoft.Dynamics.CRM"


@dataclass(frozen=True)
class Member:
    """A structural property: its name, its type in CSDL and how it is read from the thing it describes."""

    name: str
    type: str
    get: Callable[[Any], Any]


@dataclass(frozen=True)
class NavigationMember:
    """A navigation property: reading it gives one node, a list of nodes or None."""

    name: str
    type: str
    is_collection: bool
    get: Callable[[Model, Any], Any]


@dataclass(frozen=True)
class MetadataType:
    """An entity type of the metadata: members in their order, those of the base type first."""

    name: str
    base: MetadataType | None = None
    own: tuple[Member, ...] = ()
    own_navigations: tuple[NavigationMember, ...] = ()
    members: Mapping[str, Member] = field(init=False, compare=False, repr=False)
    navigations: Mapping[str, NavigationMember] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        inherited = self.base.members if self.base else {}
        navigations = self.base.navigations if self.base else {}
        object.__setattr__(self, "members", {**inherited, **{member.name: member for member in self.own}})
        object.__setattr__(self, "navigations", {**navigations, **{item.name: item for item in self.own_navigations}})

    @property
    def full_name(self) -> str:
        """The qualified name, as casts and messages write it."""
        return f"{NAMESPACE}.{self.name}"

    def is_a(self, name: str) -> bool:
        """True for this type and its base types."""
        return self.name == name or (self.base is not None and self.base.is_a(name))


@dataclass(frozen=True)
class Node:
    """One metadata document: its type and the thing that it describes."""

    type: MetadataType
    subject: Any

    def value(self, name: str) -> Any:
        """The value of a member."""
        return self.type.members[name].get(self.subject)


def fixed(name: str, kind: str, value: Any) -> Member:
    """A member that is the same for everything, because the sandbox has no such difference."""
    return Member(name, kind, lambda _subject: value)


def flag(name: str, value: bool) -> Member:  # noqa: FBT001 - it is a value, no switch
    """A Boolean that is the same for everything."""
    return fixed(name, "Edm.Boolean", value)


def managed(name: str, value: Any, logical_name: str | None = None, kind: str = "BooleanManagedProperty") -> Member:
    """A managed property: a value and whether it may be changed."""
    document = managed_value(value, logical_name or name.lower())
    return fixed(name, f"mscrm.{kind}", document)


def managed_value(value: Any, logical_name: str) -> dict[str, Any]:
    """The JSON of a managed property."""
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": logical_name}


def label(text: str | None, *owner: str) -> dict[str, Any]:
    """The JSON of a label in the one language that the sandbox speaks.

    Args:
        text: The words, or None for an empty label.
        owner: What the label belongs to; its id is made of it.
    """
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    localized = {
        "Label": text,
        "LanguageCode": LANGUAGE,
        "IsManaged": True,
        "MetadataId": stable_id("label", *owner),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [localized], "UserLocalizedLabel": localized}


def nodes_by_type(nodes: Sequence[Node], type_name: str) -> list[Node]:
    """The nodes that are of a type, as a cast segment asks for."""
    return [node for node in nodes if node.type.is_a(type_name)]
