"""What the index finds is what plain Python finds."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.search.index import Shelf
from onteg_dynamics.sandbox.search.match import Look, highlights, hits
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
    leaves,
)
from onteg_dynamics.sandbox.search.words import distance, folded, words_of

WORDS = ("café", "coffee", "cold", "corner", "Zürich", "machine", "machines", "mache", "two")
texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
columns = st.sampled_from(("", "name", "city"))
words = st.builds(Words, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join), column=columns)
beginnings = st.builds(Words, st.sampled_from(("c", "co", "mach", "zu")), prefix=st.just(value=True), column=columns)
others = st.one_of(
    st.builds(Fuzzy, st.sampled_from(("cofee", "mashine", "two")), st.integers(1, 2), column=columns),
    st.builds(Pattern, st.sampled_from(("c.*", ".*e", "[ct]w?o.*")), column=columns),
    st.just(Everything()),
)
trees = st.recursive(
    st.one_of(words, beginnings, others),
    lambda inner: st.one_of(
        st.builds(lambda *parts: All(parts), inner, inner),
        st.builds(lambda *parts: Any(parts), inner, inner),
        st.builds(Without, inner),
        st.builds(Preferring, inner, inner),
    ),
    max_leaves=5,
)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    db = sqlite3.connect(":memory:")
    made = Shelf(db, "s0", ("name", "city"))
    made.build()
    yield made
    db.close()


def fill(shelf: Shelf, rows: list[tuple[str, str]]) -> None:
    shelf.build()
    shelf.changes += 1
    for number, row in enumerate(rows, 1):
        shelf.db.execute("INSERT INTO s0_k (doc, own) VALUES (?, ?)", (number, f"id{number}"))
        shelf.db.execute("INSERT INTO s0 (rowid, c0, c1) VALUES (?, ?, ?)", (number, *row))


def in_a_row(wanted: list[str], there: list[str], *, prefix: bool) -> bool:
    for start in range(len(there) - len(wanted) + 1):
        part = there[start : start + len(wanted)]
        if part[:-1] == wanted[:-1] and (part[-1].startswith(wanted[-1]) if prefix else part[-1] == wanted[-1]):
            return True
    return False


def fits(node: Node, row: tuple[str, str]) -> bool:
    if isinstance(node, All):
        return all(fits(part, row) for part in node.parts)
    if isinstance(node, Any):
        return any(fits(part, row) for part in node.parts)
    if isinstance(node, Without):
        return not fits(node.part, row)
    if isinstance(node, Preferring):
        return fits(node.part, row)
    if isinstance(node, Everything):
        return True
    named = {"name": row[:1], "city": row[1:]}.get(node.column, row)
    return any(fits_text(node, words_of(text)) for text in named)


def fits_text(node: Node, there: list[str]) -> bool:
    if isinstance(node, Words):
        return in_a_row(words_of(node.text), there, prefix=node.prefix)
    if isinstance(node, Fuzzy):
        return any(distance(folded(node.text), word, node.mistakes) <= node.mistakes for word in there)
    assert isinstance(node, Pattern)
    return any(re.fullmatch(node.text, word) for word in there)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=6), trees)
def test_the_index_finds_what_python_finds(shelf: Shelf, rows: list[tuple[str, str]], tree: Node) -> None:
    fill(shelf, rows)
    found = hits(tree, Look(shelf, ("name", "city")))
    assert set(found) == {number for number, row in enumerate(rows, 1) if fits(tree, row)}
    for document in found:
        marked = highlights(tree, Look(shelf, ("name", "city")), document)
        shown = {name for name in marked if "{crmhit}" in marked[name][0]}
        assert shown == set(marked)
        plain = dict(zip(("name", "city"), rows[document - 1], strict=True))
        assert all(re.sub(r"\{/?crmhit\}", "", text) == plain[name] for name, (text,) in marked.items())
        assert bool(marked) == any(fits(leaf, rows[document - 1]) for leaf in leaves(tree))


def test_columns_that_are_not_searched_are_passed_over(shelf: Shelf) -> None:
    fill(shelf, [("coffee", "Zürich")])
    assert hits(Words("zurich"), Look(shelf, ("name", "revenue"))) == {}
    assert hits(Words("coffee"), Look(shelf, ("name", "revenue")))


def test_a_boost_counts(shelf: Shelf) -> None:
    fill(shelf, [("coffee", ""), ("cold", ""), ("two", "")])
    look = Look(shelf, ("name",))
    found = hits(Any((Words("coffee", boost=3.0), Words("cold"))), look)
    assert found[1] == pytest.approx(3 * found[2])


def test_words_near_one_another(shelf: Shelf) -> None:
    fill(shelf, [("coffee for two corner machines", ""), ("coffee machines", "")])
    look = Look(shelf, ("name",))
    assert set(hits(Words("coffee machines", near=2), look)) == {2}
    assert set(hits(Words("machines coffee", near=3), look)) == {1, 2}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("blue", "glue", 1), ("blue", "blues", 1), ("blue", "bule", 1), ("uniersty", "university", 2), ("", "ab", 2)],
)
def test_distances(one: str, other: str, expected: int) -> None:
    assert distance(one, other, 2) == expected
    assert distance(other, one, 2) == expected
    assert distance(one, other, expected - 1) > expected - 1


def test_words() -> None:
    assert words_of("Müller & Söhne_AG, C-3PO") == ["muller", "sohne", "ag", "c", "3po"]
