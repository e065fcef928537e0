"""What is recorded, since when, and what makes it worthless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from onteg_dynamics.sandbox.instance import Sandbox
from tests.sandbox.changes.steps import TRACK, first, values
from tests.sandbox.schema import bodies
from tests.sandbox.service.client import Client

BANK = "EntityDefinitions(LogicalName='new_bankaccount')"
RECORDED = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
MERGE = {"MSCRM.MergeLabels": "true"}


def bank(client: Client) -> str:
    """A table of our own; its entity set."""
    assert client.post("EntityDefinitions", bodies.table()).status == 204
    return "new_bankaccounts"


def test_change_tracking_is_switched_on_and_stays(client: Client) -> None:
    rows = bank(client)
    assert client.get(rows, **TRACK).status == 400
    body = {**client.get(BANK).json(), "ChangeTrackingEnabled": True}
    assert client.put(BANK, body, **MERGE).status == 204
    client.create(rows, new_accountname="A")
    link = first(client, f"{rows}?$select=new_accountname")
    client.create(rows, new_accountname="B")
    assert [row["new_accountname"] for row in values(client.get(link))] == ["B"]
    assert client.put(BANK, {**body, "ChangeTrackingEnabled": False}, **MERGE).status == 400
    found = client.get("EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled eq true").json()["value"]
    assert "new_bankaccount" in {table["LogicalName"] for table in found}


def test_another_column_ends_the_links_of_its_table(client: Client) -> None:
    accounts, contacts = first(client), first(client, "contacts?$select=lastname")
    column = bodies.column("Memo", "new_Remark", MaxLength=100)
    assert client.post("EntityDefinitions(LogicalName='account')/Attributes", column).status == 204
    assert (client.get(accounts).code, client.get(contacts).status) == ("0x80044352", 200)
    assert client.get(first(client)).status == 200
    assert client.get(accounts).code == "0x80044352"


def test_a_table_that_is_made_again_knows_no_links_of_the_first(client: Client) -> None:
    body = bodies.table(ChangeTrackingEnabled=True)
    assert client.post("EntityDefinitions", body).status == 204
    link = first(client, "new_bankaccounts?$select=new_accountname")
    assert client.delete(BANK).status == 204
    assert client.post("EntityDefinitions", body).status == 204
    assert client.get(link).code == "0x80044352"


def test_nothing_is_recorded_of_tables_that_nobody_asks_for(client: Client) -> None:
    client.create("accounts", name="A")
    assert client.world.store.db.execute(RECORDED).fetchone()[0] == 0
    first(client, "contacts")
    assert client.world.store.db.execute(RECORDED).fetchone()[0] == 1


def test_a_deletion_that_is_undone_is_none(client: Client) -> None:
    own = client.create("accounts", name="A")
    link = first(client)
    part = "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {}\r\n\r\n"
    deleting = f"DELETE accounts({own}) HTTP/1.1\r\n\r\n\r\n"
    failing = 'POST accounts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"nope": 1}\r\n'
    head, tail = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n", "--c--\r\n--b--\r\n"
    batch = f"{head}{part.format(1)}{deleting}{part.format(2)}{failing}{tail}"
    answer = client.send("POST", "$batch", batch.encode(), Content_Type="multipart/mixed; boundary=b")
    assert b"'nope'" in answer.body
    assert client.get(f"accounts({own})").status == 200
    assert values(client.get(link)) == []


def test_metadata_marks_tracked_sets(client: Client) -> None:
    text = client.get("$metadata?annotations=true").body.decode()
    sets = {part.split('"')[1]: part for part in text.split("<EntitySet Name=")[1:]}
    term = 'Term="Org.OData.Capabilities.V1.ChangeTracking"><Record><PropertyValue Property="Supported" Bool="true"'
    assert (term in sets["accounts"], term in sets["sdkmessages"]) == (True, False)
    assert "ChangeTracking" not in client.get("$metadata").body.decode().split("<EntityContainer")[1]


def call(sandbox: Sandbox, method: str, url: str, body: object = None, **headers: str) -> Any:
    url = url if url.startswith("http") else f"{sandbox.url}/api/data/v9.2/{url}"
    headers = {"Authorization": f"Bearer {sandbox.token()}", **headers}
    return requests.request(method, url, json=body, headers=headers, timeout=30)


def test_a_link_outlives_the_sandbox_where_it_has_a_file(tmp_path: Path) -> None:
    with Sandbox("empty", db=tmp_path / "rows.db", http=True) as sandbox:
        own = call(sandbox, "POST", "accounts", {"name": "A"}).headers["OData-EntityId"]
        call(sandbox, "POST", "accounts", {"name": "B"})
        link = call(sandbox, "GET", "accounts?$select=name", **TRACK).json()["@odata.deltaLink"]
        call(sandbox, "DELETE", own)
    with Sandbox("empty", db=tmp_path / "rows.db", http=True) as sandbox:
        call(sandbox, "POST", "accounts", {"name": "C"})
        told = call(sandbox, "GET", "accounts?" + link.split("?")[1]).json()["value"]
    assert [entry.get("name", entry.get("id")) for entry in told] == ["C", own.rsplit("(", 1)[1][:-1]]


def test_a_link_ends_with_a_reset() -> None:
    with Sandbox("empty", http=True) as sandbox:
        link = call(sandbox, "GET", "accounts?$select=name", **TRACK).json()["@odata.deltaLink"]
        sandbox.reset()
        assert call(sandbox, "GET", link).json()["error"]["code"] == "0x80044352"


def test_days_are_set_from_python() -> None:
    with Sandbox("empty", http=True, change_tracking_days=3) as sandbox:
        address = "organizations?$select=expirechangetrackingindays"
        for _ in range(2):
            (row,) = call(sandbox, "GET", address).json()["value"]
            assert row["expirechangetrackingindays"] == 3
            sandbox.reset()
