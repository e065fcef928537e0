from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import READER


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def _ask(demo: Sandbox, method: str, url: str, document: Any = None, **headers: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {demo.token(READER)}", **headers}
    return requests.request(
        method,
        f"{demo.url}/api/data/v9.2/{url}",
        json=document,
        headers=headers,
        verify=str(demo.ca_bundle),
        timeout=60,
    )


def test_the_reader_sees_what_is_shared_with_it(demo: Sandbox) -> None:
    rows = _ask(demo, "GET", "accounts?$select=name&$orderby=name").json()["value"]
    assert [row["name"] for row in rows] == ["Alpine Ski House", "Northwind Roasters"]
    assert _ask(demo, "GET", "leads").json()["value"] == []
    assert len(_ask(demo, "GET", "products").json()["value"]) == 8


def test_the_reader_is_refused_what_is_not_for_it(demo: Sandbox) -> None:
    alpine, northwind = (
        row["accountid"] for row in _ask(demo, "GET", "accounts?$select=name&$orderby=name").json()["value"]
    )
    assert _ask(demo, "PATCH", f"accounts({alpine})", {"telephone1": "1"}).status_code == 204
    refused = _ask(demo, "PATCH", f"accounts({northwind})", {"telephone1": "1"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "0x80048306")
    for method, url, body in (("GET", "incidents", None), ("POST", "products", {"name": "x"})):
        refused = _ask(demo, method, url, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "0x80040220")
    made = _ask(demo, "POST", "leads", {"lastname": "Own", "subject": "Own"})
    assert made.status_code == 204
    assert len(_ask(demo, "GET", "leads").json()["value"]) == 1


def test_colleagues_can_be_acted_for(demo: Sandbox) -> None:
    admin = {"Authorization": f"Bearer {demo.token()}"}
    query = "$select=azureactivedirectoryobjectid&$filter=fullname eq 'Jonas Keller'"
    found = _ask(demo, "GET", f"systemusers?{query}", **admin).json()["value"][0]
    admin["CallerObjectId"] = found["azureactivedirectoryobjectid"]
    assert _ask(demo, "GET", "WhoAmI", **admin).json()["UserId"] == found["systemuserid"]
    own = _ask(demo, "GET", "accounts?$select=_ownerid_value", **admin).json()["value"]
    assert own
    assert {row["_ownerid_value"] for row in own} == {found["systemuserid"]}


def test_a_change_of_roles_counts_from_the_next_request_on(demo: Sandbox) -> None:
    admin = {"Authorization": f"Bearer {demo.token()}"}
    assert _ask(demo, "GET", "campaigns").status_code == 403
    role = _ask(demo, "GET", "roles?$select=roleid&$filter=name eq 'Salesperson'", **admin).json()["value"][0]["roleid"]
    given = {"Privileges": [{"PrivilegeName": "prvReadCampaign", "Depth": "Basic"}]}
    added = _ask(demo, "POST", f"roles({role})/Microsoft.Dynamics.CRM.AddPrivilegesRole", given, **admin)
    assert added.status_code == 204
    assert _ask(demo, "GET", "campaigns").json()["value"] == []


def test_a_message_tells_nothing_of_hidden_rows(tmp_path: Path) -> None:
    api = {"name": "new_Tell", "bound_to": "account", "response": {"Text": "String"}}
    file = tmp_path / "apis.json"
    file.write_text(json.dumps([{**api, "answer": {"Text": "{entity.name}"}}]))
    with Sandbox(custom_apis=file) as sandbox:
        admin = {"Authorization": f"Bearer {sandbox.token()}"}
        told = {}
        for row in _ask(sandbox, "GET", "accounts?$select=name", **admin).json()["value"]:
            answer = _ask(sandbox, "POST", f"accounts({row['accountid']})/Microsoft.Dynamics.CRM.new_Tell", {})
            told[row["name"]] = (answer.status_code, answer.json().get("Text"))
    assert told.pop("Northwind Roasters") == (200, "Northwind Roasters")
    assert told.pop("Alpine Ski House") == (200, "Alpine Ski House")
    assert set(told.values()) == {(403, None)}
