"""Entra without a socket, with a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import orjson

from onteg_dynamics.sandbox.entra import CONNECTOR, DESKTOP, Origins, Tenant, Tokens, open_tenant
from onteg_dynamics.sandbox.entra.app import answer
from onteg_dynamics.sandbox.entra.reply import Asked, Reply
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Organization

ORIGIN = "https://127.0.0.1:5000"
TENANT = Organization.tenant_id
AMARA = "amara.diallo@sandbox.onmicrosoft.com"
PRIYA = "priya.raman@sandbox.onmicrosoft.com"
TOKEN = f"/{TENANT}/oauth2/v2.0/token"
AUTHORIZE = f"/{TENANT}/oauth2/v2.0/authorize"
HERE = "http://localhost:8400/back"
MINE = f"{ORIGIN}/user_impersonation offline_access openid profile"


@dataclass
class Desk:
    tenant: Tenant
    now: float

    @classmethod
    def open(cls, store: Store) -> Desk:
        origins = Origins(5000)
        desk = cls.__new__(cls)
        desk.now = 1_800_000_000.0
        tokens = Tokens(f"{ORIGIN}/{TENANT}/", TENANT, origins.resources, clock=lambda: desk.now)
        desk.tenant = open_tenant(TENANT, tokens, origins, store)
        return desk

    def ask(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
        if method == "GET":
            return answer(Asked(method, path, fields, headers or {}, b"", ORIGIN), self.tenant)
        form = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return answer(Asked(method, path, {}, form, urlencode(fields).encode(), ORIGIN), self.tenant)

    def token(self, **fields: str) -> dict[str, Any]:
        """The token endpoint's document, whatever it is."""
        found: dict[str, Any] = orjson.loads(self.ask("POST", TOKEN, fields).body)
        return found

    def refused(self, **fields: str) -> tuple[int, str, int]:
        """Status, error and AADSTS number of a token request that is refused."""
        reply = self.ask("POST", TOKEN, fields)
        document = orjson.loads(reply.body)
        assert document["error_description"].startswith(f"AADSTS{document['error_codes'][0]}: ")
        return reply.status, document["error"], document["error_codes"][0]

    def authorize(self, **fields: str) -> Reply:
        """The authorization endpoint, asked by the desktop application."""
        usual = {"client_id": DESKTOP.client_id, "response_type": "code", "redirect_uri": HERE, "scope": MINE}
        return self.ask("GET", AUTHORIZE, {name: value for name, value in {**usual, **fields}.items() if value})

    def code(self, **fields: str) -> str:
        """The code of a sign-in."""
        return told(self.authorize(login_hint=AMARA, **fields))["code"]

    def redeem(self, code: str, **fields: str) -> dict[str, str]:
        """The form that redeems a code."""
        usual = {"grant_type": "authorization_code", "client_id": DESKTOP.client_id, "redirect_uri": HERE}
        return {**usual, "code": code, **fields}


def told(reply: Reply) -> dict[str, str]:
    """What a redirect tells the application."""
    assert reply.status == 302, reply.body
    return dict(parse_qsl(urlsplit(reply.location).query))


def claims(token: str) -> dict[str, Any]:
    """What stands in a token."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def credentials(**fields: str) -> dict[str, str]:
    """The form of the connector's application for itself, without a credential."""
    usual = {"grant_type": "client_credentials", "client_id": CONNECTOR.client_id, "scope": f"{ORIGIN}/.default"}
    return {**usual, **fields}
