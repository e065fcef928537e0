"""The connector's page, in the four sections that OneTeg's connector pages have. Made of the manifest alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from onteg_dynamics.advanced import NAMES
from onteg_dynamics.export.markdown import table
from onteg_dynamics.manifest import ActionSpec, Failure, Manifest, Setting

__all__ = ["connector_page"]

_CONNECT = """\
1. Register an application in Microsoft Entra and make a client secret; keep its Value.
2. Create an application user for it in the environment, and give it a security role.
3. Add a connection in the engine, choose this connector, and fill in the settings below; Scopes may stay empty.
4. Test the connection: each line has passed or says what to do."""


def connector_page(manifest: Manifest) -> str:
    """The page in Markdown.

    Args:
        manifest: a connector's.
    """
    sections = {
        "General Information": _general(manifest),
        "Connect": _CONNECT,
        "Connection Settings and Configuration": _settings(manifest),
        "Supported Actions and Options": "\n\n".join(_actions(manifest)),
    }
    parts = [f"## {title}\n\n{text}" for title, text in sections.items()]
    return "\n\n".join([f"# {manifest.title}", *parts]) + "\n"


def _general(manifest: Manifest) -> str:
    links = "\n".join(f"- [{name}]({address})" for name, address in manifest.links.items())
    return f"{manifest.description}\n\nConnector: `{manifest.id}`, version {manifest.version}.\n\n{links}"


def _settings(manifest: Manifest) -> str:
    head = ("Settings Parameters", "Value / Sample Value", "Description", "Required (Y/N)")
    return table(head, [(item.label, f"`{item.sample}`", item.help, _needed(item)) for item in manifest.settings])


def _needed(item: Setting) -> str:
    return f"Y, for {item.required}" if isinstance(item.required, str) else "Y" if item.required else "N"


def _actions(manifest: Manifest) -> Iterator[str]:
    group = ""
    for spec in manifest.actions.values():
        if spec.group != group:
            group = spec.group
            yield f"### {group}"
        yield _action(spec)
    yield f"### Options of every action\n\n{_options(_advanced(manifest), ())}"


def _action(spec: ActionSpec) -> str:
    properties = spec.input_schema.get("properties", {})
    own = {name: field for name, field in properties.items() if name not in NAMES}
    options = _options(own, spec.input_schema.get("required", ())) if own else "No options of its own."
    example = json.dumps(spec.example, ensure_ascii=False)
    text = f"#### {spec.title}\n\n{spec.description}\n\n{options}\n\nExample: `{example}`"
    return f"{text}\n\n{_failure(spec.failure)}" if spec.failure else text


def _failure(failure: Failure) -> str:
    changed = json.dumps(failure.options, ensure_ascii=False)
    return f"Goes wrong with `{changed}`: `{failure.error}`, “{failure.message}”"


def _advanced(manifest: Manifest) -> dict[str, Any]:
    """The options that all actions share; the dry run is that of writes."""
    found: dict[str, Any] = {}
    for spec in manifest.actions.values():
        properties = spec.input_schema.get("properties", {})
        found |= {name: properties[name] for name in NAMES if name in properties}
    return found


def _options(fields: Mapping[str, Mapping[str, Any]], required: Any) -> str:
    head = ("Option", "Key", "Type", "Required (Y/N)", "Example", "Description")
    rows = [
        (
            str(field.get("title", name)),
            f"`{name}`",
            _type(field),
            "Y" if name in required else "N",
            f"`{field['x-onteg-placeholder']}`" if "x-onteg-placeholder" in field else "",
            str(field.get("description", "")),
        )
        for name, field in fields.items()
    ]
    return table(head, rows)


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return "one of " + ", ".join(str(value) for value in field["enum"])
    kinds = field.get("type") or [part.get("type") for part in field.get("anyOf", ())]
    names = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_NAMES.get(str(name), str(name)) for name in names) or "any"


_NAMES = {"string": "text", "integer": "whole number", "boolean": "yes or no", "array": "list", "object": "JSON object"}
