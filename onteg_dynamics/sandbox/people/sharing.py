"""Shared rows: who has which access to a row of somebody else, kept as the PrincipalObjectAccess table."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.store import Store
    from onteg_dynamics.sandbox.world import World

SHARES = "principalobjectaccess"


def shared_mask(store: Store, row_id: str, principals: Iterable[str]) -> int:
    """The access rights that a row's shares give to some principals together."""
    wanted, mask = set(principals), 0
    for share in store.select(SHARES, {"objectid": row_id}, ("principalid", "accessrightsmask")):
        if share["principalid"] in wanted:
            mask |= int(share["accessrightsmask"] or 0)
    return mask


def shares_of(store: Store, row_id: str) -> list[dict[str, Any]]:
    """A row's shares, the oldest first."""
    found = store.select(SHARES, {"objectid": row_id})
    return sorted(found, key=lambda share: int(share["versionnumber"]))


def set_share(world: World, target: tuple[Table, str], principal: tuple[str, str], mask: int) -> None:
    """Gives a principal exactly these access rights to a row; none at all takes the share away.

    Args:
        world: The sandbox; a transaction is open.
        target: The row's table and id.
        principal: ``systemuser`` or ``team``, and its id.
        mask: The access rights.
    """
    shares, (table, row_id), (kind, own) = world.model.tables[SHARES], target, principal
    match = {"objectid": row_id, "principalid": own}
    for share in world.store.select(SHARES, match, (shares.primary_id,)):
        world.store.delete(shares, str(share[shares.primary_id]))
    if mask:
        about = {"objecttypecode": table.logical_name, "principaltypecode": kind}
        stamps = {"changedon": world.now(), "versionnumber": world.store.next_version()}
        access = {"accessrightsmask": mask, "inheritedaccessrightsmask": 0}
        world.store.insert(SHARES, {shares.primary_id: str(uuid.uuid4()), **match, **about, **access, **stamps})


def drop_shares(world: World, row_id: str) -> None:
    """Takes away the shares of a row that goes, and what was shared with it."""
    shares = world.model.tables[SHARES]
    for column in ("objectid", "principalid"):
        for share in world.store.select(SHARES, {column: row_id}, (shares.primary_id,)):
            world.store.delete(shares, str(share[shares.primary_id]))
