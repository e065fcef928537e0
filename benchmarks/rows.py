"""The rows that the server of canned answers has: made from their number alone, each moment and id its own.

All have one length in bytes, so that any page is a slice of what was made before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Literal, get_args

import orjson

__all__ = ["COLUMNS", "FIRST", "Notes", "at", "expected", "id_of", "page", "row", "warm"]

FIRST = datetime(2024, 1, 1, tzinfo=timezone.utc)
"""When the row of number 0 was created; each following one a second later."""
COLUMNS = (
    "name,accountnumber,telephone1,emailaddress1,revenue,numberofemployees,industrycode,createdon,primarycontactid"
)
"""What is read: these and the id make ten columns."""

Notes = Literal["none", "labels", "all"]
"""The annotations of a row: none, labels and the tables of lookups, or all that there are."""

_CHUNK = 5000
_PLAIN = (
    '{"@odata.etag":"W/\\"%08d\\"","name":"Account %08d of Contoso","accountnumber":"AC-%08d",'
    '"telephone1":"+1 425 555 0100","emailaddress1":"account%08d@contoso.example","revenue":%d.5000000000,'
    '"numberofemployees":%d,"industrycode":%d,"createdon":"%s","_primarycontactid_value":"%s","accountid":"%s"'
)
_FORMATTED = "OData.Community.Display.V1.FormattedValue"
_LABELS = (
    f',"revenue@{_FORMATTED}":"$1,000.50","numberofemployees@{_FORMATTED}":"1,000",'
    f'"industrycode@{_FORMATTED}":"Consulting","createdon@{_FORMATTED}":"1/1/2024 12:00 AM",'
    f'"_primarycontactid_value@{_FORMATTED}":"Yvonne McKay",'
    '"_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact"'
)
_MORE = ',"_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"primarycontactid"'
_NOTES: Mapping[Notes, str] = {"none": "", "labels": _LABELS, "all": _LABELS + _MORE}


def id_of(number: int) -> str:
    """The id of a row."""
    return f"a0000000-0000-4000-8000-{number:012x}"


def at(number: int) -> str:
    """When a row was created."""
    return (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(number: int, notes: Notes = "none") -> str:
    """A row as the service sends it, with the annotations that were asked for."""
    contact = f"c0000000-0000-4000-8000-{number % 1000:012x}"
    values = (number, number, number, number, 1_000_000 + number % 9_000_000, 1000 + number % 5000, number % 20 + 10)
    plain = _PLAIN % (*values, at(number), contact, id_of(number))
    return plain + _NOTES[notes] + "}"


def expected(number: int, *, labels: bool) -> dict[str, Any]:
    """A row as a user of the connector is to see it."""
    sent = orjson.loads(row(number))
    plain = {"primarycontactid" if "contactid" in name else name: sent[name] for name in sent if "@" not in name}
    words = {
        "industrycode.label": "Consulting",
        "primarycontactid.label": "Yvonne McKay",
        "primarycontactid.table": "contact",
    }
    return {**plain, **words} if labels else plain


def page(start: int, end: int, notes: Notes) -> bytes:
    """The rows of a page, with commas between them."""
    parts = []
    for number in range(start // _CHUNK, -(-end // _CHUNK)):
        chunk = _chunk(number, notes)
        length, first = len(chunk) // _CHUNK, number * _CHUNK
        parts.append(chunk[max(start - first, 0) * length : min(end - first, _CHUNK) * length])
    return b"".join(parts)[:-1]


def warm(rows: int) -> None:
    """Make what fits into memory before anybody asks for it."""
    for number in range(min(-(-rows // _CHUNK), _KEPT)):
        for notes in get_args(Notes) if rows <= 20 * _CHUNK else ("none",):
            _chunk(number, notes)


_KEPT = 256


@lru_cache(maxsize=_KEPT)
def _chunk(number: int, notes: Notes) -> bytes:
    start = number * _CHUNK
    return "".join(row(one, notes) + "," for one in range(start, start + _CHUNK)).encode()
