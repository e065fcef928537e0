"""SQL Server's LIKE: ``%``, ``_``, ``[a-c]`` and ``[^x]``, without regard to case."""

from __future__ import annotations

import re
from functools import lru_cache


def needs_own_like(pattern: str) -> bool:
    """True where SQLite's LIKE is not enough: character classes, or letters beyond ASCII."""
    return "[" in pattern or not pattern.isascii()


def likes(pattern: str | None, text: str | None) -> int | None:
    """1 where a text fits a LIKE pattern, 0 where it does not, None where one of them is null."""
    if pattern is None or text is None:
        return None
    return int(_compiled(pattern).fullmatch(str(text)) is not None)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        part, position = _part(pattern, position)
        parts.append(part)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _part(pattern: str, position: int) -> tuple[str, int]:
    letter = pattern[position]
    if letter == "%":
        return ".*", position + 1
    if letter == "_":
        return ".", position + 1
    end = pattern.find("]", position + 2) if letter == "[" else -1
    if end < 0:
        return re.escape(letter), position + 1
    return _class(pattern[position + 1 : end]), end + 1


def _class(members: str) -> str:
    negated, members = members.startswith("^"), members.removeprefix("^")
    inside = re.sub(r"([\\\]\[^&~|])", r"\\\1", members)
    try:
        re.compile(f"[{inside}]")
    except re.error:
        return re.escape(f"[{members}]")
    return f"[{'^' if negated else ''}{inside}]"
