from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.bearer import ReadyToken, jwt_claims
from onteg_dynamics.errors import AuthenticationError

NOW = 1_767_225_600.0  # 2026-01-01 00:00 UTC
URL = "https://contoso.crm.dynamics.com"


def jwt(**claims: Any) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def ready(token: str, url: str = URL) -> ReadyToken:
    return ReadyToken(token, url, clock=lambda: NOW)


def refusal(token: str, url: str = URL) -> AuthenticationError:
    with pytest.raises(AuthenticationError) as caught:
        ready(token, url).token()
    assert token not in str(caught.value)
    return caught.value


GOOD = jwt(aud=URL, exp=NOW + 600, nbf=NOW - 600)


def test_a_good_token_is_given_with_its_end() -> None:
    token = ready(GOOD).token()
    assert (token.value, token.expires_at) == (GOOD, NOW + 600)


@pytest.mark.parametrize(
    "pasted",
    [
        f"Bearer {GOOD}",
        f"bearer\t{GOOD}\n",
        f"  {GOOD}\r\n",
        f'"{GOOD}"',
        f"Authorization: Bearer {GOOD}",
        f"Authorization: Bearer\n{GOOD}",
        f"{GOOD[:40]}\n{GOOD[40:80]}\n  {GOOD[80:]}",
    ],
)
def test_a_token_is_taken_as_people_paste_it(pasted: str) -> None:
    provider = ready(pasted)
    assert provider.token().value == GOOD
    assert list(provider.secrets()) == [GOOD]


def test_a_token_that_is_no_jwt_is_taken_as_it_is() -> None:
    token = ready("opaque-token_123").token()
    assert (token.value, token.expires_at) == ("opaque-token_123", None)


@pytest.mark.parametrize("pasted", ["", "  \n", "Bearer", '{"access_token":"x"}', "tokén", "a\x00b", "a;b"])
def test_a_text_that_can_be_no_token_is_refused(pasted: str) -> None:
    with pytest.raises(AuthenticationError, match="characters that no access token has"):
        ready(pasted).token()


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (0, "a moment ago"),
        (1, "1 second ago"),
        (120, "2 minutes ago"),
        (3600, "1 hour ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_an_expired_token_says_when_it_ended(ago: int, words: str) -> None:
    error = refusal(jwt(aud=URL, exp=NOW - ago))
    assert words in error.message
    assert "2025-12-" in error.message or "2026-01-01 00:00 UTC" in error.message
    assert "OAuth" in (error.details.fix or "")


def test_a_token_expires_while_it_is_in_use() -> None:
    now = [NOW]
    provider = ReadyToken(GOOD, URL, clock=lambda: now[0])
    provider.token()
    now[0] += 600
    with pytest.raises(AuthenticationError, match="expired"):
        provider.token()


def test_a_token_that_is_not_valid_yet_points_at_the_clock() -> None:
    error = refusal(jwt(aud=URL, exp=NOW + 9000, nbf=NOW + 301))
    assert "only from 2026-01-01 00:05 UTC" in error.message
    assert "clock" in (error.details.fix or "")


def test_clocks_may_differ_a_little() -> None:
    assert ready(jwt(aud=URL, nbf=NOW + 299)).token().value


@pytest.mark.parametrize(
    ("audience", "url"),
    [
        (URL + "/", URL),
        (URL + "//", URL),
        (URL + "/.default", URL),
        (URL.upper().replace("HTTPS", "https"), URL),
        (URL + ":443", URL),
        (URL, "https://contoso.api.crm.dynamics.com"),
        ("https://contoso.api.crm4.dynamics.com/", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.crm.microsoftdynamics.us/", "https://contoso.crm.microsoftdynamics.us"),
        ("https://contoso.crm.appsplatform.us", "https://contoso.crm.appsplatform.us"),
        ("https://contoso.crm.dynamics.cn/", "https://contoso.crm.dynamics.cn"),
        ("https://127.0.0.1:8443/", "https://127.0.0.1:8443"),
        ("00000007-0000-0000-C000-000000000000", URL),
        (["https://graph.microsoft.com", URL], URL),
    ],
)
def test_a_token_for_the_environment_is_accepted_however_it_is_spelt(audience: Any, url: str) -> None:
    assert ready(jwt(aud=audience), url).token().value


@pytest.mark.parametrize(
    ("audience", "shown"),
    [
        ("https://graph.microsoft.com", "https://graph.microsoft.com"),
        ("https://other.crm.dynamics.com/", "https://other.crm.dynamics.com/"),
        ("https://contoso.crm4.dynamics.com", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.crm.dynamics.com.evil.example", "https://contoso.crm.dynamics.com.evil.example"),
        ("https://contoso.crm.dynamics.com@evil.example", "another resource"),
        ("https://contoso.crm.dynamics.com:444", "https://contoso.crm.dynamics.com:444"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        ("https://[bad", "another resource"),
        ("line\nbreak", "another resource"),
    ],
)
def test_a_token_for_something_else_is_refused_by_name(audience: str, shown: str) -> None:
    error = refusal(jwt(aud=audience, exp=NOW + 600))
    assert error.message == f"The token is for {shown}, not for {URL}."
    assert URL in (error.details.fix or "")


@pytest.mark.parametrize("odd", [None, "soon", True, [1], {}, -1, 1e300, 10**30])
def test_odd_times_in_a_token_are_passed_over(odd: Any) -> None:
    assert ready(jwt(aud=URL, exp=odd, nbf=odd)).token().expires_at is None


@pytest.mark.parametrize("odd", [None, 7, {}, [], [7], ""])
def test_an_odd_audience_is_passed_over(odd: Any) -> None:
    assert ready(jwt(aud=odd)).token().value


def test_a_ready_token_cannot_be_renewed() -> None:
    provider = ready(GOOD)
    with pytest.raises(AuthenticationError, match="cannot be renewed") as caught:
        provider.renew(GOOD)
    assert caught.value.details.status == 401
    assert GOOD not in str(caught.value) + repr(provider) + repr(provider.token())


def test_claims_are_read_from_a_jwt() -> None:
    assert jwt_claims(jwt(aud="a", tid="b")) == {"aud": "a", "tid": "b"}


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d.e", "a.!!!.c", "a.é.c", "a.WzFd.c", "a.bm90anNvbg.c", "a.A.c"])
def test_a_text_that_is_no_jwt_has_no_claims(text: str) -> None:
    assert jwt_claims(text) is None


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    jwt_claims(text)
    jwt_claims(f"a.{text}.c")
    provider = ready(text)
    try:
        value = provider.token().value
    except AuthenticationError:
        return
    assert value.isascii()
    assert not any(letter.isspace() for letter in value)
