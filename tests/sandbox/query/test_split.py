from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query.split import pieces
from onteg_dynamics.sandbox.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a,b,,c", ["a", "b", "", "c"]),
        ("a(b,c),d", ["a(b,c)", "d"]),
        ("a eq 'x,y',b", ["a eq 'x,y'", "b"]),
        ("a eq 'O''Bryan,',b", ["a eq 'O''Bryan,'", "b"]),
        ("""a(["x,]"],'('),b""", ["""a(["x,]"],'(')""", "b"]),
    ],
)
def test_pieces(text: str, wanted: list[str]) -> None:
    assert list(pieces(text, ",")) == wanted


@pytest.mark.parametrize("text", ["(", "a)", "'", "a eq 'x", "[a", '("x)'])
def test_what_is_not_closed(text: str) -> None:
    with pytest.raises(Refusal):
        list(pieces(text, ","))


@given(st.lists(st.text(st.characters(exclude_characters=",'()[]{}")), min_size=1))
def test_pieces_put_together_are_the_text(parts: list[str]) -> None:
    assert list(pieces(",".join(parts), ",")) == parts
