"""Cutting query text at marks that stand outside quotes and brackets."""

from __future__ import annotations

from collections.abc import Iterator

from onteg_dynamics.sandbox import refusals

_OPENING, _CLOSING = "([{", ")]}"


def pieces(text: str, mark: str) -> Iterator[str]:
    """The pieces between marks that stand outside quotes and brackets.

    Args:
        text: The text.
        mark: One character.

    Raises:
        Refusal: A quote or bracket is not closed.
    """
    depth, start, quote = 0, 0, ""
    for position, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter == "'" or (letter == '"' and depth):
            quote = letter
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == mark and depth == 0:
            yield text[start:position]
            start = position + 1
    if quote or depth:
        raise refusals.bad_request_uri(f"There is an unterminated literal or bracket in '{text[:200]}'.")
    yield text[start:]
