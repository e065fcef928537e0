"""Faults as a client meets them, over real HTTPS."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox

ACCOUNTS = "accounts?$select=name&$top=40"


class Client:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.verify = str(sandbox.ca_bundle)
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {sandbox.token()}"

    def get(self, path: str = "WhoAmI", **options: Any) -> requests.Response:
        return self.session.get(f"{self.sandbox.url}/api/data/v9.2/{path}", timeout=60, **options)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(f"{self.sandbox.url}/api/data/v9.2/{path}", json=body, timeout=60)

    def named(self, name: str) -> int:
        return len(self.get(f"accounts?$filter=name eq '{name}'").json()["value"])


def until_it_breaks(answer: requests.Response) -> bytes:
    got = b""
    try:
        for piece in answer.iter_content(1):
            got += piece
    except requests.exceptions.RequestException:
        return got
    raise AssertionError("The body was whole.")


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    made = Client(sandbox)
    with made.session:
        yield made


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_on_order(client: Client, status: int) -> None:
    client.sandbox.faults.add(str(status), retry_after=3, nth=2)
    assert client.get().status_code == 200
    answer = client.get()
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "3")
    assert answer.json()["error"]["message"]
    assert client.get().status_code == 200


def test_codes_and_messages_can_be_told(client: Client) -> None:
    client.sandbox.faults.add("429", times=1)
    assert client.get().json()["error"]["code"] == "0x80072322"
    client.sandbox.faults.add("503", times=1, code="0x80044150", message="Generic SQL error.")
    assert client.get().json()["error"] == {"code": "0x80044150", "message": "Generic SQL error."}


def test_a_gateways_page(client: Client) -> None:
    client.sandbox.faults.add("502", body="html", message="<Down>")
    answer = client.get()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>502 Bad Gateway</title>" in answer.text
    assert "&lt;Down&gt;" in answer.text


def test_an_answer_may_be_wrong_although_the_work_was_done(client: Client) -> None:
    client.sandbox.faults.add("504", after=True, method="POST", times=1)
    assert client.post("accounts", {"name": "Done anyway"}).status_code == 504
    assert client.named("Done anyway") == 1


def test_a_connection_is_dropped_before_the_work(client: Client) -> None:
    client.sandbox.faults.add("drop-before", method="POST")
    with pytest.raises(requests.ConnectionError):
        client.post("accounts", {"name": "Never"})
    assert client.named("Never") == 0
    dropped = client.sandbox.exchanges[-2]
    assert (dropped.method, dropped.status, dropped.response_body) == ("POST", 0, b"")


def test_a_connection_is_dropped_after_the_work(client: Client) -> None:
    client.sandbox.faults.add("drop-after", method="POST", nth=1)
    with pytest.raises(requests.ConnectionError):
        client.post("accounts", {"name": "Lost answer"})
    assert client.named("Lost answer") == 1


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_body_is_cut(client: Client, encoding: str) -> None:
    whole = client.get(ACCOUNTS, headers={"Accept-Encoding": encoding})
    client.sandbox.faults.add("truncate", keep=0.25)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        client.get(ACCOUNTS, headers={"Accept-Encoding": encoding})
    client.sandbox.faults.clear()
    assert client.get(ACCOUNTS, headers={"Accept-Encoding": encoding}).json() == whole.json()


def test_what_goes_out_of_a_cut_body(client: Client) -> None:
    whole = client.get(ACCOUNTS, headers={"Accept-Encoding": "identity"}).content
    client.sandbox.faults.add("truncate", keep=0.25)
    answer = client.get(ACCOUNTS, headers={"Accept-Encoding": "identity"}, stream=True)
    assert answer.headers["Content-Length"] == str(len(whole))
    assert until_it_breaks(answer) == whole[: len(whole) // 4]


def test_a_body_comes_slowly(client: Client) -> None:
    whole = client.get(ACCOUNTS).json()
    client.sandbox.faults.add("slow", seconds=0.3, times=1)
    started = time.monotonic()
    assert client.get(ACCOUNTS).json() == whole
    assert time.monotonic() - started >= 0.25  # clocks are coarse


def test_a_slow_body_begins_at_once(client: Client) -> None:
    client.sandbox.faults.add("slow", seconds=3600, times=1)
    with client.get(ACCOUNTS, stream=True) as answer:
        assert answer.status_code == 200


def test_a_token_ends_too_early(client: Client) -> None:
    client.sandbox.faults.add("expired-token", nth=2)
    assert client.get().status_code == 200
    answer = client.get()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=https://127.0.0.1:")
    assert "error=invalid_token" in answer.headers["WWW-Authenticate"]
    assert client.get().status_code == 200


def test_work_takes_longer(client: Client) -> None:
    client.sandbox.faults.add("delay", seconds=0.1, times=1)
    started = time.monotonic()
    assert client.get().status_code == 200
    assert time.monotonic() - started >= 0.1


def test_work_takes_longer_with_each_row(client: Client) -> None:
    client.sandbox.faults.add("delay", per_row=0.01, table="account")
    started = time.monotonic()
    rows = client.get("accounts?$select=name&$top=10").json()["value"]
    assert len(rows) == 10
    assert time.monotonic() - started >= 0.1


def test_a_delay_can_come_before_another_fault(client: Client) -> None:
    client.sandbox.faults.add("delay", seconds=0.05)
    client.sandbox.faults.add("503")
    started = time.monotonic()
    assert client.get().status_code == 503
    assert time.monotonic() - started >= 0.05


def test_sign_in_fails_where_its_address_is_told(client: Client) -> None:
    client.sandbox.faults.add("503", path="*/oauth2/*", times=1)
    form = {name: client.sandbox.settings()[name] for name in ("client_id", "client_secret")}
    form |= {"grant_type": "client_credentials", "scope": client.sandbox.settings()["scopes"]}
    address = client.sandbox.settings()["token_url"]
    assert client.session.post(address, form, timeout=60).status_code == 503
    assert client.session.post(address, form, timeout=60).status_code == 200


def test_faults_take_time_that_is_limited() -> None:
    with Sandbox("empty", limits="100/0.05/9/300", faults=["delay seconds=0.1 nth=1"]) as sandbox:
        client = Client(sandbox)
        with client.session:
            assert client.get().status_code == 200
            assert client.get().json()["error"]["code"] == "0x80072321"


def test_one_run_is_like_the_next() -> None:
    stories = []
    for _ in range(2):
        with Sandbox(
            "empty", faults=["503 probability=0.4", "500 probability=0.2 method=GET"], fault_seed=5
        ) as sandbox:
            client = Client(sandbox)
            with client.session:
                stories.append([client.get().status_code for _ in range(30)])
    assert stories[0] == stories[1]
    assert set(stories[0]) == {200, 500, 503}


def test_plain_http_drops_too() -> None:
    with Sandbox("empty", http=True, faults=["drop-after nth=1"]) as sandbox:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{sandbox.url}/api/data/v9.2/WhoAmI", timeout=60)
        assert requests.get(f"{sandbox.url}/api/data/v9.2/WhoAmI", timeout=60).status_code == 401
