from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query.fetchxml import Wish, parse_fetch, run_fetch
from tests.sandbox.query.fetchxml.desk import code, column, run
from tests.sandbox.query.garden import Garden

_QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_CONTACTS = (
    "<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='outer' alias='c'>{}</link-entity>"
)


def entity(inside: str, more: str = "") -> str:
    return f"<fetch{more}><entity name='account'><attribute name='accountid'/>{inside}</entity></fetch>"


def values(garden: Garden, inside: str, name: str, more: str = "") -> list[object]:
    rows = (garden.find("account", str(own)) for own in column(garden, entity(inside, more)))
    return [row[name] for row in rows if row is not None]


def test_rows_without_a_value_come_first(garden: Garden) -> None:
    found = values(garden, "<order attribute='numberofemployees'/>", "numberofemployees")
    assert found == sorted(found, key=lambda value: (value is not None, value))
    assert (
        values(garden, "<order attribute='numberofemployees' descending='true'/>", "numberofemployees") == found[::-1]
    )


def test_choices_are_ordered_by_their_labels(garden: Garden) -> None:
    order = "<order attribute='customertypecode'/>"
    found = values(garden, order, "customertypecode")
    assert list(dict.fromkeys(found)) == [None, 6, 5]  # Influencer, Partner
    raw = values(garden, order, "customertypecode", " useraworderby='1'")
    assert list(dict.fromkeys(raw)) == [None, 5, 6]


def test_lookups_are_ordered_by_names(garden: Garden) -> None:
    found = values(garden, "<order attribute='primarycontactid'/>", "primarycontactid")
    names = [row["fullname"] for own in found if (row := garden.find("contact", str(own)))]
    assert names == sorted(names)
    assert values(garden, "<order attribute='primarycontactidname'/>", "primarycontactid") == found


def test_orders_of_linked_tables_come_last_unless_named_above(garden: Garden) -> None:
    parent = (
        "<link-entity name='account' from='accountid' to='parentaccountid' link-type='outer' alias='p'>{}</link-entity>"
    )
    text = parent.format("<order attribute='numberofemployees'/>") + "<order attribute='statecode'/>"
    states = values(garden, text, "statecode")
    assert states == sorted(states, key=str)
    text = parent.format("") + "<order entityname='p' attribute='numberofemployees'/><order attribute='statecode'/>"
    above = [garden.find("account", str(own)) for own in values(garden, text, "parentaccountid")]
    numbers = [row["numberofemployees"] if row else None for row in above]
    assert numbers == sorted(numbers, key=lambda value: (value is not None, value))


def test_what_does_not_fit_is_refused(garden: Garden) -> None:
    assert code(garden, entity("<order alias='x'/>")) == "0x80041132"
    assert code(garden, entity("<order/>")) == "0x80041133"
    assert code(garden, entity("<order attribute='nosuch'/>")) == "0x80041103"
    assert code(garden, entity("<order attribute='name' entityname='z'/>")) == "0x8004110b"


_SORTED = ("name", "revenue", "industrycode", "createdon", "primarycontactid", "statecode", "donotemail")
_ORDER = st.tuples(st.sampled_from(_SORTED), st.booleans()).map(
    lambda part: f"<order attribute='{part[0]}' descending='{str(part[1]).lower()}'/>"
)


@_QUIET
@given(orders=st.lists(_ORDER, max_size=3).map("".join), size=st.integers(1, 50), inner=st.booleans())
def test_cookies_give_each_row_once(garden: Garden, orders: str, size: int, inner: bool) -> None:  # noqa: FBT001
    """Also where a linked table makes several rows of one."""
    inside = orders + _CONTACTS.format("<attribute name='contactid'/>")
    inside = inside.replace("outer", "inner") if inner else inside
    whole = [line.values for line in run(garden, entity(inside)).lines]
    seen: list[object] = []
    token: str | None = None
    while True:
        fetch = parse_fetch(entity(inside, f" count='{size}'"))
        page = run_fetch(garden.world, garden.table("account"), fetch, Wish(token=token), garden.caller)
        assert page.has_cookie
        seen += [line.values for line in page.lines]
        token = page.next_token
        if token is None:
            break
        assert len(page.lines) == size
    assert seen == whole
    assert len(set(seen)) == len(seen)
