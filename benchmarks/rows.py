"""The rows that the server of canned answers has: made from their number alone, each moment and id its own."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["COLUMNS", "FIRST", "at", "id_of", "page", "row"]

FIRST = datetime(2024, 1, 1, tzinfo=timezone.utc)
"""When the row of number 0 was created; each following one a second later."""
COLUMNS = (
    "name,accountnumber,telephone1,emailaddress1,revenue,numberofemployees,industrycode,createdon,primarycontactid"
)
"""What is read: these and the id make ten columns."""

_PLAIN = (
    '{"@odata.etag":"W/\\"%d\\"","name":"Account %d of Contoso","accountnumber":"AC-%08d",'
    '"telephone1":"+1 425 555 0100","emailaddress1":"account%d@contoso.example","revenue":%d.5000000000,'
    '"numberofemployees":%d,"industrycode":%d,"createdon":"%s","_primarycontactid_value":"%s","accountid":"%s"'
)
_LABELS = (
    ',"revenue@OData.Community.Display.V1.FormattedValue":"$1,000.50",'
    '"numberofemployees@OData.Community.Display.V1.FormattedValue":"1,000",'
    '"industrycode@OData.Community.Display.V1.FormattedValue":"Consulting",'
    '"createdon@OData.Community.Display.V1.FormattedValue":"1/1/2024 12:00 AM",'
    '"_primarycontactid_value@OData.Community.Display.V1.FormattedValue":"Yvonne McKay",'
    '"_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"primarycontactid",'
    '"_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact"'
)


def id_of(number: int) -> str:
    """The id of a row."""
    return f"a0000000-0000-4000-8000-{number:012x}"


def at(number: int) -> str:
    """When a row was created."""
    return (FIRST + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(number: int, *, labels: bool) -> str:
    """A row as the service sends it."""
    contact = f"c0000000-0000-4000-8000-{number % 1000:012x}"
    values = (number, number, number, number, number % 9_000_000, number % 5000, number % 30 + 1)
    plain = _PLAIN % (*values, at(number), contact, id_of(number))
    return plain + (_LABELS if labels else "") + "}"


@lru_cache(maxsize=256)
def page(start: int, end: int, *, labels: bool) -> bytes:
    """The rows of a page, with commas between them."""
    return ",".join(row(number, labels=labels) for number in range(start, end)).encode()
