"""Alternate keys: no two rows with the same values ("Define alternate keys for a table")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.draft import lookup_values
from onteg_dynamics.sandbox.write.references import key_values
from onteg_dynamics.sandbox.write.values import stored_value


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
    """The stored columns that an alternate key in the address gives to a row that it creates.

    Raises:
        Refusal: A value is too long, out of range, no option, or names a row that is not there.
    """
    found: dict[str, Any] = {}
    for name, value in key_values(table, key).items():
        column = table.columns[name]
        if column.is_lookup:
            found |= _link(world, column, value)
        else:
            found[name] = stored_value(column, value, table.entity_set_name)
    return found


def _link(world: World, column: Column, row_id: str | None) -> dict[str, Any]:
    """A lookup set by an id alone: its table is the one that has such a row."""
    if row_id is None:
        return lookup_values(column.logical_name, None, None)
    for name in column.targets:
        target = world.model.table(name)
        if target is not None and world.store.exists(target, row_id):
            return lookup_values(column.logical_name, name, row_id)
    raise refusals.no_such_row(column.targets[0], row_id)
