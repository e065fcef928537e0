"""A Power Platform custom connector: ``apiDefinition.swagger.json`` (OpenAPI 2.0, all it takes) and its properties.

What OpenAPI 2.0 has no word for is put more simply: a value of several types is a text, which every option may be.
https://learn.microsoft.com/connectors/custom-connectors/define-openapi-definition
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from onteg_dynamics.export.openapi import CHOICES, PARAMETERS, SCHEMA, SERVER, dynamic, operation_id, seen
from onteg_dynamics.manifest import ActionSpec, Manifest

__all__ = ["power_platform_files"]

Schema = Mapping[str, Any]

_KEPT = (
    "title", "description", "default", "maximum", "minimum", "maxLength", "minLength", "pattern", "maxItems",
    "minItems", "uniqueItems", "maxProperties", "minProperties", "enum", "required",
)  # fmt: skip
_FORMATS = {"date-time", "date", "uri", "uuid"}


def power_platform_files(manifest: Manifest, server: str = SERVER) -> dict[str, Any]:
    """The files that ``paconn create`` takes.

    Args:
        manifest: a connector's.
        server: base address of the interface; ``onteg-dynamics serve`` behind a gateway.
    """
    return {"apiDefinition.swagger.json": _definition(manifest, server), "apiProperties.json": _properties()}


def _definition(manifest: Manifest, server: str) -> dict[str, Any]:
    address = urlsplit(server)
    paths: dict[str, Any] = {f"/actions/{spec.name}": {"post": _operation(spec)} for spec in manifest.actions.values()}
    paths["/choices/{source}"] = {"get": _lookup(CHOICES, "Entries of a dropdown", _ENTRIES)}
    paths["/schemas/{source}"] = {"get": _lookup(SCHEMA, "Form that depends on the data", _FORM)}
    return {
        "swagger": "2.0",
        "info": {"title": manifest.title, "version": manifest.version, "description": manifest.description},
        "host": address.netloc,
        "basePath": address.path or "/",
        "schemes": [address.scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        "security": [{"api_key": []}],
    }


def _properties() -> dict[str, Any]:
    """How the connector looks, and what a person fills in for a connection."""
    return {
        "properties": {
            "connectionParameters": {
                "api_key": {
                    "type": "securestring",
                    "uiDefinition": {
                        "displayName": "API Key",
                        "description": "The API key of onteg-dynamics serve.",
                        "tooltip": "The value of ONTEG_DYNAMICS_API_KEY.",
                        "constraints": {"tabIndex": 2, "clearText": False, "required": "true"},
                    },
                }
            },
            "iconBrandColor": "#0b57a4",
            "capabilities": [],
            "policyTemplateInstances": [],
        }
    }


def _operation(spec: ActionSpec) -> dict[str, Any]:
    body = {"name": "body", "in": "body", "required": True, "schema": _form(spec.input_schema)}
    return {
        "operationId": operation_id(spec),
        "summary": spec.title,
        "description": spec.description,
        "tags": [spec.group],
        "parameters": [body],
        "responses": {"200": _answer(spec.output_schema), "default": {"description": "Failed.", "schema": _FAILURE}},
    }


def _answer(output: Schema) -> dict[str, Any]:
    properties = {"output": _simple(output), "warnings": {"type": "array", "items": {"type": "string"}}}
    return {"description": "What it did.", "schema": {"type": "object", "properties": properties}}


def _form(schema: Schema) -> dict[str, Any]:
    fields = sorted(schema.get("properties", {}).items(), key=lambda item: item[1].get("x-onteg-order", 0))
    demanded = schema.get("required", ())
    properties = {
        name: {**_simple(field), **_values(field), **(_IMPORTANT if name in demanded else seen(name))}
        for name, field in fields
    }
    return {"type": "object", "properties": properties, **({"required": list(demanded)} if demanded else {})}


def _values(field: Schema) -> dict[str, Any]:
    """Dropdowns and forms, in the newer words and in the older ones that not every designer has left behind."""
    found = dynamic(field)
    if "x-onteg-choices" in field:
        call = _older(field["x-onteg-choices"], CHOICES)
        found["x-ms-dynamic-values"] = {**call, "value-path": "value", "value-title": "label"}
    if "x-onteg-schema" in field:
        found["x-ms-dynamic-schema"] = {**_older(field["x-onteg-schema"], SCHEMA), "value-path": "schema"}
    return found


def _older(source: Schema, operation: str) -> dict[str, Any]:
    constants = {"source": source["source"], **source.get("constants", {})}
    references = {name: {"parameter": field} for name, field in source["params"].items()}
    return {"operationId": operation, "parameters": {**constants, **references}}


def _simple(field: Schema) -> dict[str, Any]:
    """A field in the words of OpenAPI 2.0."""
    kept = {key: field[key] for key in _KEPT if key in field}
    kind = _kind(field)
    if field.get("format") in _FORMATS and kind == "string":
        kept["format"] = field["format"]
    if "title" in field:
        kept["x-ms-summary"] = field["title"]
    if "exclusiveMinimum" in field:
        kept |= {"minimum": field["exclusiveMinimum"], "exclusiveMinimum": True}
    if "const" in field:
        kept["enum"] = [field["const"]]
    return {**_fitting(kept, kind), "type": kind, **_inside(field, kind)}


def _kind(field: Schema) -> str:
    """The type; a text where there are several, and where it is told by values."""
    given = field.get("type")
    kinds = [given] if isinstance(given, str) else [kind for kind in given or () if kind != "null"]
    values = [field["const"]] if "const" in field else field.get("enum", [""])
    if not kinds and all(isinstance(value, bool) for value in values):
        return "boolean"
    return kinds[0] if len(kinds) == 1 else "string"


def _fitting(kept: dict[str, Any], kind: str) -> dict[str, Any]:
    """Without what speaks of another type, and without null among the values."""
    if "enum" in kept:
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    if kind != "object":
        kept.pop("required", None)
    return kept


def _inside(field: Schema, kind: str) -> dict[str, Any]:
    if kind == "array":
        return {"items": _simple(field.get("items", {"type": "object"}))}
    properties = field.get("properties", {})
    if kind != "object" or not properties:
        return {}
    return {"properties": {name: _simple(inner) for name, inner in properties.items()}}


def _lookup(name: str, summary: str, answer: Schema) -> dict[str, Any]:
    path = {"name": "source", "in": "path", "required": True, "type": "string", "x-ms-url-encoding": "single"}
    query = [{"name": name, "in": "query", "required": False, "type": "string"} for name in PARAMETERS]
    return {
        "operationId": name,
        "summary": summary,
        "description": f"{summary}.",
        "tags": ["Forms"],
        "x-ms-visibility": "internal",
        "parameters": [path, *query],
        "responses": {"200": {"description": f"{summary}.", "schema": answer}},
    }


_IMPORTANT = {"x-ms-visibility": "important"}
_ENTRY = {"type": "object", "properties": {"value": {"type": "string"}, "label": {"type": "string"}}}
_ENTRIES = {"type": "array", "items": _ENTRY}
_FORM = {"type": "object", "properties": {"schema": {"type": "object"}}}
_ERROR = {"type": "object", "properties": {name: {"type": "string"} for name in ("kind", "message", "fix", "code")}}
_FAILURE = {"type": "object", "properties": {"ok": {"type": "boolean"}, "error": _ERROR}}
