from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.metadata.filters import parse_filter
from onteg_dynamics.sandbox.metadata.members import Member, MetadataType, Node

THING = MetadataType(
    "Thing",
    own=tuple(Member(name, "Edm.String", operator.itemgetter(name)) for name in ("a", "b", "flag", "deep")),
)


def passes(text: str, **values: Any) -> bool:
    subject = {"a": None, "b": None, "flag": False, "deep": {"Value": "x"}, **values}
    return parse_filter(text, THING)(Node(THING, subject))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a eq 'it''s'", True),
        ("a ne 'it''s'", False),
        ("b gt 3 and b le 5", True),
        ("b lt 5 or flag", True),
        ("not (b eq 5)", False),
        ("not b eq 5 or a eq 'it''s'", True),
        ("deep/Value eq Some.Enum'x'", True),
        ("deep eq 'x'", True),
        ("deep/Nope eq null", True),
        ("a gt 3", False),
        ("flag eq true", True),
        ("b eq 5.0", True),
    ],
)
def test_reads_comparisons(text: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert passes(text, a="it's", b=5, flag=True) is expected


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=5)), min_size=1, max_size=6))
def test_any_texts_survive_quoting(pairs: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    text = " and ".join(f"{name} eq {quoted(value)}" for name, value in pairs)
    values = dict(pairs)
    assert passes(text, **values) is all(values[name] == value for name, value in pairs)
