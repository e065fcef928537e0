"""The connection form as typed fields, for engines whose forms are classes. Imports nothing of any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from onteg_dynamics.connection import connection_form
from onteg_dynamics.manifest import own_manifest

__all__ = ["FormField", "fields", "settings_of"]

_OWN = ("connection_name", "connector")  # the engine's own name of the connection, and always this connector
_TYPES: Mapping[str, type] = {"boolean": bool, "integer": int, "number": float}


@dataclass(frozen=True)
class FormField:
    """One field of the connection form.

    Attributes:
        key: machine name.
        title: what the form shows.
        help: one sentence.
        kind: the Python type of its value.
        secret: whether it must never be shown.
        default: what it is when left empty.
        required: whether every connection needs it.
    """

    key: str
    title: str
    help: str
    kind: Any
    secret: bool
    default: Any
    required: bool


def fields() -> list[FormField]:
    """The fields of the connection form, in its order."""
    form = connection_form()
    ordered = sorted(form.fields, key=lambda key: form.fields[key]["x-onteg-order"])
    required = form.schema.get("required", ())
    return [_field(key, form.fields[key], key in required) for key in ordered if key not in _OWN]


def settings_of(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that an engine's connection holds, as the connector's own form has them; not yet checked.

    Args:
        name: what the engine calls the connection.
        values: by key; empty ones are left out.
    """
    own = {"connection_name": name, "connector": own_manifest().id}
    return {**own, **{key: value for key, value in values.items() if value not in (None, "")}}


def _field(key: str, schema: Mapping[str, Any], required: bool) -> FormField:  # noqa: FBT001
    choices = tuple(schema.get("enum", ()))
    kind: Any = Literal[choices] if choices else _TYPES.get(str(schema.get("type")), str)
    secret = bool(schema.get("writeOnly"))
    return FormField(key, schema["title"], schema["description"], kind, secret, schema.get("default"), required)
