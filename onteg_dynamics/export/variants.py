"""The kinds of authentication, one by one: for formats that have no ``if/then`` but a choice between whole objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Variant", "common_fields", "one_of", "plain", "variants"]

Schema = Mapping[str, Any]

CHOOSERS = ("authentication", "flows")
NAMED_BY_HOST = ("connection_name", "connector")
"""Settings that a host has a place of its own for."""


@dataclass(frozen=True)
class Variant:
    """One kind of authentication.

    Attributes:
        title: of the choice, such as "OAuth, Client Credentials".
        chosen: the settings that make the choice.
        fields: its other fields.
        required: those that must be filled in.
    """

    title: str
    chosen: Mapping[str, str]
    fields: Mapping[str, Schema]
    required: tuple[str, ...]


def variants(schema: Schema) -> list[Variant]:
    """Every kind of authentication of the connection form, in its order.

    Args:
        schema: the form, with its ``allOf/if/then``.
    """
    return [_variant(schema, chosen) for chosen in _choices(schema, {}, CHOOSERS)]


def common_fields(schema: Schema) -> dict[str, Schema]:
    """The fields of all kinds, apart from those that a host names by itself."""
    return {name: field for name, field in schema["properties"].items() if name not in {*CHOOSERS, *NAMED_BY_HOST}}


def one_of(schema: Schema, secret: Mapping[str, Any], keyword: str) -> dict[str, Any]:
    """The choice of authentication as ``oneOf`` objects; ``kind`` tells them apart.

    Args:
        schema: the connection form.
        secret: what marks a secret field.
        keyword: ``const`` or ``enum``, for what is fixed.
    """
    field = schema["properties"]["authentication"]
    objects = [_object(variant, secret, keyword) for variant in variants(schema)]
    return {"title": field["title"], "description": field["description"], "type": "object", "oneOf": objects}


def plain(field: Schema, secret: Mapping[str, Any]) -> dict[str, Any]:
    """A field in standard words: no ``x-onteg-``, its sample as an example.

    Args:
        field: of the form.
        secret: what marks a secret field.
    """
    found = {key: value for key, value in field.items() if not key.startswith("x-onteg-") and key != "writeOnly"}
    if field.get("writeOnly"):
        return {**{key: value for key, value in found.items() if key != "format"}, **secret}
    sample = field.get("x-onteg-placeholder")
    return {**found, "examples": [sample]} if sample and "enum" not in field else found


def _object(variant: Variant, secret: Mapping[str, Any], keyword: str) -> dict[str, Any]:
    fixed = {"kind": variant.title, **variant.chosen}
    titles = {"kind": "Kind", "authentication": "Authentication", "flows": "Flows"}
    constants = {name: _fixed(titles[name], value, keyword) for name, value in fixed.items()}
    return {
        "title": variant.title,
        "type": "object",
        "required": [*fixed, *variant.required],
        "properties": {**constants, **{name: plain(field, secret) for name, field in variant.fields.items()}},
    }


def _fixed(title: str, value: str, keyword: str) -> dict[str, Any]:
    return {"title": title, "type": "string", keyword: [value] if keyword == "enum" else value, "default": value}


def _choices(schema: Schema, chosen: dict[str, str], names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Every way to choose, going on with a chooser only where it is asked for."""
    if not names:
        yield chosen
        return
    field = dict(_active(schema, chosen)).get(names[0])
    for value in field["enum"] if field else (None,):
        yield from _choices(schema, chosen if value is None else {**chosen, names[0]: value}, names[1:])


def _variant(schema: Schema, chosen: dict[str, str]) -> Variant:
    fields = {name: field for name, field in _active(schema, chosen) if name not in {*schema["properties"], *CHOOSERS}}
    ordered = dict(sorted(fields.items(), key=lambda item: item[1].get("x-onteg-order", 0)))
    demanded = set(_required(schema, chosen))
    return Variant(", ".join(chosen.values()), chosen, ordered, tuple(name for name in ordered if name in demanded))


def _active(schema: Schema, chosen: Mapping[str, str]) -> Iterator[tuple[str, Schema]]:
    yield from schema.get("properties", {}).items()
    for then in _thens(schema, chosen):
        yield from _active(then, chosen)


def _required(schema: Schema, chosen: Mapping[str, str]) -> Iterator[str]:
    yield from schema.get("required", ())
    for then in _thens(schema, chosen):
        yield from _required(then, chosen)


def _thens(schema: Schema, chosen: Mapping[str, str]) -> Iterator[Schema]:
    """The branches that are taken."""
    for branch in schema.get("allOf", ()):
        conditions = branch["if"]["properties"]
        if all(chosen.get(name) in _allowed(condition) for name, condition in conditions.items()):
            yield branch.get("then", {})


def _allowed(condition: Schema) -> tuple[Any, ...]:
    return (condition["const"],) if "const" in condition else tuple(condition["enum"])
