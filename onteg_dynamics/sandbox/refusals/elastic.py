"""What elastic tables do without."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


def not_for_elastic(what: str) -> Refusal:
    """A definition that only standard tables can have."""
    return Refusal(400, "0x80040203", f"Elastic tables do not support this: {what}.")


def no_links() -> Refusal:
    """A query that joins an elastic table with another."""
    return Refusal(400, "0x80048d0b", "Link entities are not supported.")


def bad_partition(value: str) -> Refusal:
    """A partition with a character that no alternate key takes."""
    return Refusal(
        400, "0x80040203", f"The value '{value[:100]}' of partitionid has characters that are not supported."
    )


def no_delete_multiple() -> Refusal:
    """DeleteMultiple on a standard table."""
    return Refusal(501, "0x80040219", "DeleteMultiple has not yet been implemented.")
