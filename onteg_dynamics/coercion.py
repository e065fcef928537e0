"""Texts from a form → the types a schema asks for: "50", "true", "a,b,c", a JSON object. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

__all__ = ["CoercionError", "coerce"]

Schema = Mapping[str, Any]

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_WHOLE = re.compile(r"[+-]?\d{1,19}(?:\.0+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GUID_IN_BRACES = re.compile(r"\{[0-9a-fA-F-]{32,36}\}")


class CoercionError(ValueError):
    """A text cannot be what the schema asks for.

    Args:
        message: what is expected; never the text.
        steps: keys and indexes that lead to the place within the value.
    """

    def __init__(self, message: str, *steps: str | int) -> None:
        super().__init__(message)
        self.steps = steps

    def path(self, start: str) -> str:
        """The place as a path from the field `start`."""
        return ".".join([start, *map(str, self.steps)])


def coerce(value: Any, schema: Schema) -> Any:
    """`value` in the type that `schema` asks for; left alone where it cannot be told or is no text.

    Args:
        value: from a form or an earlier step.
        schema: of the field, draft 2020-12.

    Raises:
        CoercionError: it is a text that cannot become what is asked for.
    """
    if isinstance(value, Mapping):
        return _members(value, schema)
    if isinstance(value, (list, tuple)):
        return _entries(list(value), schema)
    if isinstance(value, str):
        return _from_text(value, schema)
    return str(value) if isinstance(value, int) and _types(schema) == {"string"} and value is not True else value


def _members(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    if _is_row(schema):
        return dict(value)
    fields = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    other = rest if isinstance(rest, Mapping) else {}
    return {key: _inside(item, fields.get(key, other), key) for key, item in value.items()}


def _entries(value: list[Any], schema: Schema) -> list[Any]:
    items = schema.get("items")
    if not isinstance(items, Mapping):
        return value
    ready = _ready(items)
    return [one if type(one) in ready else _inside(one, items, index) for index, one in enumerate(value)]


def _ready(schema: Schema) -> set[type]:
    """What is as the schema asks for, whatever it holds: there may be very many of them."""
    is_text = schema.get("type") == "string" and "enum" not in schema
    return {kind for kind, is_ready in ((dict, _is_row(schema)), (str, is_text)) if is_ready}


def _is_row(schema: Schema) -> bool:
    """Whether objects stay as they are: columns are typed by the table, and there may be very many rows."""
    return not schema.get("properties") and not isinstance(schema.get("additionalProperties"), Mapping)


def _inside(value: Any, schema: Schema, step: str | int) -> Any:
    try:
        return coerce(value, schema)
    except CoercionError as exc:
        problem = CoercionError(str(exc), step, *exc.steps)
    raise problem


def _types(schema: Schema) -> set[str]:
    """The JSON types a schema allows, alternatives included; empty if it says nothing."""
    named = schema.get("type", ())
    found = {named} if isinstance(named, str) else set(named)
    for alternative in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= _types(alternative)
    return found


def _from_text(text: str, schema: Schema) -> Any:
    types = _types(schema)
    if not types or types == {"string"}:
        return _enumerated(text, schema["enum"]) if "enum" in schema else text
    if types >= {"string", "object"} or types >= {"string", "array"}:
        return _text_or_json(text, types, schema)
    for kind, read in _READERS.items():
        if kind in types:
            return read(text.strip(), schema)
    return text


def _enumerated(text: str, values: Iterable[Any]) -> str:
    """A text as the schema's list of values spells it, however it was typed."""
    spelled = {str(item).casefold(): item for item in values if isinstance(item, str)}
    return spelled.get(text.strip().casefold(), text)


def _text_or_json(text: str, types: set[str], schema: Schema) -> Any:
    """A text that may be JSON: it is, if it starts like it; a GUID in braces only looks so."""
    start = text.strip()[:1]
    if start == "{" and "object" in types and not _GUID_IN_BRACES.fullmatch(text.strip()):
        return _object(text, schema)
    if start == "[" and "array" in types:
        return _list(text, schema)
    return text


def _whole(text: str, _: Schema) -> int:
    if not _WHOLE.fullmatch(text):
        raise CoercionError("must be a whole number")
    return int(text.partition(".")[0])


def _number(text: str, _: Schema) -> int | float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise CoercionError("must be a number, such as 1234.5 (no thousands separator)")
    return float(text) if re.search(r"[.eE]", text) else int(text)


def _boolean(text: str, _: Schema) -> bool:
    lowered = text.casefold()
    if lowered not in _TRUE | _FALSE:
        raise CoercionError("must be true or false")
    return lowered in _TRUE


def _object(text: str, schema: Schema) -> dict[str, Any]:
    value = _json(text)
    if not isinstance(value, dict):
        raise CoercionError("must be a JSON object")
    return _members(value, schema)


def _list(text: str, schema: Schema) -> list[Any]:
    if text.strip().startswith("["):
        value = _json(text)
        return _entries(value, schema) if isinstance(value, list) else [value]
    return _entries([part.strip() for part in re.split(r"[,\n]", text) if part.strip()], schema)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        problem = CoercionError(f"is not valid JSON (line {exc.lineno}, column {exc.colno})")
    raise problem


_READERS: Mapping[str, Callable[[str, Schema], Any]] = {
    "object": _object,
    "array": _list,
    "boolean": _boolean,
    "integer": _whole,
    "number": _number,
}
