"""Who may not talk to the form: other origins, rebound names, those without the token, forms of other sites."""

from __future__ import annotations

import socket

import pytest
import requests
from starlette.applications import Starlette

from onteg_dynamics.form.guard import HEADERS, LARGEST_BODY, Guard, new_token
from onteg_dynamics.form.serving import FormServer
from tests.form.conftest import Page

ORIGIN = "http://127.0.0.1:4711"


def test_every_answer_has_the_headers_and_nothing_of_the_token(form: Page) -> None:
    for path in ("", "form.js", "api/start", "nothing", "api/actions/no_such"):
        answer = form.session.get(form.server.url + path, timeout=30)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "server" not in answer.headers
        assert form.server.url.split("/")[3] not in answer.text


def test_scripts_come_from_here_alone_and_none_are_made_of_text() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"


@pytest.mark.parametrize("path", ["/", "/api/start", "/wrong/", "/wrong/api/start", "", "//", "/x/../"])
def test_without_the_token_there_is_nothing(form: Page, path: str) -> None:
    assert form.session.get(form.origin + path, timeout=30).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
def test_a_rebound_name_is_turned_away(form: Page, host: str) -> None:
    name = host.format(port=form.server.port)
    assert form.session.get(form.server.url, headers={"Host": name}, timeout=30).status_code in {400, 403}


def test_two_hosts_are_turned_away(form: Page) -> None:
    path = form.server.url.removeprefix(form.origin)
    request = f"GET {path}api/start HTTP/1.1\r\nHost: 127.0.0.1:{form.server.port}\r\nHost: evil.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", form.server.port), timeout=10) as wire:
        wire.sendall(request.encode())
        assert wire.recv(100).split()[1] in {b"400", b"403"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_another_site_could_send_does_nothing(form: Page, headers: dict[str, str], status: int) -> None:
    assert form.post("api/run", {"action": "who_am_i"}, **headers).status_code == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_verbs_are_refused(form: Page, method: str) -> None:
    answer = requests.request(method, form.server.url + "api/run", headers={"Origin": form.origin}, timeout=30)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_pages_of_other_sites_read_nothing_but_a_link_opens_the_page(form: Page) -> None:
    def got(**headers: str) -> int:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return int(form.session.get(form.server.url + "api/start", headers=names, timeout=30).status_code)

    assert got(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors", Sec_Fetch_Dest="empty") == 403
    assert got(Sec_Fetch_Site="same-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe") == 403
    assert got(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document") == 200


def test_a_body_must_tell_its_length_and_keep_it_small() -> None:
    guard = Guard(Starlette(), "t", frozenset({ORIGIN}))
    headers = {"host": "127.0.0.1:4711", "origin": ORIGIN, "content-type": "application/json"}
    told = {length: guard.refusal("POST", "/t/api/run", {**headers, "content-length": length}) for length in _LENGTHS}
    assert {length: refusal and refusal.status for length, refusal in told.items()} == _LENGTHS


_LENGTHS = {"": 411, "-1": 411, "x": 411, "٣": 411, "12": None, str(LARGEST_BODY): None, str(LARGEST_BODY + 1): 413}


def test_tokens_are_long_and_new_each_time() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_it_listens_on_loopback_alone() -> None:
    with FormServer() as server:
        assert server._socket.getsockname()[0] == "127.0.0.1"
        assert server.url.startswith("http://127.0.0.1:")
        assert server.url not in repr(server)
