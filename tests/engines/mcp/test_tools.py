"""Actions as tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.engines.mcp.resources import TEMPLATES
from onteg_dynamics.engines.mcp.tools import described, hints, input_schema, output_schema
from onteg_dynamics.registry import load

REGISTRY = load(())
NAMES = list(REGISTRY.actions)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_whole_and_have_nothing_of_ours(name: str) -> None:
    entry = REGISTRY.actions[name]
    for schema in (input_schema(entry, Guard()), output_schema(entry)):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert "x-onteg-" not in json.dumps(schema)
        assert '"$ref"' not in json.dumps(schema)
    schema, typed = input_schema(entry, Guard(files=Path())), entry.form.read(entry.spec.example)
    assert Draft202012Validator(schema).is_valid(typed)


def test_advanced_options_are_shown_on_request() -> None:
    entry = REGISTRY.actions["create_record"]
    assert "solution" not in input_schema(entry, Guard())["properties"]
    assert "dry_run" in input_schema(entry, Guard())["properties"]
    assert "solution" in input_schema(entry, Guard(), advanced=True)["properties"]


def test_hints() -> None:
    entry = REGISTRY.actions["delete_record"]
    told = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True, "openWorldHint": True}
    assert hints(entry, Guard(writes=True)) == told
    assert hints(entry, Guard())["readOnlyHint"] is True
    assert hints(entry, Guard())["destructiveHint"] is False
    assert hints(REGISTRY.actions["list_records"], Guard())["readOnlyHint"] is True


def test_what_is_only_rehearsed_says_so() -> None:
    entry = REGISTRY.actions["delete_record"]
    assert "only rehearses" in described(entry, Guard())
    assert "only rehearses" not in described(entry, Guard(writes=True))
    assert described(entry, Guard(tables=frozenset({"lead", "account"}))).endswith("Tables: account, lead.")


def sources(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = node.get("x-onteg-choices", {}).get("source")
        return set().union({own} if own else (), *map(sources, node.values()))
    return set().union(*map(sources, node)) if isinstance(node, list) else set()


def test_every_dropdown_of_an_action_is_a_resource() -> None:
    used = set().union(*(sources(entry.spec.input_schema) for entry in REGISTRY.actions.values()))
    assert used <= {template.name for template in TEMPLATES}
