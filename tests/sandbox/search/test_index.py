"""The index follows the rows, and the views that say what is searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.search.columns import indexed_fields
from tests.sandbox.schema.bodies import table
from tests.sandbox.search.asking import Asking, entity

ACCOUNTS = [entity("account", "name")]


def accounts(demo: Asking, text: str) -> list[str]:
    return demo.names(text, entities=ACCOUNTS)


def test_rows_come_change_and_go(demo: Asking) -> None:
    assert accounts(demo, "zebra") == []
    own = demo.create("accounts", name="Zebra Crossing")
    assert accounts(demo, "zebra") == ["Zebra Crossing"]
    demo.patch(f"accounts({own})", {"name": "Giraffe"})
    assert accounts(demo, "zebra") == []
    assert accounts(demo, "giraffe") == ["Giraffe"]
    demo.delete(f"accounts({own})")
    assert accounts(demo, "giraffe") == []


def test_one_row_goes_as_another_comes(demo: Asking) -> None:
    own = demo.create("accounts", name="Zebra Crossing")
    assert accounts(demo, "zebra") == ["Zebra Crossing"]
    demo.delete(f"accounts({own})")
    demo.create("accounts", name="Zebra Two")
    assert accounts(demo, "zebra") == ["Zebra Two"]


def test_what_was_undone_is_not_found(demo: Asking) -> None:
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in ("Zebra", "x" * 999)]
    answer = demo.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": rows})
    assert answer.status == 400
    assert accounts(demo, "zebra") == []


def test_the_index_is_as_good_as_a_new_one(demo: Asking) -> None:
    """Whatever happened between two searches, the answer is that of a fresh index."""
    accounts(demo, "*")
    own = [demo.create("accounts", name=f"Herd {number}") for number in range(6)]
    demo.delete(f"accounts({own[0]})")
    accounts(demo, "*")
    demo.patch(f"accounts({own[1]})", {"name": "Herd of zebras", "accountnumber": "Z"})
    demo.delete(f"accounts({own[2]})")
    demo.create("accounts", name="Herd 7")
    kept = demo.ask(search="herd z", entities=ACCOUNTS, count=True)
    demo.world.search.forget()
    assert demo.ask(search="herd z", entities=ACCOUNTS, count=True)["Count"] == kept["Count"] == 5


def test_a_view_says_which_columns_are_searched(demo: Asking) -> None:
    tables = [entity("account", "name", "address1_city")]
    assert demo.names("redmond", entities=tables) == []
    view = demo.get("savedqueries?$filter=querytype eq 4 and returnedtypecode eq 'account'").json()["value"][0]
    more = "<condition attribute='address1_city' operator='like' value='{0}'/></filter>"
    fetch = view["fetchxml"].replace("</filter>", more, 1)
    answer = demo.patch(f"savedqueries({view['savedqueryid']})", {"fetchxml": fetch})
    assert answer.status == 204, answer.body
    assert demo.names("redmond", entities=tables) == ["Fourth Coffee"]


def test_a_view_that_cannot_be_read_leaves_the_name(demo: Asking) -> None:
    view = demo.get("savedqueries?$filter=querytype eq 4 and returnedtypecode eq 'account'").json()["value"][0]
    views = demo.world.model.tables["savedquery"]
    demo.world.store.update(views, view["savedqueryid"], {"fetchxml": "<fetch"})
    assert indexed_fields(demo.world)["account"].searched == ("name",)


def test_a_table_joins_the_index_by_its_definition(demo: Asking) -> None:
    assert demo.refused(search="one", entities=[{"name": "site"}]).status == 400
    path = "EntityDefinitions(LogicalName='site')"
    definition = demo.get(path).json()
    assert definition["SyncToExternalSearchIndex"] is False
    definition["SyncToExternalSearchIndex"] = True
    answer = demo.put(path, definition, MSCRM_MergeLabels="true")
    assert answer.status == 204, answer.body
    assert demo.get(f"{path}?$select=SyncToExternalSearchIndex").json()["SyncToExternalSearchIndex"] is True
    demo.create("sites", name="Site One")
    assert demo.names("one", entities=[{"name": "site"}]) == ["Site One"]


def test_a_new_table_is_searched_by_its_name(demo: Asking) -> None:
    body = table("new_Animal", "Animal", SyncToExternalSearchIndex=True, ChangeTrackingEnabled=True)
    answer = demo.post("EntityDefinitions", body)
    assert answer.status == 204, answer.body
    demo.create("new_animals", new_accountname="Zebra")
    assert demo.names("zebra", entities=[{"name": "new_animal"}]) == ["Zebra"]


def test_a_table_may_leave_the_index(demo: Asking) -> None:
    path = "EntityDefinitions(LogicalName='competitor')"
    demo.put(path, demo.get(path).json() | {"SyncToExternalSearchIndex": False}, MSCRM_MergeLabels="true")
    assert demo.get(f"{path}?$select=SyncToExternalSearchIndex").json()["SyncToExternalSearchIndex"] is False
    assert demo.refused(search="one", entities=[{"name": "competitor"}]).status == 400


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.ca_bundle), False
        session.headers["Authorization"] = f"Bearer {sandbox.token()}"
        yield session


def found(sandbox: Sandbox, http: requests.Session, text: str) -> list[str]:
    answer = http.post(f"{sandbox.url}/api/search/v2.0/query", json={"search": text})
    document: dict[str, Any] = orjson.loads(answer.json()["response"])
    return sorted(one["Attributes"]["name"] for one in document["Value"] if one["EntityName"] == "account")


def test_a_reset_is_noticed(sandbox: Sandbox, http: requests.Session) -> None:
    rows = f"{sandbox.url}/api/data/v9.2/accounts"
    for name in ("Zebra One", "Zebra Two"):
        http.post(rows, json={"name": name})
    assert found(sandbox, http, "zebra") == ["Zebra One", "Zebra Two"]
    sandbox.reset()
    http.headers["Authorization"] = f"Bearer {sandbox.token()}"
    assert found(sandbox, http, "zebra") == []
    for name in ("Okapi One", "Okapi Two", "Zebra Three"):
        http.post(rows, json={"name": name})
    assert found(sandbox, http, "zebra okapi") == ["Okapi One", "Okapi Two", "Zebra Three"]


def test_people_find_what_they_may_read(sandbox: Sandbox, http: requests.Session) -> None:
    assert found(sandbox, http, "contoso") == ["Contoso Pharma"]
    http.headers["Authorization"] = f"Bearer {sandbox.entra.token('tomás.silva@sandbox.onmicrosoft.com')}"
    seen = http.get(f"{sandbox.url}/api/data/v9.2/accounts?$filter=name eq 'Contoso Pharma'").json().get("value", [])
    assert found(sandbox, http, "contoso") == [row["name"] for row in seen]
