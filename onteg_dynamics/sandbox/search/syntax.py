"""A search text → its tree, in the simple and in the Lucene syntax ("Dataverse Search query", "search parameter")."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from onteg_dynamics.sandbox import refusals
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
)

_MAX_DEPTH = 25
_SIMPLE = re.compile(
    r"""\s*(?:(?P<phrase>"(?:\\.|[^"\\])*")|(?P<mark>[+|()])|(?P<word>(?:\\.|[^\s+|()"\\])+))""",
    re.DOTALL,
)
_LUCENE = re.compile(
    r"""\s*(?:(?P<field>\w+):(?=\S))?(?:(?P<phrase>"(?:\\.|[^"\\])*")(?P<near>~\d+)?(?P<boost1>\^\d+(?:\.\d+)?)?"""
    r"""|(?P<regex>/(?:\\.|[^/\\])*/)(?P<boost2>\^\d+(?:\.\d+)?)?|(?P<mark>&&|\|\||[()!+]|-(?!\s|$)|\u2013)"""
    r"""|(?P<word>(?:\\.|[^\s()!"~^&|:\\/]|&(?!&)|\|(?!\|)|:|/)+)(?P<fuzzy>~\d?)?(?P<boost3>\^\d+(?:\.\d+)?)?)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WILD = re.compile(r"(?<!\\)[*?]")
_REGEX_MARKS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<mark>[()*+{|])", re.DOTALL)
_MAX_REPEATS = 4
_MINUS = ("-", "!", "NOT", "\u2013")

Token = tuple[str, Node | None]


def parse_search(text: str, *, lucene: bool, match_all: bool) -> Node:
    """The tree of a search text.

    Args:
        text: What was typed.
        lucene: True for the Lucene syntax.
        match_all: True where all words must match, and not just one of them.

    Raises:
        Refusal: It cannot be read.
    """
    if text.strip() == "*":
        return Everything()
    tokens = _lucene_tokens(text) if lucene else _simple_tokens(text)
    reader = _Reader(tokens, match_all=match_all)
    found = reader.either(0)
    if reader.rest:
        raise refusals.search_syntax(text)
    return found or Any(())


class _Reader:
    """Reads tokens: ``|`` binds least, then words side by side, then ``+``; ``-`` belongs to its word."""

    def __init__(self, tokens: list[Token], *, match_all: bool) -> None:
        self.rest = tokens
        self._all = match_all

    def either(self, depth: int) -> Node | None:
        """Alternatives."""
        if depth > _MAX_DEPTH:
            raise refusals.search_syntax("(…")
        parts = [self._side_by_side(depth)]
        while self._take("|"):
            parts.append(self._side_by_side(depth))
        found = [part for part in parts if part is not None]
        return _one_or(Any, found)

    def _side_by_side(self, depth: int) -> Node | None:
        """Words one after the other: required (``+``), unwanted (``-``), and the others."""
        required: list[Node] = []
        unwanted: list[Node] = []
        others: list[Node] = []
        while self.rest and self.rest[0][0] not in {"|", ")"}:
            sign = self._take("&&") or self._take("+") or self._take("-")
            node = self._together(depth)
            if node is not None:
                {"+": required, "-": unwanted}.get(sign, others).append(node)
        return self._sequence(required, unwanted, others)

    def _together(self, depth: int) -> Node | None:
        """Words that a sign for "and" joins."""
        parts = [self._one(depth)]
        while self._take("&&"):
            parts.append(self._one(depth))
        return _one_or(All, [part for part in parts if part is not None])

    def _one(self, depth: int) -> Node | None:
        if self._take("-"):
            found = self._one(depth)
            return None if found is None else Without(found)
        if self._take("("):
            found = self.either(depth + 1)
            self._take(")")  # an open bracket ends with the text, as in Lucene's own simple parser
            return found
        if not self.rest or self.rest[0][1] is None:
            return None
        return self.rest.pop(0)[1]

    def _sequence(self, required: list[Node], unwanted: list[Node], others: list[Node]) -> Node | None:
        """``-`` means "and not" beside a required word or where all words must match, "or not" elsewhere."""
        refused: list[Node] = [Without(node) for node in unwanted]
        if self._all:
            return _one_or(All, [*required, *others, *refused])
        if not required:
            return _one_or(Any, [*others, *refused])
        needed = _one_or(All, [*required, *refused])
        assert needed is not None
        return Preferring(needed, Any(tuple(others))) if others else needed

    def _take(self, mark: str) -> str:
        if self.rest and self.rest[0] == (mark, None):
            self.rest.pop(0)
            return mark
        return ""


def _one_or(kind: Callable[[tuple[Node, ...]], Node], parts: list[Node]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _simple_tokens(text: str) -> list[Token]:
    """In the simple syntax ``+`` joins its two sides, and ``-`` counts at a word's beginning only."""
    tokens: list[Token] = []
    for match in _SIMPLE.finditer(text):
        word, phrase, mark = match["word"], match["phrase"], match["mark"]
        if mark:
            tokens.append(("&&" if mark == "+" else mark, None))
        elif phrase:
            tokens.append(("word", Words(_plain(phrase[1:-1]))))
        else:
            bare = word.lstrip("-")
            tokens += [("-", None)] * min(1, len(word) - len(bare))
            tokens += [("word", _word(bare))] if bare else []
    return tokens


