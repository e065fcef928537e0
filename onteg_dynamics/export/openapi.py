"""The actions as an HTTP interface in OpenAPI 3.1: what ``onteg-dynamics serve`` answers.

Dropdowns and forms that depend on the data are told in Microsoft's words (``x-ms-dynamic-list``,
``x-ms-dynamic-properties``), which Power Platform and Logic Apps understand; others pass them over.
https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.advanced import NAMES
from onteg_dynamics.manifest import ActionSpec, Manifest

__all__ = ["CHOICES", "SCHEMA", "SERVER", "dynamic", "openapi", "operation_id", "sources"]

Schema = Mapping[str, Any]

SERVER = "http://127.0.0.1:8365"
CHOICES, SCHEMA = "GetDropdown", "GetForm"
PARAMETERS = ("table", "related_table", "column", "new_table", "action", "function", "key", "search")
"""What dropdowns and forms may depend on."""

_ERRORS = {
    "400": "What was typed cannot be used; every problem is listed, nothing was changed.",
    "401": "The API key is missing or wrong.",
    "403": "A role, a privilege or access to the row is missing.",
    "404": "There is no such row.",
    "409": "Another version of the row, or a row with these key values.",
    "429": "A service protection limit; Retry-After tells when to come again.",
    "default": "Failed; the envelope says why.",
}


def openapi(manifest: Manifest, server: str = SERVER) -> dict[str, Any]:
    """The document.

    Args:
        manifest: a connector's.
        server: base address of the interface.
    """
    paths: dict[str, Any] = {f"/actions/{spec.name}": {"post": _operation(spec)} for spec in manifest.actions.values()}
    return {
        "openapi": "3.1.0",
        "info": {"title": manifest.title, "version": manifest.version, "description": manifest.description},
        "servers": [{"url": server}],
        "security": [{"api_key": []}],
        "paths": {**paths, **_dynamic_paths()},
        "components": {
            "securitySchemes": {"api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
            "schemas": {"Failure": FAILURE},
            "responses": {f"Error{status}": _error(text) for status, text in _ERRORS.items()},
        },
    }


def operation_id(spec: ActionSpec) -> str:
    """``CreateRecord``."""
    return "".join(word.capitalize() for word in spec.name.split("_"))


def sources(schema: Schema) -> list[str]:
    """The sources of dropdowns that a form has."""
    fields = schema.get("properties", {}).values()
    return [field["x-onteg-choices"]["source"] for field in fields if "x-onteg-choices" in field]


def dynamic(field: Schema) -> dict[str, Any]:
    """A field's dropdown or form in Microsoft's words; empty where it has none."""
    found: dict[str, Any] = {}
    if "x-onteg-choices" in field:
        call = _call(field["x-onteg-choices"], CHOICES)
        found["x-ms-dynamic-list"] = {**call, "itemValuePath": "value", "itemTitlePath": "label"}
    if "x-onteg-schema" in field:
        found["x-ms-dynamic-properties"] = {**_call(field["x-onteg-schema"], SCHEMA), "itemValuePath": "schema"}
    return found


def _call(source: Schema, operation: str) -> dict[str, Any]:
    constants = {"source": source["source"], **source.get("constants", {})}
    parameters: dict[str, Any] = {name: {"value": value} for name, value in constants.items()}
    references = {name: {"parameterReference": f"body/{field}"} for name, field in source["params"].items()}
    return {"operationId": operation, "parameters": {**parameters, **references}}


def _operation(spec: ActionSpec) -> dict[str, Any]:
    return {
        "operationId": operation_id(spec),
        "summary": spec.title,
        "description": spec.description,
        "tags": [spec.group],
        **({"externalDocs": {"url": spec.help_link}} if spec.help_link else {}),
        "requestBody": {
            "required": bool(spec.input_schema.get("required")),
            "content": {"application/json": {"schema": _form(spec.input_schema), "example": dict(spec.example)}},
        },
        "responses": {"200": _answer("What it did.", envelope(_spoken(spec.output_schema))), **_refusals()},
    }


def _refusals() -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/Error{status}"} for status in _ERRORS}


def _error(text: str) -> dict[str, Any]:
    return _answer(text, {"$ref": "#/components/schemas/Failure"})


def _answer(text: str, schema: Any) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _form(schema: Schema) -> dict[str, Any]:
    """An action's options: our keywords in Microsoft's words."""
    fields = {name: {**_spoken(field), **dynamic(field), **seen(name)} for name, field in _fields(schema).items()}
    return {**_spoken(schema), "properties": fields}


def seen(name: str) -> dict[str, str]:
    """Options that every action has do not get in a newcomer's way."""
    return {"x-ms-visibility": "advanced"} if name in NAMES else {}


def _fields(schema: Schema) -> dict[str, Schema]:
    return dict(sorted(schema.get("properties", {}).items(), key=lambda item: item[1].get("x-onteg-order", 0)))


def _spoken(node: Any) -> Any:
    """A schema without our keywords; a sample value becomes an example, a title Microsoft's summary."""
    if isinstance(node, list):
        return [_spoken(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: _spoken(value) for key, value in node.items() if not key.startswith("x-onteg-") and key != "$schema"}
    if isinstance(node.get("title"), str):
        kept["x-ms-summary"] = node["title"]
    if "x-onteg-placeholder" in node:
        kept["examples"] = [node["x-onteg-placeholder"]]
    return kept


def envelope(output: Any) -> dict[str, Any]:
    """The answer to an action.

    Args:
        output: schema of what it gave.
    """
    return {
        "type": "object",
        "required": ["ok", "action", "output", "warnings", "stats"],
        "properties": {
            "ok": {"const": True},
            "action": {"type": "string"},
            "output": {"anyOf": [output, {"type": "object", "required": ["dry_run"]}]},
            "warnings": {"type": "array", "items": {"type": "string"}},
            "stats": {"type": "object"},
            "error": {"type": "null"},
        },
    }


FAILURE = {
    "type": "object",
    "required": ["ok", "error"],
    "properties": {
        "ok": {"const": False},
        "error": {
            "type": "object",
            "required": ["kind", "message"],
            "properties": {
                "kind": {"type": "string"},
                "message": {"type": "string", "description": "What failed and why."},
                "fix": {"type": "string", "description": "What to do."},
                "code": {"type": "string"},
                "request_id": {"type": "string"},
                "problems": {"type": "array", "items": {"type": "object"}},
            },
        },
    },
}
"""The answer to what failed."""


def _dynamic_paths() -> dict[str, Any]:
    choice = {"type": "object", "properties": {"value": {"type": ["string", "integer"]}, "label": {"type": "string"}}}
    choices = _answer("The entries.", {"type": "array", "items": choice})
    form = _answer("The form.", {"type": "object", "properties": {"schema": {"type": "object"}}})
    return {
        "/choices/{source}": {"get": _lookup(CHOICES, "Entries of a dropdown", choices)},
        "/schemas/{source}": {"get": _lookup(SCHEMA, "Form that depends on the data", form)},
    }


def _lookup(name: str, summary: str, answer: dict[str, Any]) -> dict[str, Any]:
    path = {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}}
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in PARAMETERS]
    return {
        "operationId": name,
        "summary": summary,
        "description": f"{summary}.",
        "tags": ["Forms"],
        "x-ms-visibility": "internal",
        "parameters": [path, *query],
        "responses": {"200": answer, **_refusals()},
    }
