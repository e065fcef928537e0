"""Which documents of a shelf a tree matches, and how well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onteg_dynamics.sandbox.search.index import Shelf
from onteg_dynamics.sandbox.search.tree import (
    All,
    Any,
    Everything,
    Fuzzy,
    Leaf,
    Node,
    Pattern,
    Preferring,
    Without,
    Words,
    leaves,
)
from onteg_dynamics.sandbox.search.words import distance, folded, words_of

Hits = dict[int, float]
BEFORE, AFTER = "{crmhit}", "{/crmhit}"
_MAX_WORDS = 500


@dataclass(frozen=True)
class Look:
    """Where to look.

    Attributes:
        shelf: A table's part of the index.
        columns: The columns to look into; those that are not searched are passed over.
    """

    shelf: Shelf
    columns: Sequence[str]


def hits(node: Node, look: Look) -> Hits:
    """The documents that match, with their scores.

    Args:
        node: What is asked for.
        look: Where to look.
    """
    return _MATCHERS[type(node)](node, look)


def highlights(node: Node, look: Look, document: int) -> dict[str, list[str]]:
    """The texts of a document in which something was found, by column.

    Args:
        node: What was asked for.
        look: Where it was looked for.
        document: The document.
    """
    found: dict[str, str] = {}
    terms = [text for leaf in leaves(node) if (text := _expression(leaf, look))]
    if terms:
        found = look.shelf.highlights(document, " OR ".join(f"({text})" for text in terms), BEFORE, AFTER)
    return {name: [text] for name, text in found.items()}


def _everything(_node: Everything, look: Look) -> Hits:
    return dict.fromkeys(look.shelf.documents(), 1.0)


def _all(node: All, look: Look) -> Hits:
    found = [hits(part, look) for part in node.parts]
    common = set.intersection(*(set(one) for one in found))
    return {doc: sum(one[doc] for one in found) for doc in common}


def _any(node: Any, look: Look) -> Hits:
    found: Hits = {}
    for part in node.parts:
        for doc, score in hits(part, look).items():
            found[doc] = found.get(doc, 0.0) + score
    return found


def _without(node: Without, look: Look) -> Hits:
    unwanted = hits(node.part, look)
    return {doc: 0.0 for doc in look.shelf.documents() if doc not in unwanted}


def _preferring(node: Preferring, look: Look) -> Hits:
    wished = hits(node.wish, look)
    return {doc: score + wished.get(doc, 0.0) for doc, score in hits(node.part, look).items()}


def _leaf(node: Leaf, look: Look) -> Hits:
    text = _expression(node, look)
    found = look.shelf.match(text) if text else {}
    return {doc: score * node.boost for doc, score in found.items()}


_MATCHERS: dict[type, Callable[..., Hits]] = {
    Everything: _everything,
    All: _all,
    Any: _any,
    Without: _without,
    Preferring: _preferring,
    Words: _leaf,
    Fuzzy: _leaf,
    Pattern: _leaf,
}


def _expression(leaf: Leaf, look: Look) -> str:
    """A leaf as FTS5 has it, or nothing where it can match nothing."""
    columns = [name for name in look.columns if not leaf.column or name == leaf.column]
    numbers = [f"c{look.shelf.columns.index(name)}" for name in columns if name in look.shelf.columns]
    text = _phrases(leaf, look.shelf) if numbers else ""
    return f"{{{' '.join(numbers)}}} : ({text})" if text else ""


def _phrases(leaf: Leaf, shelf: Shelf) -> str:
    if isinstance(leaf, Words):
        return _row(leaf)
    return " OR ".join(_quoted(word) for word in _fitting(leaf, shelf))


def _row(leaf: Words) -> str:
    words = words_of(leaf.text)
    if not words:
        return ""
    if leaf.near is not None and len(words) > 1:
        return f"NEAR({' '.join(map(_quoted, words))}, {min(leaf.near, 100)})"
    return _quoted(" ".join(words)) + (" *" if leaf.prefix else "")


def _fitting(leaf: Fuzzy | Pattern, shelf: Shelf) -> Iterable[str]:
    """The words of the index that fit."""
    if isinstance(leaf, Pattern):
        fits = re.compile(folded(leaf.text) if leaf.text.isascii() and "\\" not in leaf.text else leaf.text).fullmatch
        found = [word for word in shelf.vocabulary() if fits(word)]
    else:
        found = _alike("".join(words_of(leaf.text)), leaf.mistakes, shelf.vocabulary())
    return found[:_MAX_WORDS]


def _alike(wanted: str, most: int, words: Iterable[str]) -> list[str]:
    """The words that are so few mistakes away; most are passed over by a look at their letters."""
    letters = frozenset(wanted)
    near = (word for word in words if abs(len(word) - len(wanted)) <= most and len(letters.difference(word)) <= most)
    return [word for word in near if distance(wanted, word, most) <= most]


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))
