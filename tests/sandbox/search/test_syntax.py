"""Search texts become trees."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.search.syntax import checked_pattern, parse_search
from onteg_dynamics.sandbox.search.tree import (
    All,
    Any,
    Everything,
    Fuzzy,
    Node,
    Pattern,
    Preferring,
    Without,
    Words,
    blurred,
    leaves,
)

A, B, C = Words("a"), Words("b"), Words("c")


@pytest.mark.parametrize(
    ("text", "any_word", "all_words"),
    [
        ("*", Everything(), Everything()),
        ("a", A, A),
        ("a b", Any((A, B)), All((A, B))),
        ("a+b", All((A, B)), All((A, B))),
        ("a | b", Any((A, B)), Any((A, B))),
        ("a+(b | c)", All((A, Any((B, C)))), All((A, Any((B, C))))),
        ("a -b", Any((A, Without(B))), All((A, Without(B)))),
        ("-b", Without(B), Without(B)),
        ('"a b" c', Any((Words("a b"), C)), All((Words("a b"), C))),
        ("Alp*", Words("Alp", prefix=True), Words("Alp", prefix=True)),
        ("e-mail", Words("e-mail"), Words("e-mail")),
        (r"\+1\(800\)555\-1234", Words("+1(800)555-1234"), Words("+1(800)555-1234")),
        (r"a\*", Words("a*"), Words("a*")),
        ("(a", A, A),
        ("a AND b", Any((A, Words("AND"), B)), All((A, Words("AND"), B))),
        ("a~1", Words("a~1"), Words("a~1")),
        ("- |", Any(()), Any(())),
    ],
)
def test_the_simple_syntax(text: str, any_word: Node, all_words: Node) -> None:
    assert parse_search(text, lucene=False, match_all=False) == any_word
    assert parse_search(text, lucene=False, match_all=True) == all_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a AND b", All((A, B))),
        ("a && b", All((A, B))),
        ("a OR b", Any((A, B))),
        ("a || b", Any((A, B))),
        ("a AND NOT b", All((A, Without(B)))),
        ("a AND (b OR c)", All((A, Any((B, C))))),
        ("a !b", Any((A, Without(B)))),
        ("a \u2013b", Any((A, Without(B)))),
        ("+a b", Preferring(A, Any((B,)))),
        ("+a -b", All((A, Without(B)))),
        ("Uniersty~", Fuzzy("Uniersty", 2)),
        ("Blue~1", Fuzzy("Blue", 1)),
        ("Rock^2 b", Any((Words("Rock", boost=2.0), B))),
        ('"airport hotel"~5', Words("airport hotel", near=5)),
        ("/[mh]otel/", Pattern("[mh]otel")),
        ("/.*pine/^3", Pattern(".*pine", boost=3.0)),
        ("alp*", Words("alp", prefix=True)),
        ("te?t", Pattern("te.t")),
        ("*pine", Pattern(".*pine")),
        ("name:a", Words("a", column="name")),
        ('name:"a b"', Words("a b", column="name")),
        ("and/or", Words("and/or")),
        ("c++", Words("c++")),
    ],
)
def test_the_lucene_syntax(text: str, expected: Node) -> None:
    assert parse_search(text, lucene=True, match_all=False) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a)",
        "/[/",
        "/(a+)+/",
        "/(a|aa)*/",
        "/((a+)b)*/",
        "/.*.*.*.*.*x/",
        "/(.*a){9}/",
        "(" * 50 + "a",
        "/a{99999999999}/",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Refusal, match="Failed to parse"):
        parse_search(text, lucene=True, match_all=False)


@given(st.text(max_size=40), st.booleans(), st.booleans())
def test_any_text_is_read_or_refused(text: str, lucene: bool, match_all: bool) -> None:  # noqa: FBT001
    with contextlib.suppress(Refusal):
        assert isinstance(leaves(parse_search(text, lucene=lucene, match_all=match_all)), list)


def test_best_effort_allows_a_mistake_in_each_word() -> None:
    tree = All((Words("grinder"), Without(A), Words("two words"), Preferring(Words("abc"), Any((B,)))))
    assert blurred(tree) == All(
        (
            Fuzzy("grinder", 2),
            Without(A),
            Words("two words"),
            Preferring(Fuzzy("abc", 1), Any((Fuzzy("b", 1),))),
        )
    )


@pytest.mark.parametrize("text", ["a+b", "(ab)+c", "[(*]+|b", r"\(a\)*", "(a|b)c*", "(a+)b*"])
def test_expressions_that_can_be_carried_out(text: str) -> None:
    assert checked_pattern(text) == text
