"""The building blocks of metadata documents: types with members that are read from the model only when asked for.

One declaration serves the JSON of EntityDefinitions and its kin, the check of ``$select``, ``$filter`` and
``$expand``, and the CSDL. Follows "Query table definitions using the Web API".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.model import Model, Words, stable_id

LANGUAGE = 1033
NAMESPACE = "Microsoft.Dynamics.CRM"
_NO_SETTINGS: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Member:
    """A structural property: its name, its type in CSDL and how it is read from the thing it describes.

    ``default`` is what a definition has that does not set the member; only members that are merely kept have one.
    """

    name: str
    type: str
    get: Callable[[Any], Any]
    is_kept: bool = False
    default: Any = None


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
    """A member that means nothing to the sandbox: it gives back what a definition has set, or the value."""

    def read(subject: Any) -> Any:
        return getattr(subject, "settings", _NO_SETTINGS).get(name, value)

    return Member(name, kind, read, is_kept=True, default=value)


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


def label(
    text: str | None, *owner: str, member: str = "", others: Sequence[Words] = (), is_custom: bool = False
) -> dict[str, Any]:
    """The JSON of a label; the one for the user is in the language that the sandbox speaks.

    Args:
        text: The words in the sandbox's own language, or None.
        owner: What the label belongs to; its id is made of it.
        member: The field that the label is read from.
        others: The subject's labels in other languages; those of the member count.
        is_custom: True where the label belongs to a customization.
    """
    own = _localized(text, LANGUAGE, not is_custom, *owner) if text else None
    foreign = [
        _localized(words.text, words.language, not is_custom, *owner, str(words.language))
        for words in others
        if words.member == member
    ]
    return {"LocalizedLabels": [own, *foreign] if own else foreign, "UserLocalizedLabel": own}


def _localized(text: str, language: int, is_managed: bool, *owner: str) -> dict[str, Any]:  # noqa: FBT001 - a value
    return {
        "Label": text,
        "LanguageCode": language,
        "IsManaged": is_managed,
        "MetadataId": stable_id("label", *owner),
        "HasChanged": None,
    }


def label_of(subject: Any, name: str) -> dict[str, Any]:
    """The label that a subject of the model holds in a field, in all its languages."""
    return label(
        getattr(subject, name),
        subject.metadata_id,
        name,
        member=name,
        others=subject.translations,
        is_custom=getattr(subject, "is_custom", True),
    )


def nodes_by_type(nodes: Sequence[Node], type_name: str) -> list[Node]:
    """The nodes that are of a type, as a cast segment asks for."""
    return [node for node in nodes if node.type.is_a(type_name)]
