from __future__ import annotations

from urllib.parse import unquote
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import quoteattr

import pytest

from onteg_dynamics.sandbox.query.fetchxml import Wish, parse_fetch, run_fetch
from tests.sandbox.query.fetchxml.desk import code, column, run
from tests.sandbox.query.garden import Garden


def fetch(more: str, inside: str = "<order attribute='name'/>") -> str:
    return f"<fetch{more}><entity name='account'><attribute name='accountid'/>{inside}</entity></fetch>"


def cookie_of(garden: Garden, text: str) -> tuple[int, str]:
    """The page that goes on and its cookie, decoded twice as the page on paging says."""
    listing = run(garden, text)
    assert listing.next_token is not None
    outer = fromstring(listing.next_token)  # noqa: S314 - the sandbox's own
    return int(outer.attrib["pagenumber"]), unquote(unquote(outer.attrib["pagingcookie"]))


def test_pages_by_number(garden: Garden) -> None:
    whole = column(garden, fetch(""))
    assert column(garden, fetch(" count='5'")) == whole[:5]
    assert column(garden, fetch(" count='5' page='2'")) == whole[5:10]
    assert column(garden, fetch(" count='5' page='9'")) == []
    assert column(garden, fetch(" top='5'")) == whole[:5]


def test_pages_by_cookie(garden: Garden) -> None:
    whole = column(garden, fetch(""))
    page, cookie = cookie_of(garden, fetch(" count='5'"))
    root = fromstring(cookie)  # noqa: S314 - the sandbox's own
    assert (page, root.tag, root.attrib) == (2, "cookie", {"page": "1"})
    assert [part.tag for part in root] == ["name", "accountid"]
    assert root[1].attrib == {"first": whole[0], "last": whole[4]}
    given = f" paging-cookie={quoteattr(cookie)}"
    assert column(garden, fetch(f" count='5' page='2'{given}")) == whole[5:10]
    assert column(garden, fetch(f" count='5' page='3'{given}")) == whole[10:15]
    assert column(garden, fetch(f" count='5' page='1'{given}")) == whole[:5]


def test_the_cookie_counts_not_the_number(garden: Garden) -> None:
    """What has come before the cookie's last row does not come again, whatever the size of the page."""
    whole = column(garden, fetch(""))
    _, cookie = cookie_of(garden, fetch(" count='7'"))
    assert column(garden, fetch(f" count='2' page='2' paging-cookie={quoteattr(cookie)}")) == whole[7:9]


def test_the_last_page_leads_nowhere(garden: Garden) -> None:
    size = len(garden.rows["account"])
    assert run(garden, fetch(f" count='{size}'")).next_token is None
    assert run(garden, fetch(f" count='{size - 1}'")).next_token is not None
    assert run(garden, fetch(" top='1'")).next_token is None


_CONTACT = "<link-entity name='contact' from='contactid' to='primarycontactid' alias='c'>{}</link-entity>"


@pytest.mark.parametrize(
    ("more", "inside"),
    [
        ("", _CONTACT.format("<order attribute='fullname'/>")),
        ("", _CONTACT.format("") + "<order entityname='c' attribute='fullname'/>"),
        (" distinct='true'", ""),
    ],
)
def test_some_queries_have_no_cookie(garden: Garden, more: str, inside: str) -> None:
    """Their pages are counted to."""
    whole = column(garden, fetch(more, inside))
    listing = run(garden, fetch(f"{more} count='3'", inside))
    assert listing.next_token is not None
    assert not listing.has_cookie
    seen = [row for page in range(1, 20) for row in column(garden, fetch(f"{more} count='3' page='{page}'", inside))]
    assert seen == whole


def test_pages_of_aggregates_are_counted_to(garden: Garden) -> None:
    inside = "<attribute name='name' groupby='true' alias='g'/><order alias='g'/>"

    def text(more: str) -> str:
        return f"<fetch aggregate='true'{more}><entity name='account'>{inside}</entity></fetch>"

    whole = column(garden, text(""), "g")
    assert [one for page in range(1, 10) for one in column(garden, text(f" count='3' page='{page}'"), "g")] == whole
    assert not run(garden, text(" count='3'")).has_cookie


def test_a_token_leads_on_where_the_query_has_no_page(garden: Garden) -> None:
    whole = column(garden, fetch(""))
    query, table = parse_fetch(fetch("")), garden.table("account")
    first = run_fetch(garden.world, table, query, Wish(page_size=4), garden.caller)
    second = run_fetch(garden.world, table, query, Wish(page_size=4, token=first.next_token), garden.caller)
    assert [line.values[0] for line in (*first.lines, *second.lines)] == whole[:8]


def test_all_rows_are_counted_where_asked(garden: Garden) -> None:
    size = len(garden.rows["account"])
    listing = run(garden, fetch(" count='2' returntotalrecordcount='true'"))
    assert (listing.count, listing.count_exceeded) == (size, False)
    assert run(garden, fetch(" count='2'")).count is None
    more = "distinct='true' returntotalrecordcount='true' count='1'"
    distinct = f"<fetch {more}><entity name='account'><attribute name='statecode'/></entity></fetch>"
    assert run(garden, distinct).count == 2


def test_cookies_of_other_queries_are_refused(garden: Garden) -> None:
    _, cookie = cookie_of(garden, fetch(" count='5'"))
    given = f" count='5' page='2' paging-cookie={quoteattr(cookie)}"
    assert code(garden, fetch(given, "<order attribute='revenue'/>")) == "0x80041129"
    assert code(garden, fetch(" page='2' paging-cookie='nonsense'")) == "0x80041129"
    for page in ('page="0"', 'page="x"', ""):
        bad = quoteattr(cookie.replace('page="1"', page, 1))
        assert code(garden, fetch(f" count='5' page='2' paging-cookie={bad}")) == "0x8004112A"


def test_counting_ends_at_fifty_thousand(garden: Garden) -> None:
    assert column(garden, fetch(" count='5000' page='10'")) == []
    assert code(garden, fetch(" count='5000' page='11'")) == "0x80040203"


def test_the_long_term_store_is_empty(garden: Garden) -> None:
    assert column(garden, fetch(" datasource='retained'")) == []
