"""What the platform fills in of a new attachment: its activity, the kind of that, and its number there."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.world import World

_TABLE, _ANY = "activitymimeattachment", "activitypointer"


def settle_attachment(world: World, values: dict[str, Any]) -> None:
    """Completes the stored values of a new attachment in place."""
    owner, kind = values.get("objectid"), values.get("objectid__table")
    if owner is None or kind is None:
        return
    if kind == _ANY:
        kind = values["objectid__table"] = _kind_of(world, owner)
    values["objecttypecode"] = kind
    table = world.model.table(kind)
    if table is not None and table.is_activity:
        values |= {"activityid": owner, "activityid__table": _ANY}
    if values.get("attachmentnumber") is None:
        numbers = world.store.select(_TABLE, {"objectid": owner}, ["attachmentnumber"])
        values["attachmentnumber"] = max((row["attachmentnumber"] or 0 for row in numbers), default=0) + 1


def _kind_of(world: World, activity: str) -> str:
    """The table of an activity that was named as an activity only."""
    found = world.store.select(_ANY, {"activityid": activity}, ["activitytypecode"], limit=1)
    return str(found[0]["activitytypecode"]) if found else _ANY
