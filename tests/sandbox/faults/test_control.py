"""Faults and reset over HTTP, and who may not ask for them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox


def call(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
    address = f"{sandbox.url}/_sandbox/{path}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, address, json=body, headers=named, verify=str(sandbox.ca_bundle), timeout=60)


def who(sandbox: Sandbox) -> int:
    headers = {"Authorization": f"Bearer {sandbox.token()}"}
    url = f"{sandbox.url}/api/data/v9.2/WhoAmI"
    return requests.get(url, headers=headers, verify=str(sandbox.ca_bundle), timeout=60).status_code


def test_faults_are_ordered_told_and_taken_back(sandbox: Sandbox) -> None:
    ordered = call(sandbox, "POST", "faults", {"seed": 7, "rules": [{"kind": "503", "nth": 2}, "429 nth=3"]})
    assert ordered.status_code == 201
    assert [who(sandbox) for _ in range(4)] == [200, 503, 429, 200]
    told = call(sandbox, "GET", "faults")
    assert (told.status_code, told.headers["Content-Type"]) == (200, "application/json")
    assert told.json() == {
        "seed": 7,
        "rules": [
            {"number": 1, "kind": "503", "nth": 2, "matched": 4, "fired": 1},
            {"number": 2, "kind": "429", "nth": 3, "matched": 4, "fired": 1},
        ],
    }
    assert call(sandbox, "DELETE", "faults/1").status_code == 204
    assert [rule["number"] for rule in call(sandbox, "GET", "faults").json()["rules"]] == [2]
    assert call(sandbox, "DELETE", "faults").status_code == 204
    assert sandbox.faults.ordered() == []


def test_control_meets_no_faults_and_is_not_logged(sandbox: Sandbox) -> None:
    sandbox.faults.add("503", path="*")
    assert call(sandbox, "GET", "faults").status_code == 200
    assert sandbox.exchanges == []


def test_reset_puts_everything_back(sandbox: Sandbox) -> None:
    sandbox.faults.add("503")
    sandbox.call(lambda: sandbox.world.store.db.execute("DELETE FROM account"))
    assert call(sandbox, "POST", "reset", {}).status_code == 204
    assert sandbox.call(lambda: sandbox.world.store.count("account")) > 0
    assert who(sandbox) == 200
    assert len(sandbox.exchanges) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "faults"), ("DELETE", "faults"), ("GET", "faults"), ("POST", "reset")]
)
def test_pages_of_other_sites_are_refused(sandbox: Sandbox, method: str, path: str, headers: dict[str, str]) -> None:
    number = sandbox.faults.add("503 path=*/never")
    answer = call(sandbox, method, path, {"kind": "429"}, **headers)
    assert answer.status_code == 403
    assert [one.number for one in sandbox.faults.ordered()] == [number]


def test_pages_of_its_own_may(sandbox: Sandbox) -> None:
    for origin in (sandbox.url, sandbox.url.replace("127.0.0.1", "localhost").upper().replace("HTTPS", "https")):
        assert call(sandbox, "POST", "faults", {"kind": "429"}, Origin=origin, Sec_Fetch_Site="same-origin").ok


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", ["faults", "reset"])
def test_only_json_changes_anything(sandbox: Sandbox, path: str, kind: str) -> None:
    answer = call(sandbox, "POST", path, {"kind": "429"}, Content_Type=kind)
    assert answer.status_code == 415
    assert not sandbox.faults


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", {"kind": "nonsense"}, 400),
        ("POST", "faults", [3], 400),
        ("PUT", "faults", {}, 405),
        ("GET", "reset", None, 405),
        ("GET", "faults/1", None, 405),
        ("DELETE", "faults/1", None, 404),
        ("DELETE", "faults/x", None, 404),
    ],
)
def test_what_cannot_be_done_is_told(sandbox: Sandbox, method: str, path: str, body: Any, status: int) -> None:
    answer = call(sandbox, method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_large_body_is_not_read(sandbox: Sandbox) -> None:
    assert call(sandbox, "POST", "faults", ["503"] * 200_000).status_code == 413
