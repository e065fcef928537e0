"""Saying no to SQL: a part is read only where it has nothing but what is read of it."""

from __future__ import annotations

from sqlglot import exp

from onteg_dynamics.sandbox import refusals


def only(node: exp.Expression, *names: str) -> None:
    """Refuses a part that has more than these members.

    Raises:
        Refusal: It has.
    """
    more = sorted(name for name, value in node.args.items() if value and name.rstrip("_") not in names)
    if more:
        raise unsupported(f"{type(node).__name__} with {', '.join(name.rstrip('_') for name in more)}")


def unsupported(what: str) -> refusals.Refusal:
    """What the SQL of the Web API does not have."""
    return refusals.query_error(f"The SQL query is not supported: {what}.")
