"""Whether search is there, for which tables and columns, and how large the index is.

Follows "Dataverse Search statistics and status".
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.search.columns import Fields, indexed_fields
from onteg_dynamics.sandbox.world import World

_FIXED = {
    "ownerid": "b_0",
    "owningbusinessunit": "c_0",
    "versionnumber": "e_0",
    "statecode": "f_0",
    "statuscode": "g_0",
    "entityimage_url": "h_0",
    "createdon": "i_0",
    "modifiedon": "j_0",
}
_MEGABYTE = 1024 * 1024


def is_enabled(world: World) -> bool:
    """True where the organisation's row says that there is search."""
    rows = world.store.select("organization", {}, ("isexternalsearchindexenabled",), limit=1)
    return bool(rows and rows[0]["isexternalsearchindexenabled"])


def status(world: World) -> dict[str, Any]:
    """The status: which tables and columns are in the index.

    Args:
        world: The sandbox.
    """
    if not is_enabled(world):
        return {"value": {"status": "notprovisioned", "lockboxstatus": "Unknown"}}
    moment = f"{world.clock():%m/%d/%Y %H:%M:%S}"
    tables = [_table(world, fields, moment) for fields in indexed_fields(world).values()]
    return {
        "value": {
            "entitystatusresults": tables,
            "manytomanyrelationshipsyncstatus": [],
            "status": "provisioned",
            "lockboxstatus": "Disabled",
            "cmkstatus": "Disabled",
        },
    }


def statistics(world: World) -> dict[str, Any]:
    """How many rows the index has, and how much text.

    Args:
        world: The sandbox.
    """
    enabled = indexed_fields(world).values() if is_enabled(world) else ()
    shelves = [world.search.shelf(world.store, fields) for fields in enabled]
    size = sum(shelf.size() for shelf in shelves)
    count = sum(shelf.count() for shelf in shelves)
    found = {"storagesizeinbytes": size, "storagesizeinmb": size // _MEGABYTE, "documentcount": count}
    return {"value": found}


def _table(world: World, fields: Fields, moment: str) -> dict[str, Any]:
    table = fields.table
    version = world.search.shelf(world.store, fields).version
    return {
        "entitylogicalname": table.logical_name,
        "objecttypecode": table.object_type_code,
        "primarynamefield": table.primary_name,
        "lastdatasynctimestamp": f"{max(version, 0)}!{moment}",
        "lastprincipalobjectaccesssynctimestamp": f"0!{moment}",
        "entitystatus": "EntitySyncComplete",
        "searchableindexedfieldinfomap": {
            name: {"indexfieldname": _name(fields, name, number)} for number, name in enumerate(fields.known)
        },
    }


def _name(fields: Fields, name: str, number: int) -> str:
    """What the index calls a column; the same in every environment."""
    own = {fields.table.primary_id: "a_0", str(fields.table.primary_name): "d_0", **_FIXED}
    return own.get(name, f"a{number:02d}")
