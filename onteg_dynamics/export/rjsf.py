"""A form for react-jsonschema-form: the schema, and the ``uiSchema`` that goes with it.

The pair works with the library as it is (validator with ``Ajv2020``, since schemas are of draft 2020-12). What it has
no word for stands in ``ui:options``: ``group``, ``helpLink``, ``choices`` and ``schema`` (dropdowns and forms that
depend on the data), ``anyType`` (the text may also be JSON). The form that ``onteg-dynamics form`` serves is drawn from
this very pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["rjsf_pair"]

Schema = Mapping[str, Any]

_PREFIX = "x-onteg-"
_OPTIONS = {"group": "group", "help-link": "helpLink", "hint": "hint", "choices": "choices", "schema": "schema"}
_LINES = "application/x-pem-file"


def rjsf_pair(schema: Schema) -> dict[str, Any]:
    """The pair ``schema`` and ``uiSchema``.

    Args:
        schema: JSON Schema of an object, with our keywords.
    """
    fields = sorted(_fields(schema), key=lambda item: item[1].get("x-onteg-order", 10_000))
    looks = {name: look for name, field in fields if (look := _look(field))}
    order = list(dict(fields))
    business = schema.get("x-onteg-required-by-business")
    return {
        "schema": _plain(schema),
        "uiSchema": {
            "ui:order": [*order, "*"],
            **({"ui:options": {"requiredByBusiness": business}} if business else {}),
            **looks,
        },
    }


def _fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The fields of an object, those of its branches too."""
    yield from schema.get("properties", {}).items()
    for branch in schema.get("allOf", ()):
        yield from _fields(branch.get("then", {}))


def _look(field: Schema) -> dict[str, Any]:
    """How a field looks: what rjsf has words for, then the rest in ``ui:options``."""
    look: dict[str, Any] = {}
    if "x-onteg-placeholder" in field:
        look["ui:placeholder"] = field["x-onteg-placeholder"]
    if field.get("writeOnly"):
        look |= {"ui:widget": "password", "ui:autocomplete": "off"}
    if field.get("contentMediaType") == _LINES:
        look["ui:widget"] = "textarea"  # a password's box would swallow the line ends
    options = {word: field[_PREFIX + name] for name, word in _OPTIONS.items() if _PREFIX + name in field}
    if _is_any(field):
        options["anyType"] = True
    if options:
        look["ui:options"] = options
    return look | _nested(field)


def _nested(field: Schema) -> dict[str, Any]:
    """The looks of what is inside a field."""
    items = field.get("items")
    if isinstance(items, Mapping) and "properties" in items:
        return {"items": rjsf_pair(items)["uiSchema"]}
    return rjsf_pair(field)["uiSchema"] if "properties" in field else {}


def _plain(node: Any) -> Any:
    """A schema without our keywords; what may be of any type is a text, since rjsf draws nothing for it otherwise."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    plain = {key: _plain(value) for key, value in node.items() if not key.startswith(_PREFIX)}
    texts = {name: {**plain["properties"][name], "type": "string"} for name, field in _own(node) if _is_any(field)}
    return {**plain, "properties": {**plain["properties"], **texts}} if texts else plain


def _own(node: Schema) -> Iterator[tuple[str, Schema]]:
    """The fields of an object; those of ``if`` are conditions, not fields."""
    return ((name, field) for name, field in node.get("properties", {}).items() if "title" in field)


def _is_any(field: Schema) -> bool:
    return not _TYPED & field.keys()


_TYPED = {"type", "enum", "const", "anyOf", "oneOf", "allOf", "properties", "$ref"}
