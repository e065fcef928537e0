"""Plain HTTP on loopback: addresses, tokens and links follow the scheme, for clients that cannot take a certificate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


@pytest.fixture(scope="module")
def plain() -> Iterator[Sandbox]:
    with Sandbox(http=True) as sandbox:
        yield sandbox


def get(sandbox: Sandbox, address: str, token: str, **headers: str) -> requests.Response:
    headers["Authorization"] = f"Bearer {token}"
    return requests.get(address if "//" in address else f"{sandbox.url}{address}", headers=headers, timeout=30)


def test_a_plain_client_signs_in_and_reads(plain: Sandbox) -> None:
    assert plain.url.startswith("http://127.0.0.1:")
    form = plain.credentials()
    sent = {"grant_type": "client_credentials", "scope": form["scopes"], **form}
    token = requests.post(form["token_url"], data=sent, timeout=30).json()["access_token"]
    answer = get(plain, "/api/data/v9.2/accounts?$select=name", token, Prefer="odata.maxpagesize=2")
    assert answer.status_code == 200
    assert answer.json()["@odata.context"].startswith(f"{plain.url}/api/data/v9.2/$metadata")


def test_links_lead_on(plain: Sandbox) -> None:
    first = get(plain, "/api/data/v9.2/accounts?$select=name", plain.token(), Prefer="odata.maxpagesize=2").json()
    assert first["@odata.nextLink"].startswith(f"{plain.url}/api/data/v9.2/accounts?")
    second = get(plain, first["@odata.nextLink"], plain.token(), Prefer="odata.maxpagesize=2").json()
    assert {row["accountid"] for row in first["value"]}.isdisjoint(row["accountid"] for row in second["value"])


def test_new_rows_have_their_address_there(plain: Sandbox) -> None:
    address = f"{plain.url}/api/data/v9.2/accounts"
    made = requests.post(
        address, json={"name": "Plain"}, headers={"Authorization": f"Bearer {plain.token()}"}, timeout=30
    )
    assert made.headers["OData-EntityId"].startswith(f"{address}(")
    assert get(plain, made.headers["OData-EntityId"], plain.token()).json()["name"] == "Plain"


def test_headers_keep_their_capitals(plain: Sandbox) -> None:
    """Some clients look for them in a plain dict."""
    answer = get(plain, "/api/data/v9.2/WhoAmI", plain.token())
    assert {"OData-Version", "Content-Type", "REQ_ID", "x-ms-service-request-id"} <= set(dict(answer.headers))


def test_localhost_and_the_challenge_follow_the_scheme(plain: Sandbox) -> None:
    port = plain.url.rsplit(":", 1)[1]
    refused = requests.get(f"http://localhost:{port}/api/data/v9.2/accounts", timeout=30)
    assert refused.status_code == 401
    assert f"resource_id=http://localhost:{port}/" in refused.headers["WWW-Authenticate"]
    told = requests.get(
        f"http://localhost:{port}/{plain.world.organization.tenant_id}/v2.0/.well-known/openid-configuration",
        timeout=30,
    ).json()
    assert told["token_endpoint"].startswith(f"http://localhost:{port}/")


def test_a_token_for_https_does_not_open_it(plain: Sandbox) -> None:
    other = plain.token(aud=plain.url.replace("http:", "https:"))
    assert get(plain, "/api/data/v9.2/WhoAmI", other).status_code == 401


def test_the_connectors_form_works(plain: Sandbox, executor: Executor) -> None:
    settings = plain.settings()
    assert settings["authentication"] == "Bearer"
    assert executor.run("who_am_i", {}, settings).unwrap()["user_id"]


def test_there_is_no_certificate(plain: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="plain HTTP"):
        _ = plain.ca_bundle


def test_tls_is_the_rule(sandbox: Sandbox) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.url.replace('https:', 'http:')}/api/data/v9.2/WhoAmI", timeout=30)
