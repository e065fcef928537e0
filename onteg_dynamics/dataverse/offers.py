"""Rows to choose from: those of a table whose name contains a text; those that a lookup may refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onteg_dynamics.dataverse.conditions import Condition, filter_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.errors import InputError, Problem, UnknownNameError

__all__ = ["MOST", "Offer", "offers", "offers_for", "tables_of", "users"]

MOST = 50
"""Rows that a dropdown shows; typing narrows them down."""

_PRINCIPALS = ("systemuser", "team")


@dataclass(frozen=True)
class Offer:
    """A row to choose: its table, its id, its name."""

    table: Table
    id: str
    name: str


def offers(link: Link, table: Table, search: str = "") -> list[Offer]:
    """Rows of a table by name.

    Args:
        link: the client at work.
        table: the table.
        search: part of the name, "" for any.
    """
    if not table.primary_name:
        return []
    name = table.primary_name
    condition = Condition(name, "contains", search.strip()) if search.strip() else Condition(name, "is not empty")
    options = {
        "$select": f"{table.primary_id},{name}",
        "$filter": filter_of(link, table, [condition], field="search"),
        "$orderby": name,
        "$top": str(MOST),
    }
    rows = link.send(Request("GET", table.entity_set + query_string(options))).data["value"]
    return [Offer(table, row[table.primary_id], row[name] or row[table.primary_id]) for row in rows]


def users(link: Link, search: str = "") -> list[tuple[str, str]]:
    """The users that a call may act for: Entra object id and name, by name.

    Args:
        link: the client at work.
        search: part of the name, "" for any.
    """
    table, own = link.table("systemuser"), "azureactivedirectoryobjectid"
    conditions = [Condition(own, "is not empty"), Condition("isdisabled", "equals", value=False)]
    if search.strip():
        conditions.append(Condition("fullname", "contains", search.strip()))
    options = {
        "$select": f"fullname,{own}",
        "$filter": filter_of(link, table, conditions, field="search"),
        "$orderby": "fullname",
        "$top": str(MOST),
    }
    rows = link.send(Request("GET", table.entity_set + query_string(options))).data["value"]
    return [(row[own], row["fullname"]) for row in rows]


def offers_for(link: Link, table: Table, column: str, search: str = "") -> Iterator[Offer]:
    """Rows that a lookup column may refer to.

    Args:
        link: the client at work.
        table: the column's table.
        column: a lookup, customer or owner column.
        search: part of the row's name.

    Raises:
        UnknownNameError: there is no such column.
        InputError: it is no lookup.
    """
    for target in tables_of(link, table, column):
        yield from offers(link, target, search)


def tables_of(link: Link, table: Table, column: str) -> list[Table]:
    """The tables that a lookup column may refer to.

    Raises:
        UnknownNameError: there is no such column.
        InputError: it is no lookup.
    """
    columns = link.columns(table)
    found = columns.find(column)
    if found is None:
        hint = suggest(column, [known.name for known in columns.visible()])
        raise UnknownNameError((Problem("column", "", f"{table.name} has no such column. {hint}".strip()),))
    if not found.is_lookup:
        raise InputError((Problem("column", "", f"{found.name} is no lookup"),))
    names = [one.target for one in columns.relationships.get(found.name, ())]
    return [link.table(name) for name in _targets(found, names)]


def _targets(column: Column, names: list[str]) -> list[str]:
    return list(_PRINCIPALS) if column.type == "Owner" else sorted(set(names))
