"""Searches that cannot be carried out."""

from __future__ import annotations

import math

from onteg_dynamics.sandbox.refusals.base import Refusal

SEARCH_CODE = "0x80048d0b"


def search_disabled() -> Refusal:
    """The environment has no search: an administrator has not turned it on."""
    return Refusal(400, SEARCH_CODE, "Dataverse Search feature is disabled for this organization.")


def search_text_length(least: int, most: int) -> Refusal:
    """A search text that is too short or too long."""
    return Refusal(400, SEARCH_CODE, f"The search term must be between {least} and {most} characters long.")


def search_syntax(text: str) -> Refusal:
    """A search text that cannot be read."""
    return Refusal(400, SEARCH_CODE, f"Failed to parse query string '{text}'.")


def search_parameter(name: str, why: str) -> Refusal:
    """A parameter that cannot be used."""
    return Refusal(400, SEARCH_CODE, f"The value of parameter '{name}' is not valid: {why}")


def search_table(name: str) -> Refusal:
    """A table that is not in the index."""
    return Refusal(400, "SearchableEntityNotFound", f"The table '{name}' is not enabled for Dataverse search.")


def search_too_often(wait: float) -> Refusal:
    """A user who does not wait a second between two searches, or all of them together above the limit."""
    message = "Search rate limit exceeded. Wait for the time that the Retry-After header tells, then try again."
    return Refusal(429, "0x80060308", message, {"Retry-After": str(max(1, math.ceil(wait)))})


def search_column(name: str, where: str) -> Refusal:
    """A column that is not in the index."""
    message = f"Invalid expression in '{where}': Could not find a property named '{name}' in the search index."
    return Refusal(400, SEARCH_CODE, message)
