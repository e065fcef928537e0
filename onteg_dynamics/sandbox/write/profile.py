"""What writing needs to know of a table, worked out once: defaults, stamps, money, composites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.model import Column, Table

ADDRESS_PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")
_CHECKED_TYPES = frozenset({"String", "Memo", "Lookup", "Customer"})
_BODIES = {"annotation": "documentbody", "activitymimeattachment": "body"}
_NUMBERED = {
    "incident": ("ticketnumber", "CAS-{SEQNUM:5}-{RANDSTRING:6}"),
    "quote": ("quotenumber", "QUO-{SEQNUM:5}-{RANDSTRING:6}"),
    "salesorder": ("ordernumber", "ORD-{SEQNUM:5}-{RANDSTRING:6}"),
    "invoice": ("invoicenumber", "INV-{SEQNUM:5}-{RANDSTRING:6}"),
    "campaign": ("codename", "CMP-{SEQNUM:5}-{RANDSTRING:6}"),
    "knowledgearticle": ("articlepublicnumber", "KA-{SEQNUM:5}"),
}


@dataclass(frozen=True)
class Profile:
    """A table, seen from whoever writes into it.

    Attributes:
        table: The table itself.
        defaults: Stored values of a new row where the payload says nothing.
        stamps: The platform's own columns that the table has.
        money: Pairs of a money column and its value in the base currency.
        composites: Composite address columns with the columns that they are made of.
        required: Columns that a row cannot be without.
        numbered: Columns that the platform numbers, with the pattern.
        needs_currency: True where every row has a currency.
        binaries: Columns that hold files and images.
        body: The column that holds the document of a note or an attachment, or None.
    """

    table: Table
    defaults: dict[str, Any]
    stamps: frozenset[str]
    money: tuple[tuple[str, str], ...]
    composites: dict[str, tuple[str, ...]]
    required: tuple[Column, ...]
    numbered: tuple[tuple[str, str], ...]
    needs_currency: bool
    binaries: tuple[Column, ...]
    body: str | None


_STAMPS = (
    "createdon",
    "createdby",
    "createdonbehalfby",
    "modifiedon",
    "modifiedby",
    "modifiedonbehalfby",
    "ownerid",
    "owninguser",
    "owningteam",
    "owningbusinessunit",
    "organizationid",
    "statecode",
    "statuscode",
    "versionnumber",
    "transactioncurrencyid",
    "exchangerate",
    "overriddencreatedon",
    "activitytypecode",
    "partitionid",
    "fullname",
    "yomifullname",
)
_known: dict[str, Profile] = {}


def profile(table: Table) -> Profile:
    """The profile of a table; remembered until the table's description changes."""
    found = _known.get(table.logical_name)
    if found is None or found.table is not table:
        found = _known[table.logical_name] = _build(table)
    return found


def _build(table: Table) -> Profile:
    stored = {column.logical_name: column for column in table.stored}
    currency = stored.get("transactioncurrencyid")
    return Profile(
        table=table,
        defaults={name: int(column.default) for name, column in stored.items() if column.default is not None},
        stamps=frozenset(name for name in _STAMPS if name in stored),
        money=tuple(
            (name, f"{name}_base")
            for name, column in stored.items()
            if column.type == "Money" and f"{name}_base" in stored
        ),
        composites=_composites(stored),
        required=tuple(column for column in stored.values() if _is_required(column)),
        numbered=_numbered(table, stored),
        needs_currency=currency is not None and currency.is_lookup and currency.required_level != "None",
        binaries=tuple(column for column in stored.values() if column.type in {"File", "Image"}),
        body=_BODIES.get(table.logical_name),
    )


def _composites(stored: dict[str, Column]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in stored:
        if name.endswith("_composite"):
            prefix = name.removesuffix("_composite")
            found[name] = tuple(f"{prefix}_{part}" for part in ADDRESS_PARTS if f"{prefix}_{part}" in stored)
    return found


def _is_required(column: Column) -> bool:
    return column.required_level == "SystemRequired" and column.valid_for_create and column.type in _CHECKED_TYPES


def _numbered(table: Table, stored: dict[str, Column]) -> tuple[tuple[str, str], ...]:
    own = _NUMBERED.get(table.logical_name)
    custom = tuple((name, column.auto_number) for name, column in stored.items() if column.auto_number)
    return ((own,) if own and own[0] in stored else ()) + custom
