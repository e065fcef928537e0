"""The views that come with every environment: what ``savedQuery`` runs ("Customize table views")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.seed.platform import lay_row
from onteg_dynamics.sandbox.world import World

_ACTIVE = (("statecode", "eq", "0"),)
_MINE = (("ownerid", "eq-userid", ""),)
_OUTER = "link-type='outer' visible='false'"
_CONTACT_MAIL = (
    "<link-entity name='contact' from='contactid' to='primarycontactid' "
    f"alias='accountprimarycontactidcontactemailaddress1' {_OUTER}><attribute name='emailaddress1' /></link-entity>"
)


@dataclass(frozen=True)
class View:
    """A view: which columns, which rows, in which order; ``own`` is the id where Microsoft's pages tell it."""

    table: str
    name: str
    columns: tuple[str, ...]
    order: str
    conditions: tuple[tuple[str, str, str], ...] = ()
    link: str = ""
    descending: bool = False
    is_default: bool = False
    own: str = ""

    @property
    def id(self) -> str:
        """The same in every environment, as it is with Microsoft's own views."""
        return self.own or stable_id("seed", "savedquery", self.table, self.name)

    def fetch(self, key: str) -> str:
        """The view as FetchXML."""
        shown = "".join(f"<attribute name={quoteattr(name)} />" for name in (key, *self.columns))
        order = f"<order attribute={quoteattr(self.order)} descending='{str(self.descending).lower()}' />"
        filters = "".join(_condition(*condition) for condition in self.conditions)
        filters = f"<filter type='and'>{filters}</filter>" if filters else ""
        entity = f"<entity name={quoteattr(self.table)}>{shown}{order}{filters}{self.link}</entity>"
        return f"<fetch version='1.0' output-format='xml-platform' mapping='logical'>{entity}</fetch>"

    def layout(self, key: str, code: int) -> str:
        """The view's columns as a grid."""
        cells = "".join(f"<cell name={quoteattr(name)} width='150' />" for name in self.columns)
        row = f"<row name='result' id={quoteattr(key)}>{cells}</row>"
        start = f"<grid name='resultset' object='{code}' jump={quoteattr(self.columns[0])} select='1' icon='1'"
        return f"{start} preview='1'>{row}</grid>"


_ACCOUNT = ("name", "telephone1", "address1_city", "primarycontactid")
_PERSON = ("fullname", "parentcustomerid", "telephone1", "emailaddress1")
_DEAL = ("name", "parentaccountid", "estimatedvalue", "estimatedclosedate", "opportunityratingcode")
VIEWS = (
    View(
        "account",
        "Active Accounts",
        _ACCOUNT,
        "name",
        _ACTIVE,
        _CONTACT_MAIL,
        is_default=True,
        own="00000000-0000-0000-00aa-000010001002",
    ),
    View("account", "All Accounts", _ACCOUNT, "name"),
    View("account", "My Active Accounts", _ACCOUNT, "name", (*_MINE, *_ACTIVE)),
    View("contact", "Active Contacts", _PERSON, "fullname", _ACTIVE, is_default=True),
    View("contact", "My Active Contacts", _PERSON, "fullname", (*_MINE, *_ACTIVE)),
    View(
        "opportunity",
        "Open Opportunities",
        _DEAL,
        "estimatedclosedate",
        _ACTIVE,
        is_default=True,
        own="00000000-0000-0000-00aa-000010003001",
    ),
    View("opportunity", "My Open Opportunities", _DEAL, "estimatedclosedate", (*_MINE, *_ACTIVE)),
    View(
        "lead",
        "Open Leads",
        ("fullname", "subject", "companyname", "statuscode", "createdon"),
        "createdon",
        _ACTIVE,
        descending=True,
        is_default=True,
    ),
    View(
        "incident",
        "Active Cases",
        ("title", "ticketnumber", "prioritycode", "customerid", "createdon"),
        "createdon",
        _ACTIVE,
        descending=True,
        is_default=True,
    ),
)


def lay_views(world: World) -> None:
    """Writes the views."""
    for view in VIEWS:
        lay_row(world, "savedquery", view.id, **dict(_values(world, view)))


def _values(world: World, view: View) -> Iterator[tuple[str, object]]:
    table = world.model.tables[view.table]
    yield "name", view.name
    yield "fetchxml", view.fetch(table.primary_id)
    yield "layoutxml", view.layout(table.primary_id, table.object_type_code)
    yield "returnedtypecode", view.table
    yield "isdefault", int(view.is_default)
    yield "ismanaged", 1
    yield "iscustomizable", 1
    yield "canbedeleted", 0
    yield "componentstate", 0
    yield "savedqueryidunique", stable_id("seed", "savedqueryunique", view.id)
    yield "solutionid", stable_id("seed", "solution", "System")
    yield "overwritetime", "1900-01-01T00:00:00Z"


def _condition(column: str, operator: str, value: str) -> str:
    given = f" value={quoteattr(value)}" if value else ""
    return f"<condition attribute={quoteattr(column)} operator={quoteattr(operator)}{given} />"
