"""Rows counted by groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.search.asking import Asking, entity

DEALS = [entity("opportunity", "name", shown=("name", "estimatedvalue"))]


def facet(demo: Asking, text: str, tables: Any = None, search: str = "*") -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = demo.ask(search=search, facets=[text], entities=tables or DEALS, top=1)[
        "Facets"
    ]
    (groups,) = found.values()
    return groups


def counts(groups: list[dict[str, Any]]) -> dict[Any, int]:
    return {group["value"]: group["count"] for group in groups}


def test_tables(demo: Asking) -> None:
    both = [entity("account", "name"), entity("contact", "fullname")]
    groups = facet(demo, "entityname,count:100", both)
    assert groups[0] == {
        "count": 16,
        "from": None,
        "to": None,
        "type": "Value",
        "value": "contact",
        "optionalvalue": None,
    }
    assert counts(groups) == {"contact": 16, "account": 10}
    assert counts(facet(demo, "@search.entityname,count:1", both)) == {"contact": 16}


def test_the_key_is_what_was_asked_for(demo: Asking) -> None:
    found = demo.ask(search="*", facets=["account:primarycontactid,count:100", "ownerid"])["Facets"]
    assert list(found) == ["account:primarycontactid", "ownerid"]
    assert len(found["account:primarycontactid"]) == 10
    assert {group["optionalvalue"] for group in found["ownerid"]} > {"Priya Raman"}


def test_every_row_counts_not_only_the_page(demo: Asking) -> None:
    assert sum(counts(facet(demo, "ownerid,count:50")).values()) == 14


def test_choices_carry_their_labels(demo: Asking) -> None:
    tables = [entity("account", "name")]
    groups = facet(demo, "industrycode,count:100,sort:value", tables)
    assert [group["value"] for group in groups] == sorted(counts(groups))
    assert all(group["optionalvalue"] for group in groups)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("count", lambda group: -group["count"]),
        ("-count", lambda group: group["count"]),
        ("value", lambda group: group["value"]),
    ],
)
def test_sorts(demo: Asking, sort: str, key: Any) -> None:
    groups = facet(demo, f"industrycode,count:100,sort:{sort}", [entity("account", "name")])
    assert groups == sorted(groups, key=key)


def test_values_backwards(demo: Asking) -> None:
    groups = facet(demo, "industrycode,sort:-value", [entity("account", "name")])
    values = [group["value"] for group in groups]
    assert values == sorted(values, reverse=True)


def test_ranges_have_their_lower_bound(demo: Asking) -> None:
    demo.create("opportunities", name="Round figure", estimatedvalue=10000)
    groups = facet(demo, "estimatedvalue,values:10000|20000")
    assert [(group["from"], group["to"], group["type"]) for group in groups] == [
        (None, 10000, "Range"),
        (10000, 20000, "Range"),
        (20000, None, "Range"),
    ]
    assert [group["count"] for group in groups] == [5, 4, 6]


def test_ranges_of_time(demo: Asking) -> None:
    groups = facet(demo, "createdon,values:2019-04-27T00:00:00|2100-01-01")
    assert [group["count"] for group in groups] == [0, 14, 0]
    assert groups[1]["from"] == "2019-04-27T00:00:00Z"


def test_intervals_of_numbers(demo: Asking) -> None:
    groups = facet(demo, "estimatedvalue,interval:10000")
    assert counts(groups)[0] == 5
    assert sum(counts(groups).values()) == 14


def make(demo: Asking, moment: str) -> None:
    demo.create("accounts", name="Clockwork", overriddencreatedon=moment)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("minute", "2001-08-15T23:45:00Z"),
        ("hour", "2001-08-15T23:00:00Z"),
        ("day", "2001-08-15T00:00:00Z"),
        ("week", "2001-08-12T00:00:00Z"),
        ("month", "2001-08-01T00:00:00Z"),
        ("quarter", "2001-07-01T00:00:00Z"),
        ("year", "2001-01-01T00:00:00Z"),
        ("day,timeoffset:+02:00", "2001-08-15T22:00:00Z"),
        ("day,timeoffset:-0130", "2001-08-15T01:30:00Z"),
        ("day,timeoffset:+01", "2001-08-15T23:00:00Z"),
    ],
)
def test_intervals_of_time(demo: Asking, interval: str, expected: str) -> None:
    make(demo, "2001-08-15T23:45:10Z")
    tables = [entity("account", "name")]
    assert counts(facet(demo, f"createdon,interval:{interval}", tables, "clockwork")) == {expected: 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nosuch",
        "account:name",
        "ownerid,count:0",
        "ownerid,count:many",
        "ownerid,sort:up",
        "ownerid,color:red",
        "createdon,interval:moment",
        "createdon,interval:day,values:2019-01-01",
        "createdon,interval:day,count:3",
        "createdon,values:tomorrow",
        "createdon,timeoffset:+01",
        "createdon,interval:day,timeoffset:late",
        "estimatedvalue,values:x",
        "estimatedvalue,interval:day",
        "name,interval:5",
    ],
)
def test_what_is_refused(demo: Asking, text: str) -> None:
    answer = demo.refused(search="*", facets=[text], entities=DEALS)
    assert (answer.status, answer.code) == (400, "0x80048d0b")
