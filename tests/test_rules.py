"""What jsonschema-rs lets through, jsonschema lets through: on every schema of ours, whatever was typed."""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onteg_dynamics.manifest import own_manifest
from onteg_dynamics.rules import Rules, _compares

GUID = "00000000-0000-0000-0000-00000000abcd"
SCHEMAS = {
    "connection": own_manifest().connection_schema,
    "rehearsal": own_manifest().definition("rehearsal"),
    **{f"{name} {side}": getattr(spec, f"{side}_schema") for name, spec in own_manifest().actions.items()
       for side in ("input", "output")},
}  # fmt: skip

# Blanks, letters and digits of which engines of regular expressions have different ideas.
ODD = st.text(st.sampled_from(" \t\n\r\x0b\x1c\x1f\x85\xa0\u180e\u2028\ufeff\u0663\xe9\ud800{}/:$_-a0"), max_size=3)


def parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """A schema and those within it."""
    if isinstance(schema, Mapping):
        yield schema
        for one in schema.values():
            yield from parts(one)
    for one in schema if isinstance(schema, list) else ():
        yield from parts(one)


def texts(schema: Mapping[str, Any]) -> list[str]:
    """What people may type into its fields."""
    found = {str(part.get("x-onteg-placeholder", "")) for part in parts(schema)}
    found |= {str(value) for part in parts(schema) for value in (*part.get("enum", ()), part.get("const", ""))}
    return sorted(found | {GUID, f"{{{GUID}}}", "https://host.example/x", "a" * 64, "$name", "new_name"})


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Whatever comes near to what a schema wants, and far from it."""
    typed = st.builds("".join, st.tuples(ODD, st.sampled_from(texts(schema)), ODD))
    numbers = st.one_of(st.integers(-2, 10**20), st.floats(), st.sampled_from([0.0, 1.0, True, False, None, 10**400]))
    names = sorted({str(name) for part in parts(schema) for name in (part.get("properties") or {})} | {"other"})
    return st.recursive(
        st.one_of(typed, numbers),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(names), inner)),
        max_leaves=8,
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_both_are_of_one_mind_of_every_schema(name: str) -> None:
    schema = SCHEMAS[name]
    own = own_manifest().actions.get(name.partition(" ")[0])
    example = dict(own.example) if own else {}
    fields = sorted(schema["properties"])

    @settings(max_examples=12, deadline=None)
    @given(st.dictionaries(st.sampled_from(fields), values(schema), max_size=4), st.booleans())
    def compared(changes: dict[str, Any], beside: bool) -> None:  # noqa: FBT001
        value = {**example, **changes} if beside else changes
        rules = Rules(schema)
        assert not rules._told(value) or rules._thorough.is_valid(value), value

    compared()
    assert Rules(schema)._quick is not None


CONDITIONS = [part["if"] for schema in SCHEMAS.values() for part in parts(schema) if "if" in part]


@settings(deadline=None)
@given(st.data())
def test_both_are_of_one_mind_of_conditions_met_or_not(data: st.DataObject) -> None:
    condition = data.draw(st.sampled_from(CONDITIONS))
    value = data.draw(st.dictionaries(st.sampled_from(sorted(condition["properties"])), values(condition)))
    assert _compares(condition)
    assert Rules(condition).fit(value) is Rules(condition)._thorough.is_valid(value)


def test_where_nothing_is_wrong_jsonschema_is_not_loaded() -> None:
    sample = {one.key: one.sample for one in own_manifest().settings}
    code = f"""
import sys
from onteg_dynamics.connection import connection_form
connection_form().read({sample!r})
print(*sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "jsonschema_rs" in loaded
    assert "jsonschema" not in loaded


def fields_with_patterns() -> list[Mapping[str, Any]]:
    found = {str(part["pattern"]): part for schema in SCHEMAS.values() for part in parts(schema) if "pattern" in part}
    return [{"pattern": pattern} for pattern in found if isinstance(found[pattern].get("pattern"), str)]


@pytest.mark.parametrize("schema", fields_with_patterns(), ids=lambda schema: schema["pattern"])
def test_both_are_of_one_mind_of_every_pattern(schema: Mapping[str, Any]) -> None:
    rules = Rules(schema)
    typed = st.builds("".join, st.tuples(ODD, st.sampled_from([*texts({}), "#a0B1c2", 'W/"1"', ""]), ODD))

    @settings(max_examples=400, deadline=None)
    @given(typed)
    def compared(text: str) -> None:
        assert not rules._told(text) or rules._thorough.is_valid(text), text

    compared()


@pytest.mark.parametrize(
    "value",
    [dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), math.nan, (1, 2), {1, 2}, b"x", "\ud800", {None: 1}],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_json_is_left_to_jsonschema(value: object) -> None:
    assert Rules({"type": "object", "properties": {"a": {}}}).fit({"a": value})
    assert not Rules({"type": "object", "required": ["b"], "properties": {"a": {}}}).fit({"a": value})


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/part", "$defs": {"part": {"type": "string"}}},
        {"type": "string", "pattern": r"^(?P<one>a|b)(?P=one)?$"},
        {"type": "string", "not": {"pattern": r"^\s$"}},
        {"type": "string", "if": {"pattern": r"^\s$"}, "then": False},
        {"type": "string", "oneOf": [{"pattern": r"^\s$"}, {"minLength": 1}]},
        {"type": "string", "patternProperties": {r"^\s$": {}}},
    ],
    ids=["reference", "pattern of Python", "not", "if", "oneOf", "patternProperties"],
)
def test_what_jsonschema_rs_cannot_take_is_left_to_jsonschema(schema: dict[str, Any]) -> None:
    assert Rules(schema)._quick is None
    assert Rules(schema).fit("a")
    assert "type" in [misfit.kind for misfit in Rules(schema).misfits(1)]


def test_a_schema_that_leads_round_in_circles_is_no_way_to_crash() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    schema = {"$defs": {"list": {"items": {"$ref": "#/$defs/list"}}}, "$ref": "#/$defs/list"}
    with pytest.raises(RecursionError):
        Rules(schema).fit(nested)


def test_without_jsonschema_rs_jsonschema_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    rules = Rules({"type": "object", "required": ["table"]})
    assert rules.fit({"table": "account"})
    assert not rules.fit({})
    assert [misfit.kind for misfit in rules.misfits({})] == ["required"]


@pytest.mark.parametrize("schema", [{"if": True, "then": {"const": 1}}, {"properties": {"a": True, "b": False}}])
def test_schemas_may_be_true_or_false(schema: dict[str, Any]) -> None:
    assert Rules(schema)._quick is not None
    assert Rules(schema).fit(1)


def test_a_part_of_a_schema_refers_into_the_whole() -> None:
    whole = {"$defs": {"yes": {"const": "yes"}}}
    condition = {"properties": {"a": {"$ref": "#/$defs/yes"}}}
    assert Rules(condition, whole).fit({"a": "yes"})
    assert not Rules(condition, whole).fit({"a": "no"})
