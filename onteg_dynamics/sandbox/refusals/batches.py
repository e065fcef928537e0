"""Batches that cannot be read."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, PAYLOAD_CODE, Refusal


def missing_content_id() -> Refusal:
    """A change-set part without its Content-ID."""
    return Refusal(400, ODATA_CODE, "Content-ID header not present in the changeset request part.")


def duplicate_content_id(value: str) -> Refusal:
    """Two parts of a batch share a Content-ID."""
    return Refusal(400, ODATA_CODE, f"The content ID '{value}' was found more than once in the same batch.")


def unknown_content_id(value: str) -> Refusal:
    """A ``$n`` that no earlier part of the change set carries."""
    return Refusal(400, ODATA_CODE, f"Content-ID Reference: '{value}' does not exist in the batch context.")


def bad_batch(detail: str) -> Refusal:
    """A batch envelope that cannot be read."""
    return Refusal(400, PAYLOAD_CODE, f"Error identified in Payload provided by the user for Entity :'', {detail}")


def too_many_operations(limit: int) -> Refusal:
    """More operations than one batch may hold."""
    return Refusal(400, "0x80060888", f"The number of operations in the batch exceeds the limit of {limit}.")
