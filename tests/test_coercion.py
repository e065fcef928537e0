from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.coercion import CoercionError, coerce

KEY = {"anyOf": [{"type": "string"}, {"type": "object"}]}
NAMES = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("50", {"type": "integer"}, 50),
        (" -7 ", {"type": "integer"}, -7),
        ("5000.0", {"type": "integer"}, 5000),
        ("1.5", {"type": "number"}, 1.5),
        ("1e3", {"type": "number"}, 1000.0),
        ("12", {"type": "number"}, 12),
        ("True", {"type": "boolean"}, True),
        ("no", {"type": "boolean"}, False),
        ("name, accountnumber", NAMES, ["name", "accountnumber"]),
        ('["name"]', NAMES, ["name"]),
        ("a\nb", NAMES, ["a", "b"]),
        ("1,2", {"type": "array", "items": {"type": "integer"}}, [1, 2]),
        ('{"name": "x"}', {"type": "object"}, {"name": "x"}),
        ('{"n": "3"}', {"type": "object", "properties": {"n": {"type": "integer"}}}, {"n": 3}),
        ('{"accountnumber": "5"}', KEY, {"accountnumber": "5"}),
        ("{0F4A1C52-7B3E-4D68-9A51-2C8E6F7D9B10}", KEY, "{0F4A1C52-7B3E-4D68-9A51-2C8E6F7D9B10}"),
        ("oauth", {"type": "string", "enum": ["OAuth", "Bearer"]}, "OAuth"),
        ("9.2", {"type": "string", "enum": ["9.2"]}, "9.2"),
        (5, {"type": "string"}, "5"),
        (" kept as it is ", {"type": "string"}, " kept as it is "),
        (["1", 2], {"type": "array", "items": {"type": "integer"}}, [1, 2]),
        ("anything", {}, "anything"),
        (None, {"type": "integer"}, None),
    ],
)
def test_texts_become_what_the_schema_asks_for(text: Any, schema: dict[str, Any], value: Any) -> None:
    assert coerce(text, schema) == value
    assert type(coerce(text, schema)) is type(value)


@pytest.mark.parametrize(
    ("text", "schema", "message"),
    [
        ("many", {"type": "integer"}, "must be a whole number"),
        ("1.5", {"type": "integer"}, "must be a whole number"),
        ("1,234.5", {"type": "number"}, "no thousands separator"),
        ("inf", {"type": "number"}, "must be a number"),
        ("1e999", {"type": "number"}, "must be a number"),
        ("maybe", {"type": "boolean"}, "true or false"),
        ("[1]", {"type": "object"}, "must be a JSON object"),
        ('{"a": ', {"type": "object"}, "not valid JSON (line 1, column"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_text(text: str, schema: dict[str, Any], message: str) -> None:
    with pytest.raises(CoercionError) as caught:
        coerce(text, schema)
    assert message in str(caught.value)
    assert text not in str(caught.value)


def test_the_place_within_a_value_is_told() -> None:
    with pytest.raises(CoercionError) as caught:
        coerce({"rows": ["1", "x"]}, {"properties": {"rows": {"items": {"type": "integer"}}}})
    assert caught.value.path("input") == "input.rows.1"


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.none())))
def test_any_object_survives_as_text(value: dict[str, Any]) -> None:
    assert coerce(json.dumps(value), {"type": "object"}) == value


@given(st.text())
def test_a_text_field_is_never_changed(text: str) -> None:
    assert coerce(text, {"type": "string"}) == text
