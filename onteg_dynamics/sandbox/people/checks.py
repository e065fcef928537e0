"""What a write asks of a role, by the kind of write.

Follows "Security concepts in Microsoft Dataverse": a link needs Append on the row that points and AppendTo on the row
that it points at; a new owner needs Assign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.people.rights import Columns

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Navigation, Table
    from onteg_dynamics.sandbox.people.rights import Rights
    from onteg_dynamics.sandbox.world import World

Row = Mapping[str, Any]


def check_create(world: World, rights: Rights, table: Table, values: Row) -> None:
    """Refuses a new row that its maker may not create, or may not create for that owner.

    Args:
        world: The sandbox.
        rights: The maker's rights.
        table: The table.
        values: The stored columns that the payload gives.

    Raises:
        Refusal: 403; a privilege is missing, or does not reach the owner or a row that the new one points at.
    """
    rights.check("Create", table, _owned(world, rights, table, values))
    _check_lookups(world, rights, table, values, None)


def check_update(world: World, rights: Rights, table: Table, row: Row, values: Row) -> None:
    """Refuses changes to a row that is out of reach.

    Args:
        world: The sandbox.
        rights: The rights of whoever changes it.
        table: The table.
        row: The stored row.
        values: The columns to change.

    Raises:
        Refusal: 403; a privilege is missing, or does not reach the row or one that it will point at.
    """
    rights.check("Write", table, row)
    if "ownerid" in values and values["ownerid"] != row.get("ownerid"):
        rights.check("Assign", table, row)
    _check_lookups(world, rights, table, values, row)


def check_link(rights: Rights, navigation: Navigation, near: tuple[Table, Row], far: tuple[Table, Row] | None) -> None:
    """Refuses to tie two rows together, or to part them.

    Args:
        rights: The rights of whoever does it.
        navigation: The navigation property that is used.
        near: The row that it belongs to, with its table.
        far: The row at its other end, or None where a lookup is emptied.

    Raises:
        Refusal: 403; Append or AppendTo is missing, or does not reach the row.
    """
    points, target = (far, near) if navigation.kind == "collection" else (near, far)
    if points is not None:
        rights.check("Append", *points)
    if target is not None:
        rights.check("AppendTo", *target)


def _owned(world: World, rights: Rights, table: Table, values: Row) -> dict[str, Any]:
    """The new row with its owner and his business unit, as they will be."""
    owner, kind = values.get("ownerid") or rights.principal.id, values.get("ownerid__table") or "systemuser"
    found = {**values, "ownerid": owner}
    columns = Columns.of(table)
    if columns.unit == "owningbusinessunit":
        known = world.store.get(world.model.tables[kind], owner)
        found["owningbusinessunit"] = (known or {}).get("businessunitid") or rights.principal.unit
    return found


def _check_lookups(world: World, rights: Rights, table: Table, values: Row, row: Row | None) -> None:
    for name, target_id in values.items():
        column = table.columns.get(name)
        if column is None or not column.is_lookup or name == "ownerid" or not target_id:
            continue
        if row is None:
            rights.demand_on("Append", table)
        else:
            rights.check("Append", table, row)
        rights.check_id("AppendTo", world.model.tables[values[f"{name}__table"]], target_id)
