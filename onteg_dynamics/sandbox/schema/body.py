"""Bodies of definitions: checked against the metadata type that they name, member by member.

Follows "Web API types and operations": an undeclared property or a value of another type is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.members import NAMESPACE, MetadataType
from onteg_dynamics.sandbox.metadata.paths import TYPES
from onteg_dynamics.sandbox.metadata.shapes import COMPLEX_TYPES, DERIVED_COMPLEX, ENUM_TYPES
from onteg_dynamics.sandbox.write.values import is_guid

_COMPLEX = "Complex"
_PLATFORM = frozenset({"CreatedOn", "ModifiedOn", "HasChanged", "IntroducedVersion", "IsManaged"})
_LARGEST = {"Edm.Int16": 2**15, "Edm.Int32": 2**31, "Edm.Int64": 2**63}
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "Edm.Boolean": (bool,),
    "Edm.String": (str,),
    "Edm.DateTimeOffset": (str,),
    "Edm.Int16": (int,),
    "Edm.Int32": (int,),
    "Edm.Int64": (int,),
    "Edm.Double": (int, float),
    "Edm.Decimal": (int, float),
}


@dataclass(frozen=True)
class Definition:
    """A checked body: the metadata type that it is of, and its members."""

    kind: MetadataType
    members: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """A member's value; a member that is null counts as one that is not there."""
        value = self.members.get(name)
        return default if value is None else value

    def need(self, name: str) -> Any:
        """A member that must be there.

        Raises:
            Refusal: It is missing or null.
        """
        value = self.members.get(name)
        if value is None:
            raise refusals.required_field(name)
        return value

    def value(self, name: str, default: Any = None) -> Any:
        """The ``Value`` of a member that is an object with one, such as a managed property."""
        found = self.members.get(name)
        return default if found is None or found.get("Value") is None else found["Value"]

    def settings(self) -> dict[str, Any]:
        """The members that the sandbox only keeps, where they differ from what it says anyway."""
        found = {}
        for name, member in self.kind.members.items():
            if member.is_kept and name in self.members and name not in _PLATFORM:
                value = _kept(self.members[name], member.default)
                if value != member.default:
                    found[name] = value
        return found


def read_definition(document: Any, base: str, *, declared: str | None = None) -> Definition:
    """A body, or a part of one, as a definition.

    Args:
        document: The JSON value.
        base: The name of the metadata type that it must be of.
        declared: The type that it has where it names none; None where it must name one.

    Raises:
        Refusal: It is no object, names no type or another one, has a member that does not exist or does not fit.
    """
    if not isinstance(document, dict):
        raise refusals.cannot_convert(document, f"{NAMESPACE}.{base}", base)
    kind = _kind(document, base, declared)
    for name, value in document.items():
        _check_member(kind, name, value)
    members = {name: value for name, value in document.items() if not name.startswith("@")}
    return Definition(kind, members)


def check_value(value: Any, kind: str, owner: str) -> None:
    """Refuses a value that is not of a type of the service; null is of every type.

    Args:
        value: The JSON value.
        kind: The type's name, as the CSDL writes it.
        owner: What the value belongs to, for messages.
    """
    if value is None:
        return
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            raise refusals.cannot_convert(value, kind, owner)
        for item in value:
            if item is None:
                raise refusals.cannot_convert(item, kind, owner)
            check_value(item, kind[11:-1], owner)
        return
    name = kind.removeprefix("mscrm.")
    if name in COMPLEX_TYPES:
        _check_object(value, name, owner)
    elif not _fits(value, kind, name):
        raise refusals.cannot_convert(value, kind, owner)


def _kind(document: dict[str, Any], base: str, declared: str | None) -> MetadataType:
    given = str(document.get("@odata.type") or declared or "").lstrip("#").removeprefix(f"{NAMESPACE}.")
    found = TYPES.get(given.removeprefix(_COMPLEX)) or TYPES.get(given)
    if found is None or not found.is_a(base):
        raise refusals.wrong_odata_type(f"{NAMESPACE}.{given}", f"{NAMESPACE}.{base}", base)
    return found


def _check_member(kind: MetadataType, name: str, value: Any) -> None:
    prefix, at, _ = name.partition("@")
    if at:
        if prefix and prefix not in kind.members and prefix not in kind.navigations:
            raise refusals.undeclared_navigation(prefix, kind.name)
        return
    member = kind.members.get(name)
    if member is not None:
        check_value(value, member.type, kind.name)
    elif name in kind.navigations:
        navigation = kind.navigations[name]
        if value is not None and not isinstance(value, list if navigation.is_collection else dict):
            raise refusals.cannot_convert(value, f"mscrm.{navigation.type}", kind.name)
    elif name not in _NESTED.get(kind.name, ()):
        raise refusals.unknown_payload_property(name, kind.full_name, kind.name)


# A lookup column is made with its relationship ("Create a one-to-many relationship").
_NESTED: Mapping[str, frozenset[str]] = {"OneToManyRelationshipMetadata": frozenset({"Lookup"})}


def _check_object(value: Any, name: str, owner: str) -> None:
    if not isinstance(value, dict):
        raise refusals.cannot_convert(value, f"mscrm.{name}", owner)
    members = dict(COMPLEX_TYPES[name])
    for base, extra in DERIVED_COMPLEX.values():
        members |= extra if base == name else {}
    for key, item in value.items():
        if "@" in key:
            continue
        if key not in members:
            raise refusals.unknown_payload_property(key, f"{NAMESPACE}.{name}", owner)
        check_value(item, members[key], owner)


def _fits(value: Any, kind: str, name: str) -> bool:
    if name in ENUM_TYPES:
        return value in ENUM_TYPES[name]
    if kind == "Edm.Guid":
        return is_guid(value)
    if kind in _LARGEST and isinstance(value, int) and not -_LARGEST[kind] <= value < _LARGEST[kind]:
        return False
    is_flag = isinstance(value, bool)
    return isinstance(value, _PLAIN.get(kind, (str,))) and (not is_flag or kind == "Edm.Boolean")


def _kept(value: Any, default: Any) -> Any:
    """Managed properties keep what they are called and whether they may change, where a body says only a value."""
    return {**default, **value} if isinstance(value, dict) and isinstance(default, dict) else value
