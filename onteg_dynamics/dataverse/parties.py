"""Who takes part in an activity: rows, plain addresses, or everybody on a marketing list.

Implements "Activity party" and the party columns of emails, phone calls and appointments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from email.utils import parseaddr
from typing import Any

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.lookups import LookupResolver
from onteg_dynamics.dataverse.marketing import members_of
from onteg_dynamics.dataverse.odata import row_path
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["ROLES", "parties", "with_parties"]

ROLES: Mapping[str, int] = {
    "from": 1,
    "to": 2,
    "cc": 3,
    "bcc": 4,
    "required_attendees": 5,
    "optional_attendees": 6,
    "organizer": 7,
}
"""The option that names parties, and the participation type that they get."""

Party = dict[str, Any]


def parties(link: Link, given: Mapping[str, Any]) -> list[Party]:
    """The parties of an activity as the Web API takes them.

    Args:
        link: the client at work.
        given: values by role, see `ROLES`. A party is an email address, an id, an exact name, or ``{"table", "id" |
            "name" | "key"}``; of the table ``list``, all members of the marketing list.

    Raises:
        InputError: a party is no row, or more than one; every problem is reported.
    """
    found: dict[tuple[int, str], Party] = {}
    problems: list[Problem] = []
    for role, value in _each(given):
        try:
            for party in _resolved(link, role, value):
                found.setdefault((ROLES[role], _mark(party)), {**party, "participationtypemask": ROLES[role]})
        except InputError as exc:
            problems += exc.problems
        except (ValueError, LookupError) as exc:
            problems.append(Problem(role, "", str(exc)))
    if problems:
        raise InputError(tuple(problems))
    return list(found.values())


def with_parties(link: Link, table: Table, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A new row without its party columns, and the parties that go into its body instead.

    Args:
        link: the client at work.
        table: the row's table.
        row: columns by logical name; a party as `parties` takes it.

    Raises:
        InputError: a party is no row, or more than one.
    """
    roles = {role.replace("_", ""): role for role in ROLES}
    columns = link.columns(table) if roles.keys() & row.keys() else None
    given = {name for name in roles.keys() & row.keys() if columns and _is_party(columns.find(name))}
    if not given:
        return dict(row), {}
    try:
        found = parties(link, {roles[name]: row[name] for name in given})
    except InputError as exc:
        exc.renamed({role: f"row.{name}" for name, role in roles.items()})
        raise
    rest = {name: value for name, value in row.items() if name not in given}
    return rest, ({f"{table.name}_activity_parties": found} if found else {})


def _is_party(column: Column | None) -> bool:
    return column is not None and column.type == "PartyList"


def _each(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for role in ROLES:
        values = given.get(role) or ()
        for value in [values] if isinstance(values, (str, Mapping)) else values:
            yield role, value


def _resolved(link: Link, role: str, value: Any) -> Iterable[Party]:
    if plain := _address(value):
        return [{"addressused": plain}]
    if isinstance(value, Mapping) and value.get("table") in ("list", "lists"):
        table, members = members_of(link, value, role)
        return [{f"partyid_{table.name}@odata.bind": f"/{row_path(table.entity_set, one)}"} for one in members]
    columns = link.columns(link.table("activityparty"))
    resolver = LookupResolver(link.metadata, link.fetch, columns)
    member, address = resolver.bind(columns.by_name["partyid"], value)
    return [{member: address}] if address else []


def _address(value: Any) -> str:
    """An email address, alone or as ``Name <address>``; "" for anything else."""
    if not isinstance(value, str) or "@" not in value or guid_of(value):
        return ""
    address = parseaddr(value)[1]
    before, _, host = address.rpartition("@")
    return address if before and "." in host and not address.split()[1:] else ""


def _mark(party: Party) -> str:
    """Tells who a party is: nobody is named twice in one role."""
    return "|".join(str(value).lower() for value in party.values())
