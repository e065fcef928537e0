"""Searching rows: tables, columns, filters, order, pages, options."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.world import Caller
from tests.sandbox.search.asking import Asking, entity

BARISTA = "Barista training"


def test_the_answer_is_the_one_of_the_documentation(demo: Asking) -> None:
    document = demo.ask(
        search="Contoso",
        count=True,
        top=7,
        skip=0,
        entities=[
            {
                "Name": "account",
                "SelectColumns": ["name", "createdon"],
                "SearchColumns": ["name"],
                "Filter": "statecode eq 0",
            },
            {
                "Name": "contact",
                "SelectColumns": ["fullname", "createdon"],
                "SearchColumns": ["fullname"],
                "Filter": "statecode eq 0",
            },
        ],
        orderby=["createdon desc"],
        filter="createdon gt 2022-08-15",
        options="null",
        facets="null",
    )
    (found,) = document.pop("Value")
    assert document == {"Error": None, "Facets": {}, "QueryContext": None, "Count": 1}
    score, attributes = found.pop("Score"), found.pop("Attributes")
    assert score > 0
    assert list(attributes) == [
        "@search.objecttypecode",
        "name",
        "createdon",
        "createdon@OData.Community.Display.V1.FormattedValue",
    ]
    assert attributes["@search.objecttypecode"] == 1
    assert found == {
        "Id": demo.get("accounts?$filter=name eq 'Contoso Pharma'").json()["value"][0]["accountid"],
        "EntityName": "account",
        "ObjectTypeCode": 0,
        "Highlights": {"name": ["{crmhit}Contoso{/crmhit} Pharma"]},
    }


def test_all_tables_and_their_quick_find_columns_are_searched(demo: Asking) -> None:
    found = demo.ask(search="roasters northwindroasters.example", count=True)
    kinds = {one["EntityName"] for one in found["Value"]}
    assert {"account", "contact", "opportunity"} >= kinds >= {"account", "contact"}
    assert found["Count"] == len(found["Value"])
    marked = next(one["Highlights"] for one in found["Value"] if one["EntityName"] == "account")
    assert marked["emailaddress1"] == ["hello@{crmhit}northwindroasters.example{/crmhit}"]


def test_a_table_that_is_named_is_searched_in_its_primary_column(demo: Asking) -> None:
    assert demo.names("northwindroasters", entities=[{"name": "account"}]) == []
    assert demo.names("northwindroasters", entities=[entity("account", "emailaddress1")]) == ["Northwind Roasters"]


def test_columns_outside_the_index_do_not_come(demo: Asking) -> None:
    shown = ("name", "address1_city", "description", "primarycontactid")
    (found,) = demo.ask(search="fourth", entities=[entity("account", "name", shown=shown)])["Value"]
    attributes = found["Attributes"]
    assert "description" not in attributes
    assert attributes["address1_city"] == "Redmond"
    assert attributes["primarycontactid@OData.Community.Display.V1.FormattedValue"] == "Rene Valdes"
    assert attributes["primarycontactid@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert demo.ask(search="x", entities=[entity("account", "description")])["Value"] == []


def test_case_and_accents_do_not_count(demo: Asking) -> None:
    assert demo.names("CAFES", entities=[{"name": "account"}]) == ["Adventure Works Cafés"]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("grinders noise", {}, {"Grinders for the new roastery", "Quiet grinders for the labs"}),
        ("grinders quiet", {"searchmode": "all"}, {"Quiet grinders for the labs"}),
        ("grinders+roastery", {}, {"Grinders for the new roastery"}),
        ('"for the labs"', {}, {"Quiet grinders for the labs"}),
        ("roast*", {}, {"Grinders for the new roastery"}),
        ("grinders -labs", {"searchmode": "all"}, {"Grinders for the new roastery"}),
        ("grinders AND NOT labs", {"querytype": "lucene"}, {"Grinders for the new roastery"}),
        ("grindrs~1", {"querytype": "lucene"}, {"Grinders for the new roastery", "Quiet grinders for the labs"}),
        ("/.*astery/", {"querytype": "lucene"}, {"Grinders for the new roastery"}),
        ("name:labs", {"querytype": "lucene"}, {"Quiet grinders for the labs"}),
        ("grindrs", {}, set()),
        (
            "grindrs",
            {"besteffortsearchenabled": "true"},
            {"Grinders for the new roastery", "Quiet grinders for the labs"},
        ),
    ],
)
def test_what_a_text_finds(demo: Asking, text: str, options: dict[str, str], expected: set[str]) -> None:
    found = demo.names(text, options=options, entities=[{"name": "opportunity"}])
    assert set(found) == expected


def test_options_in_single_quotes_as_in_the_documentation(demo: Asking) -> None:
    options = "{'querytype': 'lucene', 'searchmode': 'all', 'besteffortsearchenabled': 'true'}"
    found = demo.names("quiet grinders", options=options, entities=[{"name": "opportunity"}])
    assert found == ["Quiet grinders for the labs"]


def test_not_means_or_not_where_one_word_is_enough(demo: Asking) -> None:
    every = demo.ask(search="*", count=True, entities=[{"name": "account"}])["Count"]
    loose = demo.ask(search="coffee -fourth", count=True, entities=[{"name": "account"}])["Count"]
    assert (every, loose) == (10, 10)  # Fourth Coffee by the first word, all the others by the second


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("estimatedvalue gt 10000", {"Quiet grinders for the labs"}),
        ("estimatedvalue le 10000 and statecode eq 0", {"Grinders for the new roastery"}),
        ("not (estimatedvalue gt 10000)", {"Grinders for the new roastery"}),
        ("estimatedclosedate ge 2100-01-01", set()),
        ("createdon gt 2000-01-01T00:00:00Z", {"Quiet grinders for the labs", "Grinders for the new roastery"}),
        ("name eq 'quiet grinders for the labs' or estimatedvalue eq 1", {"Quiet grinders for the labs"}),
    ],
)
def test_filters_of_a_table(demo: Asking, where: str, expected: set[str]) -> None:
    found = demo.names("grinders", entities=[entity("opportunity", "name", where=where)])
    assert set(found) == expected


def test_a_filter_for_all_tables(demo: Asking) -> None:
    both = [entity("account", "name"), entity("contact", "fullname")]
    asked: dict[str, Any] = {"entities": both, "count": True}
    assert demo.ask(search="*", filter="createdon gt 2000-01-01", **asked)["Count"] == 26
    # Contacts have no revenue, so none of them is above it.
    assert {one["EntityName"] for one in demo.ask(search="*", filter="revenue gt 0", **asked)["Value"]} == {"account"}
    assert demo.ask(search="*", filter="account:revenue gt 20000000", **asked)["Count"] == 3 + 16


def test_owners_are_filtered_by_their_logical_name(demo: Asking) -> None:
    owner = demo.get("systemusers?$filter=fullname eq 'Priya Raman'").json()["value"][0]["systemuserid"]
    expected = demo.get(f"accounts/$count?$filter=_ownerid_value eq {owner}").body.decode("utf-8-sig")
    for name in ("ownerid", "_ownerid_value"):
        found = demo.ask(search="*", count=True, entities=[entity("account", "name", where=f"{name} eq {owner}")])
        assert str(found["Count"]) == expected != "0"


def test_order_and_pages(demo: Asking) -> None:
    tables = [entity("account", "name", shown=("name", "revenue"))]
    asked: dict[str, Any] = {"entities": tables, "orderby": ["revenue desc"]}
    every = demo.ask(search="*", **asked)["Value"]
    amounts = [one["Attributes"]["revenue"] for one in every]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > amounts[-1]
    pages = [demo.ask(search="*", top=4, skip=skip, **asked)["Value"] for skip in (0, 4, 8)]
    assert [one for page in pages for one in page] == every
    names = demo.names("*", entities=tables, orderby=["name"])
    assert names == sorted(names, key=str.casefold)


def test_nothing_comes_before_something(demo: Asking) -> None:
    demo.create("accounts", name="Nameless revenue")
    tables = [entity("account", "name", shown=("name", "revenue"))]
    found = demo.ask(search="*", entities=tables, orderby=["revenue asc", "@search.score desc"])["Value"]
    assert found[0]["Attributes"]["revenue"] is None


def test_the_best_comes_first_and_groups_stay_together(demo: Asking) -> None:
    found = demo.ask(search="coffee", options={"grouprankingenabled": "true"})["Value"]
    kinds = [one["EntityName"] for one in found]
    assert len(dict.fromkeys(kinds)) == sum(1 for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind)
    scores = [one["Score"] for one in demo.ask(search="coffee")["Value"]]
    assert scores == sorted(scores, reverse=True)


def test_counting_is_asked_for(demo: Asking) -> None:
    assert demo.ask(search="coffee")["Count"] == -1
    assert demo.ask(search="*", count=True, top=1)["Count"] > 50
    assert len(demo.ask(search="*")["Value"]) == 50


def test_nobody_finds_what_he_may_not_read(demo: Asking) -> None:
    class Nothing:
        def demand_on(self, _verb: str, table: Any) -> None:
            from onteg_dynamics.sandbox.refusals import Refusal

            if table.logical_name == "contact":
                raise Refusal(403, "0x80040220", "no")

        def reach(self, _verb: str, _table: Any) -> Any:
            from onteg_dynamics.sandbox.people.rights import Reach

            return Reach(everything=True)

    seen = demo.world.authenticate({})
    demo.world.authenticate = lambda _headers: Caller(seen.user_id, seen.business_unit_id, rights=Nothing())  # type: ignore[arg-type]
    kinds = {one["EntityName"] for one in demo.ask(search="*", top=100)["Value"]}
    assert "account" in kinds
    assert "contact" not in kinds


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "between 1 and 100"),
        ({"search": ""}, "between 1 and 100"),
        ({"search": "  "}, "between 1 and 100"),
        ({"search": "x" * 101}, "between 1 and 100"),
        ({"search": 7}, "'search'"),
        ({"search": "a)"}, "Failed to parse"),
        ({"search": "a", "top": 101}, "'top'"),
        ({"search": "a", "top": 0}, "'top'"),
        ({"search": "a", "top": True}, "'top'"),
        ({"search": "a", "skip": -1}, "'skip'"),
        ({"search": "a", "count": "true"}, "'count'"),
        ({"search": "a", "entities": "[{]"}, "holds no JSON"),
        ({"search": "a", "entities": "{}"}, "a list was expected"),
        ({"search": "a", "entities": "[1]"}, "a list of objects"),
        ({"search": "a", "entities": '[{"name":"role"}]'}, "'role' is not enabled"),
        ({"search": "a", "entities": "[{}]"}, "'' is not enabled"),
        ({"search": "a", "entities": '[{"name":"account","selectColumns":"name"}]'}, "selectcolumns"),
        ({"search": "a", "entities": '[{"name":"account","searchColumns":["nosuch"]}]'}, "'nosuch'"),
        ({"search": "a", "filter": "nosuch eq 1"}, "'nosuch'"),
        ({"search": "a", "filter": "name eq"}, ""),
        ({"search": "a", "orderby": '["nosuch"]'}, "'nosuch'"),
        ({"search": "a", "orderby": '["name up"]'}, "name up"),
        ({"search": "a", "orderby": "[1]"}, "list of texts"),
        ({"search": "a", "options": '{"querytype":"sql"}'}, "'options'"),
        ({"search": "a", "options": '{"searchmode":"some"}'}, "'options'"),
    ],
)
def test_what_is_refused(demo: Asking, body: dict[str, Any], told: str) -> None:
    answer = demo.refused(**body)
    assert answer.status == 400
    assert told in answer.message


def test_lists_come_as_texts(demo: Asking) -> None:
    assert demo.refused(search="a", entities=[{"name": "role"}]).code == "SearchableEntityNotFound"
    answer = demo.post("/api/search/v2.0/query", {"search": "a", "entities": [{"name": "account"}]})
    assert (answer.status, answer.code) == (400, "0x80048d0b")
    assert "a text was expected" in answer.message
