"""Actions as tools: pure functions from the registry to what the protocol's ``tools/list`` gives.

Implements "Tools" of the Model Context Protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.engines.mcp.guard import FILE_KEYWORD, Guard
from onteg_dynamics.manifest import Schema, own_manifest
from onteg_dynamics.registry import Registered

__all__ = ["described", "hints", "input_schema", "output_schema"]

_DRY_RUN_ONLY = "This server only rehearses it: nothing is changed, the result tells what would be."


def described(entry: Registered, guard: Guard) -> str:
    """What a model reads of an action.

    Args:
        entry: the action.
        guard: what the client may do.
    """
    parts = [entry.spec.description]
    if guard.rehearses(entry.action.annotations):
        parts.append(_DRY_RUN_ONLY)
    if guard.tables and "table" in entry.form.fields:
        parts.append(f"Tables: {', '.join(sorted(guard.tables))}.")
    return " ".join(parts)


def hints(entry: Registered, guard: Guard) -> dict[str, bool]:
    """An action's annotations, by the protocol's names. What is only rehearsed changes nothing.

    Args:
        entry: the action.
        guard: what the client may do.
    """
    told = entry.action.annotations
    rehearsed = guard.rehearses(told)
    return {
        "readOnlyHint": told.read_only or rehearsed,
        "destructiveHint": told.destructive and not rehearsed,
        "idempotentHint": told.idempotent or rehearsed,
        "openWorldHint": True,
    }


def input_schema(entry: Registered, guard: Guard, *, advanced: bool = False) -> dict[str, Any]:
    """The schema of a tool's arguments: the action's, without what is not for the client.

    Args:
        entry: the action.
        guard: what the client may do.
        advanced: with the advanced options that every action has.
    """
    schema = entry.spec.input_schema
    shown = {
        name: _plain(_with_place(field))
        for name, field in schema.get("properties", {}).items()
        if not guard.hides(name, field) and (advanced or name == "dry_run" or field.get("x-onteg-group") != "Advanced")
    }
    return {**_plain({key: value for key, value in schema.items() if key != "properties"}), "properties": shown}


def output_schema(entry: Registered) -> dict[str, Any]:
    """The schema of a tool's structured result: the action's output, or what a dry run tells.

    Args:
        entry: the action.
    """
    own = _plain(entry.spec.output_schema)
    if entry.action.annotations.read_only:
        return own
    own.pop("$schema", None)
    return {"type": "object", "anyOf": [own, _plain(own_manifest().definition("rehearsal"))]}


def _with_place(field: Schema) -> Schema:
    """A field of a file says where its path begins."""
    if FILE_KEYWORD not in field:
        return field
    return {**field, "description": f"{field['description']} Here: relative to the folder that the server serves."}


def _plain(schema: Schema) -> dict[str, Any]:
    """A schema without our own keywords; the sources of dropdowns become a hint to the resources that list them."""
    plain: dict[str, Any] = _stripped(schema)
    return plain


def _stripped(node: Any) -> Any:
    if isinstance(node, Mapping):
        kept = {key: _stripped(value) for key, value in node.items() if not key.startswith("x-onteg-")}
        source = (
            node.get("x-onteg-choices", {}).get("source") if isinstance(node.get("x-onteg-choices"), Mapping) else ""
        )
        if source and isinstance(kept.get("description"), str):
            kept["description"] += f" Listed by the resource dynamics://choices/{source}."
        return kept
    return [_stripped(item) for item in node] if isinstance(node, list) else node
