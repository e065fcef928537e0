"""Suggestions while somebody types."""

from __future__ import annotations

import pytest

from tests.sandbox.search.asking import Asking, entity

CONTACTS = [entity("contact", "fullname")]


def test_names_that_go_on_as_the_text_begins(demo: Asking) -> None:
    document = demo.ask("suggest", search="Mar", entities=CONTACTS, fuzzy=False, orderby="null", options="null")
    assert document["Error"] is None
    assert document["QueryContext"] is None
    texts = {one["Text"] for one in document["Value"]}
    assert texts == {"{crmhit}Mar{/crmhit}co Frei", "{crmhit}Mar{/crmhit}ia Campbell"}
    shown = document["Value"][0]["Document"]
    assert list(shown) == ["@search.objectid", "@search.entityname", "@search.objecttypecode", "fullname"]
    assert (shown["@search.entityname"], shown["@search.objecttypecode"]) == ("contact", 2)


def test_primary_columns_only(demo: Asking) -> None:
    assert demo.ask("suggest", search="northwindroasters")["Value"] == []


def test_the_words_before_the_last_are_whole(demo: Asking) -> None:
    (found,) = demo.ask("suggest", search="maria camp", entities=CONTACTS)["Value"]
    assert found["Text"] == "{crmhit}Maria{/crmhit} {crmhit}Camp{/crmhit}bell"
    assert demo.ask("suggest", search="mar campbell", entities=CONTACTS)["Value"] == []


def test_a_mistake_may_be_allowed(demo: Asking) -> None:
    assert demo.ask("suggest", search="campbel maira", entities=CONTACTS)["Value"] == []
    (found,) = demo.ask("suggest", search="campbel maira", entities=CONTACTS, fuzzy=True)["Value"]
    assert found["Document"]["fullname"] == "Maria Campbell"


def test_five_at_most_where_nothing_is_said(demo: Asking) -> None:
    tables = [entity("account", "name", shown=("name", "createdon"))]
    for number in range(8):
        demo.create("accounts", name=f"Perfect {number}")
    assert len(demo.ask("suggest", search="perf", entities=tables)["Value"]) == 5
    found = demo.ask("suggest", search="perf", entities=tables, top=3, orderby=["name desc"])["Value"]
    assert [one["Document"]["name"] for one in found] == ["Perfect 7", "Perfect 6", "Perfect 5"]
    assert "createdon" in found[0]["Document"]
    assert demo.ask("suggest", search="perf", filter="createdon lt 2001-01-01")["Value"] == []


@pytest.mark.parametrize("text", ["", "ab", "x" * 101])
def test_three_letters_are_needed(demo: Asking, text: str) -> None:
    assert "between 3 and 100" in demo.refused("suggest", search=text).message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adv", "{crmhit}adventure{/crmhit}"),
        ("Blue yo", "{crmhit}blue yonder{/crmhit}"),
        ("caf", "{crmhit}cafes{/crmhit}"),
        ("zzz", None),
        ("blue zzz", None),
        ("!", None),
    ],
)
def test_the_word_that_is_being_typed(demo: Asking, text: str, expected: str | None) -> None:
    document = demo.ask("autocomplete", search=text, entities=[entity("account", "name")])
    assert document == {"Error": None, "Value": expected, "QueryContext": None}


def test_the_most_frequent_word_wins(demo: Asking) -> None:
    for name in ("Prudent One", "Prudent Two", "Prune"):
        demo.create("accounts", name=name)
    assert demo.ask("autocomplete", search="pru")["Value"] == "{crmhit}prudent{/crmhit}"


def test_a_word_with_a_mistake_is_completed(demo: Asking) -> None:
    asked = {"search": "contsoo", "entities": [entity("account", "name")]}
    assert demo.ask("autocomplete", **asked)["Value"] is None
    assert demo.ask("autocomplete", **asked, fuzzy=True)["Value"] == "{crmhit}contoso{/crmhit}"
