"""Addresses: a path becomes segments, a segment a name with a key; and the literals that functions take.

Follows OData URL conventions 4.0, sections 4 and 5.1.1.6, as Dataverse reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query.split import pieces

NAMESPACE = "Microsoft.Dynamics.CRM."
_ENCODED = re.compile(r"%(27|28|29)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ENUM = re.compile(r"[A-Za-z_][\w.]*'(?P<member>[^']*)'")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Segment:
    """One step of an address; ``key`` is what stood between the parentheses, None where there were none."""

    name: str
    key: str | None = None

    @property
    def operation(self) -> str | None:
        """The name without the namespace of a bound function or action, or None where it is not qualified."""
        return self.name[len(NAMESPACE) :] if self.name.startswith(NAMESPACE) else None


def split_path(path: str) -> tuple[Segment, ...]:
    """The segments of a percent-encoded path.

    A slash inside a quoted key value belongs to the value.

    Raises:
        Refusal: The parentheses do not close.
    """
    readable = _ENCODED.sub(lambda match: unquote(match[0]), path)
    return tuple(_segment(piece) for piece in pieces(readable, "/") if piece)


def _segment(piece: str) -> Segment:
    text = unquote(piece)
    name, bracket, rest = text.partition("(")
    if not bracket:
        return Segment(text)
    if not rest.endswith(")"):
        raise refusals.bad_request_uri("Parentheses do not match.")
    return Segment(name, rest[:-1])


def arguments(text: str | None, aliases: Mapping[str, str]) -> dict[str, Any]:
    """The named arguments of a function: ``A='x',B=@p1`` with the aliases that the query gives.

    Args:
        text: What stands between the parentheses, or None.
        aliases: The query options whose names begin with ``@``.

    Returns:
        The values: text, number, Boolean, None, a list or an object.

    Raises:
        Refusal: An argument has no name, or a literal cannot be read.
    """
    found: dict[str, Any] = {}
    for piece in pieces(text or "", ","):
        if not piece.strip():
            continue
        name, equals, value = piece.partition("=")
        if not equals:
            raise refusals.bad_request_uri(f"'{piece}' is no argument.")
        value = value.strip()
        value = aliases.get(value, "null") if value.startswith("@") else value
        found[name.strip()] = literal(value)
    return found


def literal(text: str) -> Any:
    """One OData literal, or JSON, as a Python value.

    Raises:
        Refusal: It is neither.
    """
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if text[:1] in {"{", "["}:
        return _json(text)
    if match := _QUOTED.fullmatch(text):
        return match[1].replace("''", "'")
    if match := _ENUM.fullmatch(text):
        return match["member"]
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    return _bare(text)


def _bare(text: str) -> str:
    """GUIDs, dates and durations stand without quotes."""
    if not re.fullmatch(r"[\w.:+\-]+", text):
        raise refusals.bad_request_uri(f"'{text[:100]}' is no literal.")
    return text.lower() if _GUID.fullmatch(text) else text


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:  # the service reads single quotes too, as Microsoft's samples write them
        return orjson.loads(_QUOTED.sub(lambda match: orjson.dumps(match[1].replace("''", "'")).decode(), text))
    except orjson.JSONDecodeError as error:
        raise refusals.bad_request_uri("Invalid JSON.") from error


_QUOTED = re.compile(r"'((?:[^']|'')*)'")
