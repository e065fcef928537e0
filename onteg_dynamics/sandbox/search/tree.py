"""What a search text asks for, as a tree: frozen data, without an index in mind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A word, several in a row (a phrase), or the beginning of one.

    Attributes:
        text: As it was typed.
        prefix: True where the last word may go on.
        near: How many words may stand between; None where they must follow one another.
        boost: How much a match counts.
        column: The only column to look into; empty for all.
    """

    text: str
    prefix: bool = False
    near: int | None = None
    boost: float = 1.0
    column: str = ""


@dataclass(frozen=True)
class Fuzzy:
    """A word with up to so many mistakes."""

    text: str
    mistakes: int
    boost: float = 1.0
    column: str = ""


@dataclass(frozen=True)
class Pattern:
    """Words that a regular expression fits, from end to end."""

    text: str
    boost: float = 1.0
    column: str = ""


@dataclass(frozen=True)
class Everything:
    """Every row: ``*``."""


@dataclass(frozen=True)
class All:
    """All parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Any:
    """One part or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Without:
    """What the part does not match."""

    part: Node


@dataclass(frozen=True)
class Preferring:
    """What the part matches; a match of the wish counts more."""

    part: Node
    wish: Node


Leaf = Words | Fuzzy | Pattern
Node = Leaf | Everything | All | Any | Without | Preferring


def leaves(node: Node) -> list[Leaf]:
    """The words that a match is made of; what must not be there is not among them."""
    if isinstance(node, All | Any):
        return [leaf for part in node.parts for leaf in leaves(part)]
    if isinstance(node, Preferring):
        return [*leaves(node.part), *leaves(node.wish)]
    return [node] if isinstance(node, Words | Fuzzy | Pattern) else []


def blurred(node: Node) -> Node:
    """The same with a mistake allowed in each word: what a best-effort search tries when nothing is found."""
    if isinstance(node, All | Any):
        return type(node)(tuple(blurred(part) for part in node.parts))
    if isinstance(node, Preferring):
        return Preferring(blurred(node.part), blurred(node.wish))
    if isinstance(node, Words) and " " not in node.text.strip():
        return Fuzzy(node.text, 2 if len(node.text) > 4 else 1, node.boost, node.column)
    return node
