"""Search at its own address and as messages; status and statistics; errors at the door."""

from __future__ import annotations

import orjson
import pytest

from onteg_dynamics.sandbox.world import Organization
from tests.sandbox.search.asking import Asking
from tests.sandbox.service.client import ROOT


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("query", {"search": "coffee", "count": True, "facets": '["entityname"]'}),
        ("suggest", {"search": "nor"}),
        ("autocomplete", {"search": "nor"}),
    ],
)
def test_both_addresses_give_the_same_answer(demo: Asking, endpoint: str, body: dict[str, object]) -> None:
    mine = demo.post(f"/api/search/v2.0/{endpoint}", body)
    theirs = demo.post(f"search{endpoint}", body)
    assert mine.json()["response"] == theirs.json()["response"]
    assert set(mine.json()) == {"response"}
    assert theirs.json()["@odata.context"] == f"{ROOT}$metadata#Microsoft.Dynamics.CRM.search{endpoint}Response"


@pytest.mark.parametrize("name", ["statistics", "status"])
def test_functions_are_read(demo: Asking, name: str) -> None:
    mine, theirs = demo.get(f"/api/search/v2.0/{name}").json(), demo.get(f"search{name}").json()
    assert set(orjson.loads(mine["response"])) == set(orjson.loads(theirs["response"])) == {"value"}
    assert demo.get(f"search{name}()").status == 200


def test_status_tells_tables_and_columns(demo: Asking) -> None:
    value = orjson.loads(demo.get("/api/search/v2.0/status").json()["response"])["value"]
    assert (value["status"], value["lockboxstatus"], value["cmkstatus"]) == ("provisioned", "Disabled", "Disabled")
    account = next(one for one in value["entitystatusresults"] if one["entitylogicalname"] == "account")
    assert (account["objecttypecode"], account["primarynamefield"]) == (1, "name")
    assert account["entitystatus"] == "EntitySyncComplete"
    fields = account["searchableindexedfieldinfomap"]
    assert fields["name"] == {"indexfieldname": "d_0"}
    assert {"accountid", "emailaddress1", "primarycontactid", "createdon", "versionnumber"} <= set(fields)
    assert len({one["indexfieldname"] for one in fields.values()}) == len(fields)


def test_statistics_count_rows(demo: Asking) -> None:
    def count() -> int:
        text = demo.get("/api/search/v2.0/statistics").json()["response"]
        return int(orjson.loads(text)["value"]["documentcount"])

    before = count()
    demo.create("accounts", name="One more")
    assert count() == before + 1


def test_search_may_be_turned_off(demo: Asking) -> None:
    own = Organization().id
    assert demo.get(f"organizations({own})?$select=isexternalsearchindexenabled").json()["isexternalsearchindexenabled"]
    assert demo.patch(f"organizations({own})", {"isexternalsearchindexenabled": False}).status == 204
    for endpoint in ("query", "suggest", "autocomplete"):
        answer = demo.refused(endpoint, search="coffee")
        assert (answer.status, answer.code) == (400, "0x80048d0b")
        assert answer.message == "Dataverse Search feature is disabled for this organization."
    assert orjson.loads(demo.get("searchstatus").json()["response"]) == {
        "value": {"status": "notprovisioned", "lockboxstatus": "Unknown"}
    }
    assert orjson.loads(demo.get("searchstatistics").json()["response"])["value"]["documentcount"] == 0


def test_wrong_verbs_and_addresses(demo: Asking) -> None:
    assert demo.get("/api/search/v2.0/query").status == 404
    assert demo.post("/api/search/v2.0/status", {}).status == 404
    assert demo.post("/api/search/v2.0/find", {"search": "a"}).status == 404
    assert demo.post("/api/search/v2.0/query", b"no json").status == 400
    assert demo.get("searchquery").status == 404


def test_the_legacy_search_says_that_it_is_not_here(demo: Asking) -> None:
    answer = demo.post("/api/search/v1.0/query", {"search": "coffee"})
    assert answer.status == 501
    assert "version 1.0" in answer.message


def test_the_metadata_document_shows_the_messages(demo: Asking) -> None:
    text = demo.get("$metadata").body.decode()
    assert '<Action Name="searchquery">' in text
    assert '<Function Name="searchstatus"' in text
    assert '<ComplexType Name="searchsuggestResponse"' in text
