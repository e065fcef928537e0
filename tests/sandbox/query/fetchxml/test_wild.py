"""Whatever comes in is answered or refused in the service's way; nothing breaks."""

from __future__ import annotations

from contextlib import suppress
from xml.etree.ElementTree import Element, SubElement, tostring

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query.fetchxml import Wish, parse_fetch, run_fetch
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden, own_id


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COLUMNS = _words(
    "accountid contactid name fullname revenue statecode industrycode createdon birthdate primarycontactid ownerid "
    "parentcustomerid parentaccountid primarycontactidname statecodename versionnumber entityimage donotemail nosuch"
)
_TABLES = ("account", "contact", "systemuser", "teammembership", "team", "activitypointer", "owner", "nosuch")
_VALUES = (
    "",
    "x",
    "1",
    "-1",
    "1.5",
    "true",
    "2024-05-16",
    "2024-05-16T00:00:00Z",
    "%",
    "é",
    "99999999999999999999",
    own_id("account", 1),
)
_OPERATORS = _words(
    "eq ne neq gt le like not-like begins-with in not-in between null not-null on not-on on-or-after today last-week "
    "last-x-days next-x-hours olderthan-x-years in-fiscal-year in-fiscal-period-and-year eq-userid eq-userteams under "
    "not-under eq-or-above contain-values eq-useroruserhierarchyandteams eq-userlanguage ne-businessid nonsense"
)
_LINKS = (
    "inner",
    "outer",
    "natural",
    "exists",
    "in",
    "matchfirstrowusingcrossapply",
    "any",
    "not any",
    "all",
    "not all",
    "x",
)
_FLAGS = ("true", "false", "1", "maybe")
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "fetch": {
        "top": ("1", "0", "5000", "x"),
        "count": ("1", "3"),
        "page": ("1", "2", "0"),
        "distinct": _FLAGS,
        "aggregate": ("true", "true", "false"),
        "returntotalrecordcount": _FLAGS,
        "useraworderby": _FLAGS,
        "paging-cookie": ("<cookie page='1'><accountid last='a' first='a'/></cookie>", "x"),
    },
    "entity": {"name": _TABLES},
    "link-entity": {
        "name": _TABLES,
        "from": _COLUMNS,
        "to": _COLUMNS,
        "alias": ("a", "b", "c", "1"),
        "link-type": _LINKS,
    },
    "attribute": {
        "name": _COLUMNS,
        "alias": ("a", "b", "n", "m"),
        "aggregate": ("count", "countcolumn", "sum", "avg", "min", "max", "x"),
        "groupby": _FLAGS,
        "dategrouping": ("day", "week", "month", "quarter", "year", "fiscal-period", "fiscal-year", "x"),
        "distinct": _FLAGS,
        "rowaggregate": ("CountChildren",),
    },
    "order": {"attribute": _COLUMNS, "alias": ("n", "m"), "entityname": ("a", "b", "contact"), "descending": _FLAGS},
    "filter": {"type": ("and", "or", "x")},
    "condition": {
        "attribute": _COLUMNS,
        "operator": _OPERATORS,
        "value": _VALUES,
        "entityname": ("a", "b", "contact"),
        "valueof": (*_COLUMNS, "a.name", "b.statecode"),
    },
    "value": {},
    "all-attributes": {},
    "no-attrs": {},
}
_NEEDED = {
    "entity": ("name",),
    "link-entity": ("name", "from", "to"),
    "attribute": ("name",),
    "condition": ("attribute", "operator"),
}
_PARTS = {
    "fetch": ("entity",),
    "entity": ("attribute", "attribute", "order", "filter", "link-entity", "all-attributes", "no-attrs"),
    "link-entity": ("attribute", "order", "filter", "link-entity", "all-attributes"),
    "filter": ("condition", "condition", "filter", "link-entity"),
    "condition": ("value", "value"),
}


def _grow(draw: st.DrawFn, element: Element, depth: int) -> None:
    for name, values in _CHOICES[element.tag].items():
        if name in _NEEDED.get(element.tag, ()) or draw(st.integers(0, 3)) == 0:
            element.set(name, draw(st.sampled_from(values)))
    if element.tag == "value":
        element.text = draw(st.sampled_from(_VALUES))
    least = 1 if element.tag == "fetch" else 0
    most = 1 if element.tag == "fetch" else 3 if depth else 0
    parts = _PARTS.get(element.tag, ())
    for part in draw(st.lists(st.sampled_from(parts), min_size=least, max_size=most)) if parts else ():
        _grow(draw, SubElement(element, part), depth - 1)


@st.composite
def fetches(draw: st.DrawFn) -> str:
    root = Element("fetch")
    _grow(draw, root, 5)
    root[0].set("name", draw(st.sampled_from(("account", "account", "contact"))))
    return tostring(root, encoding="unicode")


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=fetches())
def test_any_query_is_answered_or_refused(garden: Garden, text: str) -> None:
    table = garden.table("contact" if '<entity name="contact"' in text else "account")
    with suppress(Refusal):
        run_fetch(garden.world, table, parse_fetch(text), Wish(names=True), garden.caller)


@given(text=st.text())
@settings(deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Refusal):
        parse_fetch(text)
    with suppress(Refusal):
        parse_fetch(f"<fetch><entity name='account'>{text}</entity></fetch>")
