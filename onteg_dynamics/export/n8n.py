"""An n8n community node in the declarative style: descriptions alone, n8n makes the requests.

It talks to ``onteg-dynamics serve``. https://docs.n8n.io/integrations/creating-nodes/build/declarative-style-node/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.advanced import NAMES
from onteg_dynamics.export.openapi import SERVER
from onteg_dynamics.manifest import ActionSpec, Manifest

__all__ = ["n8n_files"]

Schema = Mapping[str, Any]
Property = dict[str, Any]

NODE, CREDENTIALS = "ontegDynamics", "ontegDynamicsApi"
_ITEMS = [
    {"type": "setKeyValue", "properties": {"name": "={{$responseItem.label}}", "value": "={{$responseItem.value}}"}}
]
_MODULE = "exports.{name} = class {name} {{ constructor() {{ {assignment} }} }};\n"


def n8n_files(manifest: Manifest, server: str = SERVER) -> dict[str, Any]:
    """The files of the node's package.

    Args:
        manifest: a connector's.
        server: where ``onteg-dynamics serve`` is, as the credential's default.
    """
    node = "this.description = require('./OntegDynamics.node.json');"
    credential = "Object.assign(this, require('./OntegDynamicsApi.credentials.json'));"
    return {
        "package.json": _package(manifest),
        "OntegDynamics.node.json": _node(manifest),
        "OntegDynamics.node.js": _MODULE.format(name="OntegDynamics", assignment=node),
        "OntegDynamicsApi.credentials.json": _credentials(manifest, server),
        "OntegDynamicsApi.credentials.js": _MODULE.format(name="OntegDynamicsApi", assignment=credential),
    }


def _package(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": "n8n-nodes-onteg-dynamics",
        "version": manifest.version,
        "description": manifest.description,
        "license": "MIT",
        "keywords": ["n8n-community-node-package"],
        "n8n": {
            "n8nNodesApiVersion": 1,
            "credentials": ["OntegDynamicsApi.credentials.js"],
            "nodes": ["OntegDynamics.node.js"],
        },
    }


def _credentials(manifest: Manifest, server: str) -> dict[str, Any]:
    return {
        "name": CREDENTIALS,
        "displayName": f"{manifest.title} API",
        "properties": [
            {"displayName": "Server", "name": "server", "type": "string", "default": server, "required": True},
            {
                "displayName": "API Key",
                "name": "apiKey",
                "type": "string",
                "typeOptions": {"password": True},
                "default": "",
                "required": True,
            },
        ],
        "authenticate": {"type": "generic", "properties": {"headers": {"X-API-Key": "={{$credentials.apiKey}}"}}},
        "test": {"request": {"baseURL": "={{$credentials.server}}", "url": "/actions/who_am_i", "method": "POST"}},
    }


def _node(manifest: Manifest) -> dict[str, Any]:
    return {
        "displayName": manifest.title,
        "name": NODE,
        "group": ["transform"],
        "version": 1,
        "subtitle": '={{$parameter["operation"]}}',
        "description": manifest.description,
        "defaults": {"name": manifest.title},
        "inputs": ["main"],
        "outputs": ["main"],
        "usableAsTool": True,
        "credentials": [{"name": CREDENTIALS, "required": True}],
        "requestDefaults": {"baseURL": "={{$credentials.server}}", "headers": {"Content-Type": "application/json"}},
        "properties": list(_properties(manifest)),
    }


def _properties(manifest: Manifest) -> Iterable[Property]:
    groups: dict[str, list[ActionSpec]] = {}
    for spec in manifest.actions.values():
        groups.setdefault(spec.group, []).append(spec)
    yield _choice("Resource", "resource", [{"name": name, "value": name} for name in groups])
    for name, specs in groups.items():
        operations = _choice("Operation", "operation", [_operation(spec) for spec in specs])
        yield {**operations, "displayOptions": {"show": {"resource": [name]}}}
    for spec in manifest.actions.values():
        yield from _fields(spec)


def _choice(title: str, name: str, options: list[dict[str, Any]]) -> Property:
    return {
        "displayName": title,
        "name": name,
        "type": "options",
        "noDataExpression": True,
        "options": options,
        "default": options[0]["value"],
    }


def _operation(spec: ActionSpec) -> dict[str, Any]:
    output = {"postReceive": [{"type": "rootProperty", "properties": {"property": "output"}}]}
    return {
        "name": spec.title,
        "value": spec.name,
        "action": spec.title,
        "description": spec.description,
        "routing": {"request": {"method": "POST", "url": f"/actions/{spec.name}"}, "output": output},
    }


def _fields(spec: ActionSpec) -> Iterable[Property]:
    """What must be filled in first, everything else to be added where wanted."""
    fields = sorted(spec.input_schema.get("properties", {}).items(), key=lambda item: item[1].get("x-onteg-order", 0))
    required = frozenset(spec.input_schema.get("required", ()))
    show = {"show": {"resource": [spec.group], "operation": [spec.name]}}
    for name, field in fields:
        if name in required:
            yield {**_field(name, field, required), "required": True, "displayOptions": show}
    own = [_field(name, field, required) for name, field in fields if name not in {*required, *NAMES}]
    advanced = [_field(name, field, required) for name, field in fields if name in NAMES]
    for title, key, options in (("Options", "options", own), ("Advanced", "advanced", advanced)):
        if options:
            yield {
                "displayName": title,
                "name": key,
                "type": "collection",
                "placeholder": "Add option",
                "default": {},
                "displayOptions": show,
                "options": options,
            }


def _field(name: str, field: Schema, required: frozenset[str]) -> Property:
    """One option: its box, and how it is sent. All may be sent as texts; the server reads them."""
    found: Property = {
        "displayName": field.get("title", name),
        "name": name,
        **_box(field, required),
        "description": field.get("description", ""),
        "routing": {"send": {"type": "body", "property": name}},
    }
    if "x-onteg-placeholder" in field and found["type"] == "string":
        found["placeholder"] = field["x-onteg-placeholder"]
    return found | ({"typeOptions": {"password": True}} if field.get("writeOnly") else {})


def _box(field: Schema, required: frozenset[str]) -> Property:
    if "x-onteg-choices" in field and field.get("type") in ("string", ["string", "object"]):
        return {"type": "options", "default": "", "typeOptions": _live(field["x-onteg-choices"], required)}
    if "enum" in field:
        values = [value for value in field["enum"] if value is not None]
        options = [{"name": str(value), "value": value} for value in values]
        return {"type": "options", "options": options, "default": field.get("default", values[0])}
    simple = _SIMPLE.get(str(field.get("type")))
    return dict(simple) | _default(field, simple) if simple else {"type": "json", "default": ""}


_SIMPLE: Mapping[str, Property] = {
    "boolean": {"type": "boolean", "default": False},
    "integer": {"type": "number", "default": 0},
    "number": {"type": "number", "default": 0},
    "string": {"type": "string", "default": ""},
}


def _default(field: Schema, simple: Property) -> Property:
    return {"default": field.get("default", field.get("minimum", simple["default"]))}


def _live(source: Schema, required: frozenset[str]) -> dict[str, Any]:
    """A dropdown that n8n fills from the server; what it depends on may stand among the options."""
    fields = source["params"]
    references = {name: f"={{{{{_reference(field, required)}}}}}" for name, field in fields.items()}
    query = {**source.get("constants", {}), **references}
    request = {"method": "GET", "url": f"/choices/{source['source']}", **({"qs": query} if query else {})}
    depends = [field if field in required else f"options.{field}" for field in fields.values()]
    filled = {"loadOptions": {"routing": {"request": request, "output": {"postReceive": _ITEMS}}}}
    return {"loadOptionsDependsOn": depends, **filled} if depends else filled


def _reference(field: str, required: frozenset[str]) -> str:
    return f'$parameter["{field}"]' if field in required else f'$parameter["options"]?.["{field}"]'
