from __future__ import annotations

import gc
import json
import ssl
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock as rm
import trustme
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.auth import ClientCredentials, authority_of, scope_list
from onteg_dynamics.dataverse.transport import NetworkSettings, new_session
from onteg_dynamics.errors import AuthenticationError, OntegError, SettingsError, TransportError

TENANT = "https://login.microsoftonline.com/contoso.onmicrosoft.com"
TOKEN_URL = f"{TENANT}/oauth2/v2.0/token"
DISCOVERY = f"{TENANT}/v2.0/.well-known/openid-configuration"
URL = "https://contoso.crm.dynamics.com"
SECRET = "hush~hush.8Q"  # an exception's repr may not show it in any spelling


def configuration(authority: str = TENANT, token_endpoint: str | None = None) -> dict[str, str]:
    return {
        "issuer": f"{authority}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": token_endpoint or f"{authority}/oauth2/v2.0/token",
    }


def refused(number: int, error: str = "invalid_client") -> dict[str, Any]:
    description = f"AADSTS{number}: Something.\r\nTrace ID: 11-22"
    return {"error": error, "error_description": description, "error_codes": [number], "trace_id": "11-22"}


class World:
    """A clock that moves when somebody sleeps, and the provider under test in it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []
        self.session = requests.Session()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def provider(self, token_url: str = TOKEN_URL, session: requests.Session | None = None) -> ClientCredentials:
        return ClientCredentials(
            token_url,
            " app-id ",
            SECRET,
            [f"{URL}/.default"],
            session=session or self.session,
            timeout=(3.0, 7.0),
            clock=lambda: self.now,
            sleep=self.sleep,
            random=lambda: 0.0,
        )


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.session.close()


@pytest.fixture
def entra(requests_mock: rm.Mocker) -> rm.Mocker:
    requests_mock.get(DISCOVERY, json=configuration())
    tokens = [{"json": {"access_token": f"token-{n}", "expires_in": 3599, "token_type": "Bearer"}} for n in (1, 2, 3)]
    requests_mock.post(TOKEN_URL, tokens)
    return requests_mock


def failure(provider: ClientCredentials) -> OntegError:
    with pytest.raises(OntegError) as caught:
        provider.token()
    return caught.value


def test_nothing_is_sent_before_the_first_token(entra: rm.Mocker, world: World) -> None:
    world.provider()
    assert entra.call_count == 0


def test_a_token_is_asked_for_with_id_secret_and_scope(entra: rm.Mocker, world: World) -> None:
    token = world.provider().token()
    assert (token.value, token.expires_at) == ("token-1", world.now + 3599)
    sent = entra.request_history[-1]
    body = dict(pair.split("=") for pair in sent.text.split("&"))
    assert body["client_id"] == "app-id"
    assert body["grant_type"] == "client_credentials"
    assert body["scope"] == "https%3A%2F%2Fcontoso.crm.dynamics.com%2F.default"
    assert body["client_secret"] == "hush~hush.8Q"


def test_only_the_tokens_own_tenant_is_asked(entra: rm.Mocker, world: World) -> None:
    world.provider().token()
    assert [call.url for call in entra.request_history] == [DISCOVERY, TOKEN_URL]


def test_every_request_has_the_timeout(entra: rm.Mocker, world: World) -> None:
    world.provider().token()
    timeouts: list[Any] = [call.timeout for call in entra.request_history]
    assert timeouts == [(3.0, 7.0)] * 2


def test_a_token_is_asked_for_once_and_renewed_in_time(entra: rm.Mocker, world: World) -> None:
    provider = world.provider()
    assert [provider.token().value for _ in range(3)] == ["token-1"] * 3
    world.now += 3300
    assert provider.token().value == "token-2"
    assert entra.call_count == 3


def test_a_rejected_token_is_renewed_past_msals_cache(entra: rm.Mocker, world: World) -> None:
    provider = world.provider()
    assert provider.renew(provider.token().value).value == "token-2"
    assert entra.call_count == 3


def test_many_cold_threads_make_one_token_request(entra: rm.Mocker, world: World) -> None:
    provider, gate = world.provider(), threading.Barrier(16)

    def use(_: int) -> str:
        gate.wait(10)
        return provider.token().value

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(use, range(16))) == {"token-1"}
    assert entra.call_count == 2


def test_secret_and_tokens_are_named_for_the_redactor(entra: rm.Mocker, world: World) -> None:
    provider = world.provider()
    assert list(provider.secrets()) == [SECRET]
    provider.renew(provider.token().value)
    assert list(provider.secrets()) == [SECRET, "token-1", "token-2"]
    assert entra.call_count == 3
    assert SECRET not in repr(provider)


def test_closing_forgets_the_token(entra: rm.Mocker, world: World) -> None:
    provider = world.provider()
    provider.token()
    provider.close()
    assert provider.token().value == "token-2"
    assert entra.call_count == 3


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [
        (7000215, 401, "Client Secret is wrong"),
        (7000222, 401, "Client Secret has expired"),
        (700016, 400, "Client ID"),
        (500011, 400, "does not know the resource"),
        (1002012, 400, "scope is not valid"),
    ],
)
def test_a_refusal_is_explained(entra: rm.Mocker, world: World, number: int, status: int, words: str) -> None:
    entra.post(TOKEN_URL, json=refused(number), status_code=status)
    caught = failure(world.provider())
    assert isinstance(caught, AuthenticationError)
    assert words in caught.message
    assert (caught.details.code, caught.details.status) == (f"AADSTS{number}", status)
    assert (caught.details.request_id, caught.details.retryable) == ("11-22", False)
    assert world.slept == []


def test_an_unknown_tenant_is_explained_though_it_shows_at_discovery(entra: rm.Mocker, world: World) -> None:
    entra.get(DISCOVERY, json=refused(90002, "invalid_tenant"), status_code=400)
    caught = failure(world.provider())
    assert isinstance(caught, AuthenticationError)
    assert caught.message == "The tenant in the Token URL does not exist."
    assert caught.details.code == "AADSTS90002"


def test_a_mended_mistake_is_not_answered_with_the_old_error(entra: rm.Mocker, world: World) -> None:
    provider = world.provider()
    answers: list[dict[str, Any]] = [
        {"json": refused(700016), "status_code": 400},
        {"json": {"access_token": "t", "expires_in": 3599}},
    ]
    entra.post(TOKEN_URL, answers)
    failure(provider)
    assert provider.token().value == "t"


def test_a_busy_token_service_is_asked_again(entra: rm.Mocker, world: World) -> None:
    answers: list[dict[str, Any]] = [
        {"text": "<html>busy</html>", "status_code": 503},
        {"json": refused(90055, "temporarily_unavailable"), "status_code": 429, "headers": {"Retry-After": "7"}},
        {"json": {"access_token": "t", "expires_in": 3599}},
    ]
    entra.post(TOKEN_URL, answers)
    assert world.provider().token().value == "t"
    assert world.slept == [0.5, 7.0]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_service_that_stays_busy_is_a_retryable_error(entra: rm.Mocker, world: World, status: int) -> None:
    entra.post(TOKEN_URL, text="", status_code=status)
    caught = failure(world.provider())
    assert isinstance(caught, AuthenticationError)
    assert caught.message == f"login.microsoftonline.com is busy or down (HTTP {status})."
    assert (caught.details.retryable, caught.details.status) == (True, status)
    assert len(world.slept) == 2


def test_a_pause_longer_than_we_wait_is_passed_on(entra: rm.Mocker, world: World) -> None:
    entra.post(TOKEN_URL, json=refused(90055), status_code=429, headers={"Retry-After": "120"})
    details = failure(world.provider()).details
    assert (details.retry_after, details.retryable, world.slept) == (120.0, True, [])


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "<html>Sign in</html>", "headers": {"Content-Type": "text/html"}},
        {"status_code": 302, "headers": {"Location": "https://elsewhere.example/"}},
        {"json": ["access_token"]},
        {"json": {"access_token": ""}},
        {"json": {"access_token": 7}},
        {"json": {"token_type": "Bearer"}},
        {"status_code": 404, "text": "not found"},
    ],
)
def test_a_host_that_is_no_token_service_is_told_so(entra: rm.Mocker, world: World, answer: dict[str, Any]) -> None:
    entra.post(TOKEN_URL, **answer)
    caught = failure(world.provider())
    assert isinstance(caught, AuthenticationError)
    assert "does not answer like a token service" in caught.message
    assert "Token URL" in (caught.details.fix or "")


@pytest.mark.parametrize("answer", [{"text": "<html>Welcome</html>"}, {"json": {}}, {"json": []}, {"status_code": 404}])
def test_a_host_without_discovery_is_told_so(entra: rm.Mocker, world: World, answer: dict[str, Any]) -> None:
    entra.get(DISCOVERY, **answer)
    assert "does not answer like a token service" in failure(world.provider()).message


def test_a_page_that_repeats_what_was_sent_reaches_no_log(
    entra: rm.Mocker, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    entra.post(TOKEN_URL, text=lambda request, _: f"<html>You sent {request.text}</html>", status_code=400)
    failure(world.provider())
    assert SECRET not in caplog.text


def test_a_good_token_reaches_no_log(entra: rm.Mocker, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    assert world.provider().token().value == "token-1"
    assert entra.called
    assert SECRET not in caplog.text
    assert "token-1" not in caplog.text


@pytest.mark.parametrize("endpoint", ["https://elsewhere.example/token", "http://login.microsoftonline.com/x/token"])
def test_the_secret_is_not_sent_to_a_host_that_discovery_names(entra: rm.Mocker, world: World, endpoint: str) -> None:
    entra.get(DISCOVERY, json=configuration(token_endpoint=endpoint))
    caught = failure(world.provider())
    assert SECRET not in str([call.text for call in entra.request_history])
    assert {call.hostname for call in entra.request_history} == {"login.microsoftonline.com"}
    assert "Token URL" in (caught.details.fix or "")


def test_one_host_of_microsofts_may_name_another(entra: rm.Mocker, world: World) -> None:
    endpoint = "https://login.microsoftonline.us/contoso/oauth2/v2.0/token"
    entra.get(DISCOVERY, json=configuration(token_endpoint=endpoint))
    entra.post(endpoint, json={"access_token": "t", "expires_in": "3599"})
    token = world.provider().token()
    assert (token.value, token.expires_at) == ("t", world.now + 3599)


@pytest.mark.parametrize("life", [{}, {"expires_in": -1}])
def test_a_token_of_unknown_life_is_used_until_it_is_rejected(
    entra: rm.Mocker, world: World, life: dict[str, Any]
) -> None:
    entra.post(TOKEN_URL, json={"access_token": "t", **life})
    assert world.provider().token().expires_at is None


@pytest.mark.parametrize("life", ["soon", [1]])
def test_a_token_of_a_life_that_is_no_number_is_no_answer(entra: rm.Mocker, world: World, life: Any) -> None:
    entra.post(TOKEN_URL, json={"access_token": "t", "expires_in": life})
    assert "does not answer like a token service" in failure(world.provider()).message


@pytest.mark.parametrize(
    ("fault", "words", "attempts"),
    [
        (requests.ConnectTimeout(), "No connection", 3),
        (requests.ReadTimeout(), "did not answer", 3),
        (requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "self-signed")), "not trusted", 1),
        (requests.exceptions.InvalidURL(), "cannot be sent", 1),
    ],
)
def test_a_token_service_out_of_reach_is_a_transport_error(
    entra: rm.Mocker, world: World, fault: Exception, words: str, attempts: int
) -> None:
    entra.post(TOKEN_URL, exc=fault)
    caught = failure(world.provider())
    assert isinstance(caught, TransportError)
    assert words in caught.message
    assert len([call for call in entra.request_history if call.method == "POST"]) == attempts


def everything_in(error: BaseException) -> str:
    """All that the usual ways of showing an error show, and all that hangs on it but its frames."""
    shown = [repr(error), str(error), repr(vars(error)), *traceback.format_exception(error)]
    chain = [error.__cause__, error.__context__]
    held = [repr(item) for item in gc.get_referents(error) if not hasattr(item, "tb_frame")]
    return "\n".join([*shown, *held, *(everything_in(link) for link in chain if link is not None)])


@pytest.mark.parametrize(
    "answer",
    [
        {"exc": requests.ReadTimeout},
        {"json": refused(7000215), "status_code": 401},
        {"text": lambda request, _: request.text, "status_code": 500},
        {"text": lambda request, _: request.text, "status_code": 200},
    ],
)
def test_no_error_leads_to_the_secret(entra: rm.Mocker, world: World, answer: dict[str, Any]) -> None:
    entra.post(TOKEN_URL, **answer)
    caught = failure(world.provider())
    assert SECRET not in everything_in(caught)
    assert caught.__cause__ is None
    assert caught.__context__ is None


def test_a_netrc_entry_does_not_replace_the_credentials(
    entra: rm.Mocker, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    world.provider().token()
    assert not any("Authorization" in call.headers for call in entra.request_history)


class SmallEntra(BaseHTTPRequestHandler):
    """A token service on a host msal has never heard of."""

    def do_GET(self) -> None:
        self.answer(configuration(f"https://{self.headers['Host']}/demo"))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"access_token": "from-afar", "expires_in": 3599, "token_type": "Bearer"})

    def answer(self, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Sandbox:
    """Its Token URL, the file of its certificate authority, and that of another one."""

    token_url: str
    bundle: str
    other: str


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), SmallEntra)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    token_url = f"https://127.0.0.1:{server.server_port}/demo/oauth2/v2.0/token"
    yield Sandbox(token_url, str(tmp_path / "ca.pem"), str(tmp_path / "other.pem"))
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("where", ["network", "session"])
def test_a_certificate_of_its_own_is_trusted_by_the_bundle_given_not_the_environments(
    sandbox: Sandbox, world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", sandbox.other)
    session = new_session(NetworkSettings(ca_bundle=sandbox.bundle if where == "network" else None))
    session.verify = sandbox.bundle if where == "session" else True
    provider = world.provider(sandbox.token_url, session)
    assert provider.token().value == "from-afar"
    provider.close()


def test_a_certificate_of_its_own_is_not_trusted_without_the_bundle(sandbox: Sandbox, world: World) -> None:
    caught = failure(world.provider(sandbox.token_url))
    assert isinstance(caught, TransportError)
    assert "is not trusted" in caught.message
    assert "CA Bundle" in (caught.details.fix or "")


GUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        (f"https://login.microsoftonline.com/{GUID}/oauth2/v2.0/token", f"https://login.microsoftonline.com/{GUID}"),
        (f"https://login.microsoftonline.com/{GUID}/oauth2/token", f"https://login.microsoftonline.com/{GUID}"),
        (f" https://LOGIN.microsoftonline.us/{GUID}/oauth2/v2.0/token/ ", f"https://login.microsoftonline.us/{GUID}"),
        (
            "https://login.partner.microsoftonline.cn/contoso.cn/oauth2/v2.0/token",
            "https://login.partner.microsoftonline.cn/contoso.cn",
        ),
        (
            f"https://login.microsoftonline.com/{GUID}/oauth2/authorize?resource=x",
            f"https://login.microsoftonline.com/{GUID}",
        ),
        (f"https://login.microsoftonline.com/{GUID}", f"https://login.microsoftonline.com/{GUID}"),
        (f"https://login.microsoftonline.com/{GUID}/v2.0", f"https://login.microsoftonline.com/{GUID}"),
        ("https://127.0.0.1:8443/demo/oauth2/v2.0/token", "https://127.0.0.1:8443/demo"),
        ("https://[::1]:8443/demo/oauth2/v2.0/token", "https://[::1]:8443/demo"),
    ],
)
def test_the_authority_is_read_from_a_token_url(url: str, authority: str) -> None:
    assert authority_of(url) == authority


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https://"),
        ("login.microsoftonline.com/t/oauth2/token", "https://"),
        ("http://login.microsoftonline.com/t/oauth2/token", "https://"),
        ("http://127.0.0.1:8443/t/oauth2/token", "https://"),
        ("https://login.microsoftonline.com/", "names no tenant"),
        ("https://login.microsoftonline.com/oauth2/v2.0/token", "names no tenant"),
        ("https://login.microsoftonline.com/common/oauth2/v2.0/token", "in place of common"),
        ("https://login.microsoftonline.com/Organizations/oauth2/token", "in place of organizations"),
        ("https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token", "placeholder"),
        ("https://login.microsoftonline.com/%7Btenant%7D/oauth2/v2.0/token", "placeholder"),
        ("https://login.microsoftonline.com/te%2Fnant/oauth2/token", "neither an ID"),
        ("https://login.microsoftonline.com/../oauth2/token", "neither an ID"),
        ("https://user:pass@login.microsoftonline.com/t/oauth2/token", "user name"),
        ("https://login.microsoftonline.com@evil.example/t/oauth2/token", "user name"),
        ("https://contoso.crm4.dynamics.com/", "address of the environment"),
        ("https://portal.azure.com/t/home/blade", "not a token endpoint"),
        ("https://login.microsoftonline.com/t/oauth2/v2.0/token/extra", "not a token endpoint"),
        ("https://login.microsoftonline.com/t t/oauth2/token", "not a URL"),
        ("https://login.microsoftonline.com:port/t/oauth2/token", "not a URL"),
        ("https://evil.example\\@login.microsoftonline.com/t/oauth2/token", "not a URL"),
        ("https:///t/oauth2/token", "no valid host"),
        ("https://lögin.example/t/oauth2/token", "no valid host"),
    ],
)
def test_a_bad_token_url_is_explained(url: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        authority_of(url)
    (problem,) = caught.value.problems
    assert (problem.path, problem.label) == ("token_url", "Token URL")
    assert words in problem.message
    assert "pass@" not in problem.message


@given(st.text() | st.from_regex(r"https://[^\s]{0,40}", fullmatch=True))
def test_any_text_is_an_authority_or_a_settings_error(url: str) -> None:
    try:
        authority = authority_of(url)
    except SettingsError:
        return
    assert authority_of(authority) == authority


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ("", [f"{URL}/.default"]),
        ([], [f"{URL}/.default"]),
        (" , ", [f"{URL}/.default"]),
        (f"{URL}/.default", [f"{URL}/.default"]),
        (URL, [f"{URL}/.default"]),
        (f"{URL}/", [f"{URL}/.default"]),
        (URL.upper(), [f"{URL}/.default"]),
        (f"{URL}/api/data/v9.2/", [f"{URL}/.default"]),
        (".default", [f"{URL}/.default"]),
        ("user_impersonation", [f"{URL}/.default"]),
        (f"{URL}/user_impersonation", [f"{URL}/.default"]),
        (f"openid profile,offline_access, email {URL}", [f"{URL}/.default"]),
        ("openid", [f"{URL}/.default"]),
        ([URL, f"{URL}/.default"], [f"{URL}/.default"]),
        ([f"openid {URL}", "https://graph.microsoft.com"], [f"{URL}/.default", "https://graph.microsoft.com/.default"]),
        (f"{URL}//.default", [f"{URL}//.default"]),
        ("https://other.crm.dynamics.com", ["https://other.crm.dynamics.com/.default"]),
        ("api://my-app", ["api://my-app/.default"]),
        (GUID, [f"{GUID}/.default"]),
        ("https://graph.microsoft.com/User.Read", ["https://graph.microsoft.com/User.Read"]),
    ],
)
def test_scopes_are_taken_in_every_form(scopes: str | list[str], expected: list[str]) -> None:
    assert scope_list(scopes, URL) == expected
    assert scope_list(scopes, f"{URL}/") == expected


WORDS = st.sampled_from(
    ["openid", "offline_access", URL, f"{URL}/", ".default", "api://a", GUID, f"{URL}/user_impersonation"]
) | st.text(max_size=20)


@given(st.lists(WORDS), st.sampled_from([" ", ",", ", ", "\n"]))
def test_scopes_as_a_list_or_a_text_are_the_same_and_stay_so(words: list[str], between: str) -> None:
    scopes = scope_list(words, URL)
    assert scopes
    assert len(set(scopes)) == len(scopes)
    assert scope_list(between.join(words), URL) == scopes
    assert scope_list(scopes, URL) == scopes
    assert not any(scope in ("openid", "offline_access") for scope in scopes)