def _word(text: str) -> Words:
    prefix = text.endswith("*") and not text.endswith("\\*")
    return Words(_plain(text[:-1] if prefix else text), prefix=prefix)


def _lucene_tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _LUCENE.finditer(text):
        mark, word = match["mark"], match["word"]
        if mark or word in {"AND", "OR", "NOT"}:
            tokens.append((_SIGNS[mark or word], None))
        else:
            tokens.append(("word", _leaf(match)))
    return tokens


_SIGNS = {"AND": "&&", "&&": "&&", "OR": "|", "||": "|", "+": "+", "(": "(", ")": ")", **dict.fromkeys(_MINUS, "-")}


def _leaf(match: re.Match[str]) -> Leaf:
    boost = next((match[name] for name in ("boost1", "boost2", "boost3") if match[name]), "^1")
    found = _bare_leaf(match)
    return replace(found, boost=float(boost[1:]), column=match["field"] or "")


def _bare_leaf(match: re.Match[str]) -> Leaf:
    if match["phrase"]:
        near = int(match["near"][1:]) if match["near"] else None
        return Words(_plain(match["phrase"][1:-1]), near=near)
    if match["regex"]:
        return Pattern(checked_pattern(match["regex"][1:-1]))
    word = match["word"]
    if match["fuzzy"]:
        return Fuzzy(_plain(word), min(int(match["fuzzy"][1:] or 2), 2))
    if _WILD.search(word.rstrip("*")):
        parts = re.split(r"(\\.|[*?])", word)
        return Pattern("".join({"*": ".*", "?": "."}.get(part) or re.escape(_plain(part)) for part in parts))
    return _word(word)


def checked_pattern(text: str) -> str:
    """A regular expression that Python can carry out in reasonable time.

    Raises:
        Refusal: It is none, or repeats a repetition.
    """
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise refusals.search_syntax(f"/{text}/") from error
    if _runs_away(text):
        raise refusals.search_syntax(f"/{text}/")
    return text


def _runs_away(text: str) -> bool:
    """True where an expression has many repetitions, or repeats a group with one or with alternatives in it."""
    groups: list[bool] = [False]
    repeats, risky_until = 0, -1
    for match in _REGEX_MARKS.finditer(text):
        mark = match["mark"]
        if mark == "(":
            groups.append(False)
        elif mark == ")":
            risky = groups.pop()
            groups[-1] = groups[-1] or risky
            risky_until = match.end() if risky else -1
        elif mark:
            repeats += mark != "|"
            groups[-1] = True
            if mark != "|" and match.start() == risky_until:
                return True
    return repeats > _MAX_REPEATS


def _plain(text: str) -> str:
    """Text without the backslashes of its escapes."""
    return _ESCAPED.sub(r"\1", text)
