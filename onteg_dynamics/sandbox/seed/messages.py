"""The messages of the service as rows: what clients ask to learn whether a table takes bulk messages."""

from __future__ import annotations

from collections.abc import Iterable

from onteg_dynamics.sandbox.model import Table, stable_id
from onteg_dynamics.sandbox.world import World

SINGLE = ("Create", "Retrieve", "RetrieveMultiple", "Update", "Delete")
BULK = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")
ELASTIC = ("DeleteMultiple",)  # of elastic tables only
LINKS = ("Associate", "Disassociate")  # of no table in particular


def lay_messages(world: World) -> None:
    """Writes the messages, and a filter for each table that takes them."""
    for name in (*SINGLE, *BULK, *ELASTIC, *LINKS):
        _insert(world, "sdkmessage", _id(name), name=name, isprivate=0, autotransact=1, availability=0)
    for table in world.model.tables.values():
        if not table.bare:
            lay_filters(world, table)


def lay_filters(world: World, table: Table) -> None:
    """Writes what says that a table takes the messages."""
    for name in _taken(table):
        own = stable_id("seed", "sdkmessagefilter", name, table.logical_name)
        link = {"sdkmessageid": _id(name), "sdkmessageid__table": "sdkmessage"}
        known = {"primaryobjecttypecode": table.logical_name, "iscustomprocessingstepallowed": 1, "isvisible": 1}
        _insert(world, "sdkmessagefilter", own, **link, **known)


def lift_filters(world: World, table: Table) -> None:
    """Removes what says that a table takes messages; the table is going."""
    filters = world.model.tables["sdkmessagefilter"]
    match = {"primaryobjecttypecode": table.logical_name}
    for row in world.store.select(filters.logical_name, match, (filters.primary_id,)):
        world.store.delete(filters, str(row[filters.primary_id]))


def _taken(table: Table) -> Iterable[str]:
    if table.is_view or table.is_intersect:
        return ("Retrieve", "RetrieveMultiple")
    return (*SINGLE, *BULK, *ELASTIC) if table.is_elastic else (*SINGLE, *BULK)


def _id(name: str) -> str:
    return stable_id("seed", "sdkmessage", name)


def _insert(world: World, table: str, own: str, /, **values: object) -> None:
    key = world.model.tables[table].primary_id
    stamps = {"createdon": world.now(), "modifiedon": world.now(), "versionnumber": world.store.next_version()}
    world.store.insert(table, {key: own, **stamps, **values})
