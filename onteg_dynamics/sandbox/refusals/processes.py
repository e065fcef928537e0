"""Refusals of the messages that move sales and service along."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


def already_closed(table: str, state: str) -> Refusal:
    """A lead, opportunity, case, quote or order that is no longer open."""
    return Refusal(400, "0x80048408", f"The {table} cannot be closed because it is already in the {state} state.")


def wrong_state(message: str, table: str, state: str) -> Refusal:
    """A message that a row in this state does not take."""
    return Refusal(400, "0x80048408", f"{message} cannot be used with a {table} in the {state} state.")


def no_entity_map(source: str, target: str) -> Refusal:
    """Rows of one table that cannot begin as rows of another."""
    return Refusal(400, "0x80060419", f"There is no entity map from {source} to {target}.")


def no_rollup(column: str, table: str) -> Refusal:
    """A column that is no rollup column."""
    return Refusal(400, "0x80060888", f"The field '{column}' of the entity '{table}' is not a rollup field.")


def no_sender() -> Refusal:
    """An email that says from whom or to whom it goes in no word."""
    return Refusal(400, "0x80044201", "The e-mail must have at least one recipient and a sender before it can be sent.")


def already_sent() -> Refusal:
    """An email that is no draft."""
    return Refusal(
        400, "0x80048408", "The e-mail message has been sent already, or cannot be sent in its present state."
    )


def already_queued() -> Refusal:
    """A row that waits in a queue already."""
    text = "An active queue item already exists for the given object. Cannot create more than one active queue item"
    return Refusal(400, "0x80040526", f"{text} for this object.")


def not_in_source_queue() -> Refusal:
    """A row that is to leave a queue in which it is not. The code is that of a row which does not exist."""
    return Refusal(404, "0x80040217", "The given object has no active queue item in the source queue.")


def wrong_member(expected: str) -> Refusal:
    """A member of another kind than a marketing list holds."""
    return Refusal(400, "0x80040300", f"The list holds members of the type {expected} only.")


def list_locked() -> Refusal:
    """A marketing list that is locked, or dynamic."""
    return Refusal(400, "0x80040301", "The list is locked or dynamic; members cannot be added or removed.")
