"""Members of marketing lists.

Implements the action AddListMembersList of the Web API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.paging import every_row
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps
from onteg_dynamics.dataverse.standing import Standing, reference, standing
from onteg_dynamics.dataverse.tables import Table

__all__ = ["Joined", "add_members", "members_of"]

_ACTIVE = 0
_KINDS = {1: "account", 2: "contact", 4: "lead"}
_CHUNK = 500  # members in one message
_ASKED = 40  # ids in one filter, well below the longest URL


@dataclass(frozen=True)
class Joined:
    """What came of adding members.

    Attributes:
        list_id: GUID of the marketing list.
        table: the table of its members.
        added: GUIDs of the rows that are new in it.
        already: GUIDs of those that were in it before.
    """

    list_id: str
    table: str
    added: list[str]
    already: list[str]


def add_members(link: Link, marketing_list: Any, members: Iterable[str]) -> Joined:
    """Put rows into a static marketing list. Those that are in it already stay.

    Args:
        link: the client at work.
        marketing_list: what names the list; see `row_meant`.
        members: GUIDs of accounts, contacts or leads, whichever the list is for.

    Raises:
        InputError: the list is inactive, locked, or dynamic. Nothing was sent.
        ServiceError: the service refuses it, as where a row is of another table.
    """
    at, table = _list(link, marketing_list)
    at.must_be({_ACTIVE}, "changed")
    if at.row.get("type"):
        raise at.refused("is a dynamic list: its query says who is in it", "Change the query, or use a static list.")
    if at.row.get("lockstatus"):
        raise at.refused("is locked", "Unlock it first: Update Record with lockstatus false.")
    wanted = list(dict.fromkeys(members))
    there = set(_there(link, at, table, wanted))
    new = [one for one in wanted if one not in there]
    for chunk in _chunks(new, _CHUNK):
        body = {"List": reference(at.table, at.id), "Members": [reference(table, one) for one in chunk]}
        # Who is in the list already stays: a lost answer does no harm.
        link.send(Request("POST", "AddListMembersList", dumps(body), JSON_BODY))
    link.call.usage.add(rows=len(new))
    return Joined(at.id, table.name, new, [one for one in wanted if one in there])


def members_of(link: Link, marketing_list: Any, field: str) -> tuple[Table, list[str]]:
    """The table and the GUIDs of a static marketing list's members.

    Args:
        link: the client at work.
        marketing_list: what names the list; see `row_meant`.
        field: what it is called where something is wrong with it.

    Raises:
        InputError: the list is dynamic.
    """
    at, table = _list(link, marketing_list, field)
    if at.row.get("type"):
        raise at.refused("is a dynamic list: its query says who is in it", "Run that query, and give its rows.")
    return table, list(_members(link, at, table))


def _list(link: Link, value: Any, field: str = "list") -> tuple[Standing, Table]:
    at = standing(link, link.table("list"), value, field, ("createdfromcode", "type", "lockstatus"))
    return at, link.table(_KINDS.get(at.row.get("createdfromcode") or 0, "contact"))


def _there(link: Link, at: Standing, table: Table, ids: Sequence[str]) -> Iterator[str]:
    for chunk in _chunks(ids, _ASKED):
        yield from _members(link, at, table, " or ".join(f"{table.primary_id} eq {one}" for one in chunk))


def _members(link: Link, at: Standing, table: Table, condition: str = "") -> Iterator[str]:
    """The GUIDs of a list's members, of all or of those that match."""
    options = {"$select": table.primary_id, "$filter": condition or None}
    path = f"{at.path}/list{table.name}_association{query_string(options)}"
    return (row[table.primary_id] for row in every_row(link, path))


def _chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
