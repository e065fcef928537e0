"""What Entra tells of itself."""

from __future__ import annotations

from typing import Any

import jwt
import orjson
import pytest

from onteg_dynamics.sandbox.entra import CONNECTOR
from tests.sandbox.entra.desk import ORIGIN, TENANT, Desk, credentials


def read(desk: Desk, path: str, **fields: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(desk.ask("GET", path, fields).body)
    return found


def test_every_endpoint_that_is_named_is_there(desk: Desk) -> None:
    document = read(desk, f"/{TENANT}/v2.0/.well-known/openid-configuration")
    for name in ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "jwks_uri"):
        path = document[name].removeprefix(ORIGIN)
        assert desk.ask("POST" if "token" in name or "device" in name else "GET", path, {}).status in {200, 400}
    assert {"private_key_jwt"} < set(document["token_endpoint_auth_methods_supported"])


def test_tokens_are_signed_with_the_key_that_is_shown(desk: Desk) -> None:
    keys = read(desk, f"/{TENANT}/discovery/v2.0/keys")["keys"]
    token = desk.token(**credentials(client_secret=CONNECTOR.secret))["access_token"]
    claims = jwt.decode(
        token,
        jwt.PyJWK(keys[0]).key,
        ["RS256"],
        audience=ORIGIN,
        options={"verify_iat": False, "verify_nbf": False, "verify_exp": False},
    )
    assert claims["tid"] == TENANT
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "localhost"])
def test_the_sandbox_vouches_for_its_own_hosts(desk: Desk, host: str) -> None:
    address = f"https://{host}/{TENANT}/oauth2/v2.0/authorize"
    document = read(desk, "/common/discovery/instance", authorization_endpoint=address)
    assert document["tenant_discovery_endpoint"] == f"{ORIGIN}/{TENANT}/v2.0/.well-known/openid-configuration"
    assert "localhost" in document["metadata"][0]["aliases"]


def test_it_vouches_for_nobody_else(desk: Desk) -> None:
    address = "https://login.evil.example/common/oauth2/authorize"
    document = read(desk, "/common/discovery/instance", authorization_endpoint=address)
    assert (document["error"], document["error_codes"]) == ("invalid_instance", [50049])
    assert read(desk, "/common/discovery/instance")["error_codes"] == [900144]


def test_an_address_that_is_not_there(desk: Desk) -> None:
    reply = desk.ask("GET", f"/{TENANT}/oauth2/v2.0/logout", {})
    assert (reply.status, orjson.loads(reply.body)["error"]) == (404, "not_found")
