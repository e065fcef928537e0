"""Rows that are not there, that are there already, that must stay."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import Refusal


def no_such_row(table: str, row_id: str) -> Refusal:
    """No row with that primary key."""
    return Refusal(404, "0x80040217", f"Entity '{table}' With Id = {row_id} Does Not Exist")


def no_such_rows(display_name: str, row_ids: str) -> Refusal:
    """No rows with these primary keys, in a bulk message."""
    return Refusal(404, "0x80040217", f"{display_name} With Ids = {row_ids} Do Not Exist")


def no_row_for_key(table: str) -> Refusal:
    """No row with that alternate key."""
    message = f"A record with the specified key values does not exist in {table} entity"
    return Refusal(404, "0x80060891", message)


def duplicate_row() -> Refusal:
    """The primary key is taken."""
    return Refusal(412, "0x80040237", "A record with matching key values already exists.")


def duplicate_insert() -> Refusal:
    """The primary key is taken, as bulk messages and associations word it."""
    return Refusal(412, "0x80040237", "Cannot insert duplicate key.")


def duplicate_key(key: str, columns: str) -> Refusal:
    """An alternate key is taken."""
    return Refusal(
        412,
        "0x80060892",
        f"Entity Key {key} violated. A record with the same value for {columns} already exists. "
        "A duplicate record cannot be created. Select one or more unique values and try again.",
    )


def duplicate_detected() -> Refusal:
    """A published duplicate rule matches."""
    message = "A record was not created or updated because a duplicate of the current record already exists."
    return Refusal(412, "0x80040333", message)


def version_mismatch() -> Refusal:
    """If-Match names another version."""
    message = "The version of the existing record doesn't match the RowVersion property provided."
    return Refusal(412, "0x80060882", message)


def concurrency_not_enabled(table: str) -> Refusal:
    """Optimistic concurrency is off for the table."""
    return Refusal(400, "0x8006088D", f"Optimistic concurrency isn't enabled for entity type {table}.")


def delete_restricted(table: str, row_id: str, relationship: str) -> Refusal:
    """A relationship with Restrict still has rows."""
    return Refusal(
        405,
        "0x80040227",
        f"The object cannot be deleted because it is associated with another object. Entity: {table}, Id: {row_id}, "
        f"relationship: {relationship}.",
    )


def abstract_table(table: str) -> Refusal:
    """Rows of base types and intersect tables are made through other tables."""
    return Refusal(405, "0x80040800", f"The method does not support entities of type '{table}'.")


def half_a_pair(table: str, ends: str) -> Refusal:
    """A row of a many-to-many relationship in a data file that names one of its two rows only."""
    return Refusal(400, "", f"A row of {table} needs both {ends}.")
