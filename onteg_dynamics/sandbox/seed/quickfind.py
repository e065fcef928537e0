"""The Quick Find views that come with every environment: they say which columns search looks into."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.search.columns import QUICK_FIND
from onteg_dynamics.sandbox.seed.platform import lay_row
from onteg_dynamics.sandbox.world import World

# table → columns that are looked into; columns that are shown besides
_FOUND = {
    "account": (
        ("name", "accountnumber", "emailaddress1", "telephone1", "telephone2", "websiteurl"),
        ("address1_city", "primarycontactid", "industrycode", "revenue", "numberofemployees"),
    ),
    "appointment": (("subject", "description", "location"), ("scheduledstart", "regardingobjectid")),
    "campaign": (("name", "codename"), ("typecode",)),
    "competitor": (("name", "websiteurl"), ("address1_city",)),
    "contact": (
        ("fullname", "firstname", "middlename", "lastname", "emailaddress1", "telephone1", "mobilephone"),
        ("parentcustomerid", "jobtitle", "address1_city"),
    ),
    "email": (("subject", "description"), ("regardingobjectid",)),
    "incident": (("title", "ticketnumber", "description"), ("customerid", "prioritycode")),
    "invoice": (("name", "invoicenumber"), ("customerid", "totalamount")),
    "knowledgearticle": (("title", "articlepublicnumber", "description"), ()),
    "lead": (
        ("fullname", "firstname", "lastname", "subject", "companyname", "emailaddress1", "telephone1", "mobilephone"),
        ("leadsourcecode", "address1_city"),
    ),
    "opportunity": (
        ("name", "description"),
        ("parentaccountid", "customerid", "estimatedvalue", "estimatedclosedate"),
    ),
    "phonecall": (("subject", "description", "phonenumber"), ("regardingobjectid",)),
    "product": (("name", "productnumber", "description", "vendorname"), ("price",)),
    "quote": (("name", "quotenumber"), ("customerid", "totalamount")),
    "salesorder": (("name", "ordernumber"), ("customerid", "totalamount")),
    "task": (("subject", "description"), ("regardingobjectid", "scheduledend")),
}


def lay_quick_find(world: World) -> None:
    """Writes the views."""
    for table, (found, shown) in _FOUND.items():
        known = world.model.tables[table]
        name = f"Quick Find Active {known.display_collection_name}"
        lay_row(
            world,
            "savedquery",
            stable_id("seed", "savedquery", table, name),
            name=name,
            fetchxml=_fetch(table, known.primary_id, _there(world, table, found), _there(world, table, shown)),
            layoutxml="",
            returnedtypecode=table,
            querytype=QUICK_FIND,
            isquickfindquery=1,
            isdefault=1,
            ismanaged=1,
            iscustomizable=1,
            canbedeleted=0,
            componentstate=0,
            savedqueryidunique=stable_id("seed", "savedqueryunique", table, name),
            solutionid=stable_id("seed", "solution", "System"),
            overwritetime="1900-01-01T00:00:00Z",
        )


def _there(world: World, table: str, names: Iterable[str]) -> list[str]:
    columns = world.model.tables[table].columns
    return [name for name in names if name in columns and columns[name].is_stored]


def _fetch(table: str, key: str, found: list[str], shown: list[str]) -> str:
    attributes = "".join(f"<attribute name={quoteattr(name)} />" for name in (key, *found, *shown))
    asked = "".join(f"<condition attribute={quoteattr(name)} operator='like' value='{{0}}' />" for name in found)
    filters = f"<filter type='or' isquickfindfields='1'>{asked}</filter>"
    order = f"<order attribute={quoteattr(found[0])} descending='false' />"
    return (
        "<fetch version='1.0' output-format='xml-platform' mapping='logical'>"
        f"<entity name={quoteattr(table)}>{attributes}{order}{filters}</entity></fetch>"
    )
