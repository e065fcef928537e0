"""Definitions that are not there."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


def no_such_table(member: str, wanted: str) -> Refusal:
    """No table of that name or metadata id."""
    if member == "MetadataId":
        return Refusal(404, "0x80040217", f"Could not find an entity with specified metadata id: {wanted}.")
    message = f"The entity with a name = '{wanted}' with namemapping = 'Logical' was not found in the MetadataCache."
    return Refusal(404, "0x80041102", message)


def no_such_column(table: str, wanted: str) -> Refusal:
    """No column of that name or metadata id in the table."""
    message = f"'{table}' entity doesn't contain attribute with Name = '{wanted}' and NameMapping = 'Logical'."
    return Refusal(404, "0x80041103", message)


def no_such_definition(kind: str, wanted: str) -> Refusal:
    """No key, relationship or global choice of that name or metadata id."""
    return Refusal(404, "0x80040217", f"Could not find {kind} with key {wanted}.")
