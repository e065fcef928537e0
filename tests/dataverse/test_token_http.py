from __future__ import annotations

import pytest
import requests
import requests_mock as rm

from onteg_dynamics.dataverse.token_http import Reply, Stopped, TokenHttp
from onteg_dynamics.errors import ForeignHostError, TransportError

PUBLIC = "https://login.microsoftonline.com/contoso"
SANDBOX = "https://127.0.0.1:8443/demo"
SECRET = {"client_secret": "hush"}


def http(authority: str = PUBLIC) -> TokenHttp:
    return TokenHttp(requests.Session(), authority, (1.0, 2.0))


@pytest.mark.parametrize(
    ("authority", "url"),
    [
        (PUBLIC, "https://login.microsoftonline.com/other/oauth2/token"),
        (PUBLIC, "https://login.microsoftonline.us/t/oauth2/token"),
        (PUBLIC, "https://westeurope.login.microsoft.com/t/oauth2/token"),
        ("https://login.partner.microsoftonline.cn/t", "https://login.chinacloudapi.cn/t/oauth2/token"),
        (SANDBOX, "https://127.0.0.1:8443/demo/oauth2/v2.0/token"),
    ],
)
def test_the_secret_goes_to_the_token_service(requests_mock: rm.Mocker, authority: str, url: str) -> None:
    requests_mock.post(url, json={"access_token": "t"})
    assert http(authority).post(url, data=SECRET).json() == {"access_token": "t"}


@pytest.mark.parametrize(
    ("authority", "url"),
    [
        (PUBLIC, "https://elsewhere.example/contoso/oauth2/token"),
        (PUBLIC, "http://login.microsoftonline.com/contoso/oauth2/token"),
        (PUBLIC, "https://login.microsoftonline.com.elsewhere.example/oauth2/token"),
        (PUBLIC, "https://login.microsoftonline.com@elsewhere.example/oauth2/token"),
        (PUBLIC, "https://evil-login.microsoft.com/oauth2/token"),
        (PUBLIC, "https://login.microsoftonline.com:8443/oauth2/token"),
        (PUBLIC, "https://127.0.0.1:8443/demo/oauth2/token"),
        (SANDBOX, "https://127.0.0.1:8444/demo/oauth2/token"),
        (SANDBOX, "https://login.microsoftonline.com/contoso/oauth2/token"),
    ],
)
def test_the_secret_goes_nowhere_else(requests_mock: rm.Mocker, authority: str, url: str) -> None:
    requests_mock.register_uri(rm.ANY, rm.ANY, json={"access_token": "t"})
    ours = http(authority)
    with pytest.raises(Stopped):
        ours.post(url, data=SECRET)
    assert isinstance(ours.fault, ForeignHostError)
    assert not requests_mock.called


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(requests_mock: rm.Mocker, status: int) -> None:
    requests_mock.register_uri(rm.ANY, "https://elsewhere.example/", json={"access_token": "t"})
    requests_mock.post(f"{PUBLIC}/oauth2/token", status_code=status, headers={"Location": "https://elsewhere.example/"})
    ours = http()
    with pytest.raises(Stopped):
        ours.post(f"{PUBLIC}/oauth2/token", data=SECRET)
    assert ours.reply is not None
    assert ours.reply.status_code == status
    assert requests_mock.call_count == 1


def test_what_happened_is_kept_until_the_next_attempt(requests_mock: rm.Mocker) -> None:
    requests_mock.get(f"{PUBLIC}/v2.0", exc=requests.ConnectTimeout)
    ours = http()
    with pytest.raises(Stopped):
        ours.get(f"{PUBLIC}/v2.0")
    fault = ours.fault
    assert isinstance(fault, TransportError)
    assert fault.details.retryable
    ours.reset()
    assert ours.fault is None
    assert ours.reply is None


def test_a_failed_exchange_leaves_nothing_of_the_request_behind(requests_mock: rm.Mocker) -> None:
    requests_mock.post(f"{PUBLIC}/oauth2/token", exc=requests.ConnectTimeout("client_secret=hush"))
    with pytest.raises(Stopped) as caught:
        http().post(f"{PUBLIC}/oauth2/token", data=SECRET)
    assert caught.value.__context__ is None
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "data"), [("", {}), ("<html>", {}), ("[1]", {}), ('"a"', {}), ('{"a":1}', {"a": 1}), ("[" * 10_000, {})]
)
def test_only_an_object_counts_as_an_answer(text: str, data: dict[str, int]) -> None:
    assert Reply(200, text, {}).json() == data


@pytest.mark.parametrize(("status", "busy"), [(200, False), (400, False), (401, False), (429, True), (500, True)])
def test_a_busy_service_is_known_by_its_status(status: int, *, busy: bool) -> None:
    assert Reply(status, "", {}).busy is busy
