from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query import parse_query, run_query
from onteg_dynamics.sandbox.query.order import SortKey, cookie_values, open_token, read_token, token
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden

_KEYS = (SortKey("name", "n"), SortKey("amount", "a", numeric=True))
_NUMBERS = st.one_of(st.none(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False))


@given(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), _NUMBERS, st.integers(1, 10**8))
def test_tokens_bring_back_what_they_were_made_of(name: str | None, amount: float | None, page: int) -> None:
    made = token(page, _KEYS, (name, amount), (name, amount))
    assert read_token(made, _KEYS) == (page + 1, [name, amount])


def test_what_a_token_looks_like() -> None:
    """As in "Page results": the cookie is percent-encoded twice."""
    made = token(1, _KEYS, ("a", 1), ("b c", 2))
    assert made.startswith('<cookie pagenumber="2" pagingcookie="%253Ccookie%2520page%253D')
    assert made.endswith('" istracking="False" />')
    page, cookie = open_token(made)
    assert page == 2
    assert cookie == '<cookie page="1"><name last="b c" first="a" /><amount last="2" first="1" /></cookie>'
    assert cookie_values(cookie, _KEYS) == ("1", ["b c", 2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        '<cookie pagenumber="2" pagingcookie="x" istracking="False" />',
        '<cookie pagenumber="x" pagingcookie="" istracking="False" />',
        token(1, (SortKey("other", "o"),), ("a",), ("a",)),
        token(1, (SortKey("name", "n"), SortKey("amount", "a")), ("a", "x"), ("a", "x")),
        token(1, _KEYS, ("a", 1), ("a", 1)).replace("%253C%252Fcookie%253E", ""),
    ],
)
def test_tokens_of_other_queries_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="Malformed XML in the Paging Cookie"):
        read_token(text, _KEYS)


def test_entities_are_not_followed() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><cookie page="1"><name last="&a;"/><amount last="1"/></cookie>'
    with pytest.raises(ValueError, match="DOCTYPE"):
        cookie_values(bomb, _KEYS)


def ordered(garden: Garden, text: str) -> list[str]:
    query = parse_query(garden.world.model, garden.table("account"), [("$orderby", text)])
    return [row.row_id for row in run_query(garden.world, query, caller=garden.caller).rows]


def values(garden: Garden, text: str, column: str) -> list[object]:
    rows = (garden.find("account", own) for own in ordered(garden, text))
    return [row[column] for row in rows if row is not None]


def test_rows_without_a_value_come_first_and_last(garden: Garden) -> None:
    up = values(garden, "revenue", "revenue")
    assert up == sorted(up, key=lambda value: (value is not None, value))
    assert values(garden, "revenue desc", "revenue") == up[::-1]


def test_choices_are_ordered_by_their_numbers(garden: Garden) -> None:
    assert list(dict.fromkeys(values(garden, "customertypecode", "customertypecode"))) == [None, 5, 6]


def test_lookups_are_ordered_by_names(garden: Garden) -> None:
    found = values(garden, "_primarycontactid_value", "primarycontactid")
    names = [row["fullname"] for own in found if (row := garden.find("contact", str(own)))]
    assert names == sorted(names)
    assert names != [name for _, name in sorted(zip(filter(None, found), names, strict=True), key=str)]


def test_without_an_order_the_key_decides(garden: Garden) -> None:
    assert ordered(garden, "") == sorted(garden.ids("account"))
    assert ordered(garden, "accountid desc") == sorted(garden.ids("account"), reverse=True)


def test_rows_that_come_and_go_between_pages_disturb_nobody() -> None:
    from tests.sandbox.query.garden import own_id, planted

    garden = planted()
    query = parse_query(garden.world.model, garden.table("account"), [("$orderby", "name")])
    first = run_query(garden.world, query, caller=garden.caller, page_size=10)
    whole = ordered(garden, "name")
    garden.world.store.delete(garden.table("account"), whole[3])
    garden.put("account", own_id("account", 500), name=None)
    options = [("$orderby", "name"), ("$skiptoken", str(first.next_token))]
    query = parse_query(garden.world.model, garden.table("account"), options)
    rest = run_query(garden.world, query, caller=garden.caller, page_size=50)
    assert [row.row_id for row in (*first.rows, *rest.rows)] == whole
