"""Shared rows: who has which access to a row of somebody else, kept as the PrincipalObjectAccess table."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.people.family import family

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.store import Store
    from onteg_dynamics.sandbox.world import World

SHARES = "principalobjectaccess"
_OWN, _INHERITED = "accessrightsmask", "inheritedaccessrightsmask"


def shared_mask(store: Store, row_id: str, principals: Iterable[str]) -> int:
    """The access rights that a row's shares give to some principals together."""
    wanted, mask = set(principals), 0
    for share in store.select(SHARES, {"objectid": row_id}, ("principalid", _OWN, _INHERITED)):
        if share["principalid"] in wanted:
            mask |= whole_mask(share)
    return mask


def whole_mask(share: Mapping[str, Any]) -> int:
    """All access rights of a share: those of the row itself, and those that come from rows above it."""
    return int(share[_OWN] or 0) | int(share[_INHERITED] or 0)


def share_mask(store: Store, row_id: str, principal: str) -> int:
    """The access rights that a principal has been given to the row itself."""
    found = store.select(SHARES, {"objectid": row_id, "principalid": principal}, (_OWN,), limit=1)
    return int(found[0][_OWN] or 0) if found else 0


def shares_of(store: Store, row_id: str) -> list[dict[str, Any]]:
    """A row's shares, the oldest first."""
    found = store.select(SHARES, {"objectid": row_id})
    return sorted(found, key=lambda share: int(share["versionnumber"]))


def set_share(world: World, target: tuple[Table, str], principal: tuple[str, str], mask: int) -> None:
    """Gives a principal exactly these access rights to a row, and what lies below it inherits them.

    Args:
        world: The sandbox; a transaction is open.
        target: The row's table and id.
        principal: ``systemuser`` or ``team``, and its id.
        mask: The access rights; 0 takes the share away.
    """
    table, row_id = target
    _put(world, target, principal, {_OWN: mask})
    row = world.store.get(table, row_id)
    if row is None:
        return
    for below, child in family(world, table, row, "share" if mask else "unshare"):
        _put(world, (below, str(child[below.primary_id])), principal, {_INHERITED: mask})


def drop_shares(world: World, row_id: str) -> None:
    """Takes away the shares of a row that goes, and what was shared with it."""
    shares = world.model.tables[SHARES]
    for column in ("objectid", "principalid"):
        for share in world.store.select(SHARES, {column: row_id}, (shares.primary_id,)):
            world.store.delete(shares, str(share[shares.primary_id]))


def _put(world: World, target: tuple[Table, str], principal: tuple[str, str], masks: Mapping[str, int]) -> None:
    """Writes one share; without any right it goes."""
    shares, (table, row_id), (kind, own) = world.model.tables[SHARES], target, principal
    match = {"objectid": row_id, "principalid": own}
    known = world.store.select(SHARES, match, limit=1)
    values = {_OWN: 0, _INHERITED: 0, **(known[0] if known else {}), **masks}
    stamps = {"changedon": world.now(), "versionnumber": world.store.next_version()}
    if known and not whole_mask(values):
        world.store.delete(shares, str(known[0][shares.primary_id]))
    elif known:
        world.store.update(shares, str(known[0][shares.primary_id]), {**masks, **stamps})
    elif whole_mask(values):
        about = {"objecttypecode": table.logical_name, "principaltypecode": kind}
        world.store.insert(SHARES, {shares.primary_id: str(uuid.uuid4()), **match, **about, **values, **stamps})
