"""A message's parameters as the JSON Schema of a form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.vocabulary import ANY_ROW, Message, Vocabulary

__all__ = ["parameter_form"]

Schema = dict[str, Any]
_DEEPEST = 3  # types may contain themselves

_SIMPLE: Mapping[str, Schema] = {
    "Edm.String": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    **{name: {"type": "integer"} for name in ("Edm.Int16", "Edm.Int32", "Edm.Int64")},
    **{name: {"type": "number"} for name in ("Edm.Decimal", "Edm.Double", "Edm.Single")},
    "Edm.Guid": {"type": "string", "format": "uuid"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time"},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.Binary": {"type": "string", "contentEncoding": "base64"},
}


def parameter_form(message: Message, vocabulary: Vocabulary) -> Schema:
    """The JSON Schema (draft 2020-12) of a message's parameters: one field for each.

    Args:
        message: the function or action.
        vocabulary: what its types are.
    """
    fields = {
        one.name: {"title": one.name, **_type(one.type, vocabulary, 0), "x-onteg-order": order}
        for order, one in enumerate(message.parameters, 1)
    }
    form = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": message.name,
        "description": f"The parameters of the {message.kind} {message.name}.",
        "type": "object",
        "properties": fields,
        "additionalProperties": False,
    }
    required = [one.name for one in message.parameters if one.required]
    return {**form, "required": required} if required else form


def _type(kind: str, vocabulary: Vocabulary, depth: int) -> Schema:
    if kind.startswith("Collection("):
        return {"type": "array", "items": _type(kind[11:-1], vocabulary, depth)}
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if kind in vocabulary.enums:
        return {"enum": list(vocabulary.enums[kind])}
    if kind in ANY_ROW or kind in vocabulary.rows:
        return _row(kind)
    if kind in vocabulary.complexes and depth < _DEEPEST:
        members = vocabulary.complexes[kind].items()
        return {"type": "object", "properties": {name: _type(one, vocabulary, depth + 1) for name, one in members}}
    return {"type": "object"}


def _row(kind: str) -> Schema:
    if kind in ANY_ROW:
        return {"type": "object", "required": ["table"], "x-onteg-hint": 'a row: {"table": "account", "id": "…"}'}
    return {"type": ["string", "object"], "x-onteg-hint": f"the id of a row of {kind}, or its columns"}
