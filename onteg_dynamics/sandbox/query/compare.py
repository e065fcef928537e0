"""Comparisons as SQL: ``ne`` and negated patterns find rows without a value too, as the service does it."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.query.sql import Sql
from onteg_dynamics.sandbox.store.like import needs_own_like

SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def compare_literal(name: str, operator: str, value: Any) -> Sql:
    """A column compared with a value; letters beyond ASCII compare without regard to case too.

    Args:
        name: The column's SQL.
        operator: ``eq``, ``ne``, ``gt``, ``ge``, ``lt`` or ``le``.
        value: The value as the store keeps it; not null.
    """
    mark = "?"
    if isinstance(value, str) and not value.isascii():
        name, mark = f"fold({name})", "fold(?)"
    text = f"{name} {SIGNS[operator]} {mark}"
    return Sql(f"({text} OR {name} IS NULL)" if operator == "ne" else text, (value,))


def compare_columns(one: str, other: str, operator: str) -> Sql:
    """Two columns compared."""
    return Sql(f"{one} IS NOT {other}" if operator == "ne" else f"{one} {SIGNS[operator]} {other}")


def like(name: str, pattern: str, *, negated: bool) -> Sql:
    """A LIKE condition; its opposite finds rows without a value too."""
    text = f"likes(?, {name})" if needs_own_like(pattern) else f"{name} LIKE ?"
    return Sql(f"(NOT {text} OR {name} IS NULL)" if negated else text, (pattern,))
