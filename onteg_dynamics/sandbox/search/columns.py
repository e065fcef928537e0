"""What is searched: tables that are in the index, and the columns that their Quick Find views name.

Follows "Search for Dataverse records", "Enable tables and columns for search".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defusedxml.ElementTree import ParseError, fromstring

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import World

QUICK_FIND = 4
"""The ``querytype`` of a Quick Find view."""

SETTING = "SyncToExternalSearchIndex"
_FROM_THE_START = frozenset(
    {
        "account",
        "appointment",
        "campaign",
        "competitor",
        "contact",
        "email",
        "incident",
        "invoice",
        "knowledgearticle",
        "lead",
        "letter",
        "opportunity",
        "phonecall",
        "product",
        "queue",
        "quote",
        "salesorder",
        "task",
        "team",
    },
)
_ALWAYS = (
    "ownerid",
    "owningbusinessunit",
    "versionnumber",
    "statecode",
    "statuscode",
    "entityimage_url",
    "createdon",
    "modifiedon",
)
_TEXTS = frozenset({"String", "Memo"})


@dataclass(frozen=True)
class Fields:
    """The columns of one table that the index knows.

    Attributes:
        table: The table.
        searched: Text columns that are searched, the primary name first.
        known: All columns that can be filtered, sorted and shown, those that are searched too.
    """

    table: Table
    searched: tuple[str, ...]
    known: tuple[str, ...]


def is_indexed(table: Table) -> bool:
    """True where a table is in the index: as its definition says, or from the start."""
    given = table.settings.get(SETTING)
    usable = table.primary_name is not None and table.change_tracking and not table.is_view and not table.bare
    return usable and (table.logical_name in _FROM_THE_START if given is None else bool(given))


def indexed_fields(world: World) -> dict[str, Fields]:
    """The tables in the index with their columns, by logical name."""
    views = dict(_quick_find(world))
    tables = [table for _, table in sorted(world.model.tables.items()) if is_indexed(table)]
    return {table.logical_name: _fields(table, *views.get(table.logical_name, ((), ()))) for table in tables}


def _quick_find(world: World) -> Iterable[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """For each Quick Find view its table, the columns that it looks into and those that it shows."""
    columns = ("returnedtypecode", "fetchxml")
    for row in world.store.select("savedquery", {"querytype": QUICK_FIND}, columns):
        try:
            tree = fromstring(row["fetchxml"] or "")
        except ParseError:
            continue
        group = ".//filter[@isquickfindfields='1']//condition"
        found = tuple(one.get("attribute", "") for one in tree.iterfind(group))
        yield str(row["returnedtypecode"]), (found, tuple(one.get("name", "") for one in tree.iter("attribute")))


def _fields(table: Table, found: Iterable[str], shown: Iterable[str]) -> Fields:
    primary = str(table.primary_name)
    searched = [name for name in (primary, *found) if _is_text(table, name)]
    known = [table.primary_id, *searched, *found, *shown, *_ALWAYS]
    stored = [name for name in known if name in table.columns and table.columns[name].is_stored]
    return Fields(table, tuple(dict.fromkeys(searched)), tuple(dict.fromkeys(stored)))


def _is_text(table: Table, name: str) -> bool:
    column = table.columns.get(name)
    return column is not None and column.is_stored and column.type in _TEXTS
