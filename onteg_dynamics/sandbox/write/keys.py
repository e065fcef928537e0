"""Alternate keys: no two rows with the same values ("Define alternate keys for a table")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.draft import lookup_values
from onteg_dynamics.sandbox.write.references import key_values


def check_keys(world: World, table: Table, values: dict[str, Any], row: dict[str, Any]) -> None:
    """Refuses a row whose key values another row has.

    Args:
        world: The sandbox.
        table: The table.
        values: The columns to write.
        row: The row as it will be, with its primary key.

    Raises:
        Refusal: A key is taken.
    """
    for key in table.keys:
        if not key.is_active or values.keys().isdisjoint(key.columns):
            continue
        if any(row.get(name) is None for name in key.columns):
            continue
        match = {name: row[name] for name in key.columns}
        taken = world.store.select(table.logical_name, match, (table.primary_id,), limit=2)
        if any(other[table.primary_id] != row[table.primary_id] for other in taken):
            columns = ", ".join(table.columns[name].display_name or name for name in key.columns)
            raise refusals.duplicate_key(key.display_name, columns)


def values_from_key(world: World, table: Table, key: dict[str, Any]) -> dict[str, Any]:
    """The stored columns that an alternate key in the address gives to a row that it creates."""
    found: dict[str, Any] = {}
    for name, value in key_values(table, key).items():
        relations = [one for one in world.model.lookups_of(table.logical_name) if one.column == name]
        if table.columns[name].is_lookup and relations:
            found |= lookup_values(name, relations[0].target, value)
        else:
            found[name] = value
    return found
