"""``$filter`` over metadata: comparisons joined by and, or and not; paths into complex members; enum literals.

Follows "Query table definitions using the Web API": no functions, no labels.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata.members import MetadataType, Node

Predicate = Callable[[Node], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<enum>[A-Za-z_][\w.]*)?'(?P<text>(?:[^']|'')*)'"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w./]*)"
    r"|(?P<mark>[(),]))",
)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_DEEPEST = 100


def parse_filter(text: str, kind: MetadataType) -> Predicate:
    """The text of a ``$filter`` as a test on documents.

    Args:
        text: The filter, percent-decoded.
        kind: The type of the documents; its members are what paths may name.

    Raises:
        Refusal: The text cannot be read, or names what does not exist.
    """
    return _Parser(text, kind).whole()


class _Parser:
    def __init__(self, text: str, kind: MetadataType) -> None:
        self._text = text
        self._kind = kind
        self._tokens = list(_tokens(text))
        self._position = 0
        self._depth = 0

    def whole(self) -> Predicate:
        predicate = self._either()
        if self._position != len(self._tokens):
            raise self._wrong()
        return predicate

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._accept("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda node: any(part(node) for part in parts)

    def _both(self) -> Predicate:
        parts = [self._single()]
        while self._accept("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else lambda node: all(part(node) for part in parts)

    def _single(self) -> Predicate:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong()
        try:
            if self._accept("not"):
                inner = self._single()
                return lambda node: not inner(node)
            if self._accept("("):
                inner = self._either()
                self._expect(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Predicate:
        path = self._next("name")
        if self._peek() == ("mark", "("):
            raise refusals.metadata_function(path.rsplit(".", 1)[-1])
        read = _reader(path, self._kind)
        if self._position == len(self._tokens) or self._peek()[1] not in _OPERATORS:
            return lambda node: read(node) is True
        compare = _OPERATORS[self._next("name")]
        expected = self._literal()
        return lambda node: _compared(compare, read(node), expected)

    def _literal(self) -> Any:
        kind, value = self._take()
        if kind == "name":
            if value not in _WORDS:
                raise self._wrong()
            return _WORDS[value]
        if kind == "number":
            return float(value) if "." in value else int(value)
        if kind == "mark":
            raise self._wrong()
        return value.lower() if kind == "guid" else value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        if not token[0]:
            raise self._wrong()
        self._position += 1
        return token

    def _next(self, kind: str) -> str:
        found, value = self._take()
        if found != kind:
            raise self._wrong()
        return value

    def _accept(self, word: str) -> bool:
        found = self._peek() in {("name", word), ("mark", word)}
        self._position += found
        return found

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._wrong()

    def _wrong(self) -> refusals.Refusal:
        return refusals.query_error(f"Syntax error in '{self._text}'.")


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise refusals.query_error(f"Syntax error at position {position} in '{text}'.")
        kind = "text" if match["text"] is not None else str(match.lastgroup)
        found.append((kind, match[kind].replace("''", "'") if kind == "text" else match[kind]))
        position = match.end()
    return found


def _reader(path: str, kind: MetadataType) -> Callable[[Node], Any]:
    first, *rest = path.split("/")
    if first not in kind.members:
        raise refusals.unknown_property(first, kind.full_name)

    def read(node: Node) -> Any:
        value = node.value(first)
        for step in rest:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    return read


def _compared(compare: Callable[[Any, Any], bool], value: Any, expected: Any) -> bool:
    if isinstance(value, dict) and "Value" in value:  # a managed property stands for its value
        value = value["Value"]
    if compare in {operator.eq, operator.ne}:
        return compare(value, expected)
    same = isinstance(value, int | float) and isinstance(expected, int | float)
    return (same or (isinstance(value, str) and isinstance(expected, str))) and compare(value, expected)
