"""Deleting a row, and what its relationships then do ("Configure table relationship cascading behavior")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import release_files
from onteg_dynamics.sandbox.model import ManyToOne, Table
from onteg_dynamics.sandbox.people.sharing import SHARES, drop_shares
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.draft import lookup_values
from onteg_dynamics.sandbox.write.fill import stamp_change
from onteg_dynamics.sandbox.write.profile import profile


def delete_row(world: World, caller: Caller, table: Table, row: dict[str, Any]) -> None:
    """Deletes a row; rows that point at it are kept from it, unlinked or deleted too, as their relationship says.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who deletes.
        table: The table.
        row: The stored row.

    Raises:
        Refusal: A relationship with Restrict still has rows, here or further down.
    """
    if table.is_view or table.is_intersect or table.logical_name == SHARES:
        raise refusals.abstract_table(table.logical_name)
    if caller.rights is not None:
        caller.rights.check("Delete", table, row)
    _delete(world, caller, table, row, set())


def _delete(world: World, caller: Caller, table: Table, row: dict[str, Any], seen: set[str]) -> None:
    row_id = str(row[table.primary_id])
    if row_id in seen:
        return
    seen.add(row_id)
    happening = world.hooks.begin(world, caller, "Delete", table, row_id, before=row)
    for relation in world.model.pointing_at(table.logical_name):
        _release(world, caller, relation, row_id, seen)
    _leave_pairs(world, table, row_id)
    drop_shares(world, row_id)
    release_files(world, profile(table), row)
    world.store.delete(table, row_id)
    world.hooks.end(world, happening)


def _release(world: World, caller: Caller, relation: ManyToOne, row_id: str, seen: set[str]) -> None:
    """Frees the rows that point at a row over one relationship."""
    source = world.model.tables[relation.table]
    column = source.columns.get(relation.column)
    if source.is_view or column is None or not column.is_lookup or relation.cascade.delete == "NoCascade":
        return
    match = {relation.column: row_id, f"{relation.column}__table": relation.target}
    for found in world.store.select(source.logical_name, match):
        if str(found[source.primary_id]) in seen:
            continue
        if relation.cascade.delete == "Restrict":
            raise refusals.delete_restricted(relation.target, row_id, relation.schema_name)
        if relation.cascade.delete == "Cascade":
            _delete(world, caller, source, found, seen)
        else:
            _unlink(world, caller, source, str(found[source.primary_id]), relation.column)


def _unlink(world: World, caller: Caller, source: Table, row_id: str, column: str) -> None:
    values = lookup_values(column, None, None)
    stamp_change(world, caller, profile(source), values)
    world.store.update(source, row_id, values)


def _leave_pairs(world: World, table: Table, row_id: str) -> None:
    for many in world.model.many_to_many:
        intersect = world.model.tables[many.intersect]
        for own, column in ((many.table1, many.column1), (many.table2, many.column2)):
            if own != table.logical_name:
                continue
            for found in world.store.select(intersect.logical_name, {column: row_id}):
                world.store.delete(intersect, str(found[intersect.primary_id]))
