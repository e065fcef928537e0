"""The rows that somebody may see, as SQL: what stands after FROM in place of a table's name.

Follows "How access to a record is determined". Ids come from the store and are GUIDs, so they stand in the text itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.rights import Columns, Reach, Rights
from onteg_dynamics.sandbox.people.sharing import SHARES
from onteg_dynamics.sandbox.store.ddl import quoted


def readable(table: Table, rights: Rights | None) -> str:
    """A table, or what somebody may read of it.

    Args:
        table: The table.
        rights: His rights; None for everything.
    """
    source = quoted(table.logical_name)
    reach = Reach(everything=True) if rights is None else rights.reach("Read", table)
    if reach.everything:
        return source
    columns = Columns.of(table)
    parts = [_among(columns.owner, reach.owners), _among(columns.unit, reach.units), _shared(table, reach)]
    return f"(SELECT * FROM {source} WHERE {' OR '.join(filter(None, parts))})"


def _among(column: str | None, ids: Iterable[str]) -> str:
    found = _list(ids)
    return f"{quoted(column)} IN ({found})" if column and found else ""


def _shared(table: Table, reach: Reach) -> str:
    ids = _list(reach.owners)
    mask = "(accessrightsmask | inheritedaccessrightsmask)"
    rows = f"SELECT objectid FROM {SHARES} WHERE principalid IN ({ids}) AND {mask} & {reach.bit}"
    return f"{quoted(table.primary_id)} IN ({rows})"


def _list(ids: Iterable[str]) -> str:
    return ", ".join("'{}'".format(own.replace("'", "''")) for own in ids)
