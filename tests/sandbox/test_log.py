"""The log: what was sent and answered, how long it took, who it was, and no secrets."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.callers import caller_of
from onteg_dynamics.sandbox.entra import CONNECTOR, NO_USER
from onteg_dynamics.sandbox.log import MASK, Exchange


def send(sandbox: Sandbox, method: str, path: str, **more: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.token()}", "Accept-Encoding": "gzip"}
    verify = str(sandbox.ca_bundle)
    return requests.request(method, f"{sandbox.url}{path}", headers=headers, verify=verify, timeout=30, **more)  # type: ignore[arg-type]


def test_an_exchange_tells_when_how_long_how_much_and_who(sandbox: Sandbox) -> None:
    answer = send(sandbox, "GET", "/api/data/v9.2/accounts")
    (exchange,) = sandbox.exchanges
    assert datetime.now(timezone.utc) - exchange.moment < timedelta(minutes=1)
    assert 0 < exchange.seconds < 30
    assert exchange.answer_size == int(answer.headers["Content-Length"]) < len(answer.content)
    assert exchange.response_body == answer.content
    assert exchange.caller == CONNECTOR.client_id
    assert sandbox.name_of(exchange) == "# Sandbox Connector"


def test_token_requests_name_their_application(sandbox: Sandbox) -> None:
    form = sandbox.credentials(NO_USER)
    sent = {"grant_type": "client_credentials", "scope": form["scopes"], **form}
    requests.post(form["token_url"], data=sent, verify=str(sandbox.ca_bundle), timeout=30)
    (exchange,) = sandbox.exchanges
    assert sandbox.name_of(exchange) == exchange.caller == NO_USER.client_id
    assert form["client_secret"].encode() not in exchange.request_body
    assert b"eyJ" not in exchange.response_body


def test_what_opens_a_receiver_is_masked(sandbox: Sandbox) -> None:
    send(sandbox, "POST", "/api/data/v9.2/accounts", data=b'{"name": "A", "authvalue" : "a \\"secret\\" word"}')
    (exchange,) = sandbox.exchanges
    assert exchange.request_body == b'{"name": "A", "authvalue" : "***"}'
    assert exchange.request_headers["authorization"] == MASK


def test_nor_is_it_shown_where_an_answer_was_packed(sandbox: Sandbox) -> None:
    hook = {"name": "Hook", "url": "https://x.example/", "authvalue": "s3cret" * 300, "contract": 8, "authtype": 4}
    made = send(sandbox, "POST", "/api/data/v9.2/serviceendpoints", json=hook)
    assert made.status_code == 204
    send(sandbox, "GET", "/api/data/v9.2/serviceendpoints")
    for exchange in sandbox.exchanges:
        assert b"s3cret" not in exchange.request_body
        assert b"s3cret" not in exchange.response_body


def test_whoever_watches_is_told_of_each() -> None:
    told: list[Exchange] = []
    with Sandbox("empty", watch=told.append) as sandbox:
        send(sandbox, "GET", "/api/data/v9.2/accounts")
        send(sandbox, "GET", "/api/data/v9.2/nothing")
        assert [exchange.status for exchange in told] == [200, 404]
        assert told == sandbox.exchanges


@pytest.mark.parametrize(
    "header",
    ["", "Basic abc", "Bearer", "Bearer abc", "Bearer a.b.c", "Bearer .W10.", "Bearer a.e30.c", "Bearer a.\xff.c"],
)
def test_whoever_cannot_be_read_has_no_name(header: str) -> None:
    assert caller_of({"authorization": header}) == ""


def test_people_are_told_by_their_object_id() -> None:
    claims = "eyJzY3AiOiJ1c2VyX2ltcGVyc29uYXRpb24iLCJvaWQiOiJhYmMiLCJhcHBpZCI6ImRlZiJ9"
    assert caller_of({"authorization": f"Bearer e.{claims}.s"}) == "abc"


def test_a_form_without_end_is_no_matter() -> None:
    assert caller_of({}, b"&".join([b"a=1"] * 1000)) == ""
