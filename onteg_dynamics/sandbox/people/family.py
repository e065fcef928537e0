"""Rows below a row: what follows it when it gets another owner or is shared.

Follows "Configure table relationship cascading behavior": Cascade All, Active (rows that are active) and User-Owned
(rows that the same owner has).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import ManyToOne, Table
    from onteg_dynamics.sandbox.world import World

_FOLLOWS = frozenset({"Cascade", "Active", "UserOwned"})


def family(world: World, table: Table, row: Mapping[str, Any], setting: str) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The rows that follow a row, its children first, each of them once.

    Args:
        world: The sandbox.
        table: The row's table.
        row: The row as it was before the change.
        setting: Which setting of the relationships counts: ``assign``, ``share`` or ``unshare``.
    """
    seen = {str(row[table.primary_id])}
    waiting: list[tuple[Table, Mapping[str, Any]]] = [(table, row)]
    for parent_table, parent in waiting:
        for relation in world.model.pointing_at(parent_table.logical_name):
            for child_table, child in _children(world, relation, parent_table, parent, setting):
                own = str(child[child_table.primary_id])
                if own not in seen and _follows(getattr(relation.cascade, setting), child, row):
                    seen.add(own)
                    waiting.append((child_table, child))
                    yield child_table, child


def _children(
    world: World, relation: ManyToOne, table: Table, row: Mapping[str, Any], setting: str
) -> Iterator[tuple[Table, dict[str, Any]]]:
    source = world.model.tables[relation.table]
    column = source.columns.get(relation.column)
    if getattr(relation.cascade, setting) not in _FOLLOWS or source.is_view or source.ownership != "UserOwned":
        return
    if column is None or not column.is_lookup or source.bare:
        return
    match = {relation.column: row[table.primary_id], f"{relation.column}__table": relation.target}
    for child in world.store.select(source.logical_name, match):
        yield source, child


def _follows(setting: str, child: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    if setting == "Active":
        return child.get("statecode") == 0
    return setting == "Cascade" or child.get("ownerid") == first.get("ownerid")
