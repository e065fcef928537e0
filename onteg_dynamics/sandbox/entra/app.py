"""Entra over HTTP: the token endpoints, the discovery documents, the keys."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from typing import Any

import orjson

from onteg_dynamics.sandbox.entra.denials import Denial, missing_parameter, post_only
from onteg_dynamics.sandbox.entra.discovery import issuer_of, openid_configuration
from onteg_dynamics.sandbox.entra.grant import check_tenant, grant, read_form
from onteg_dynamics.sandbox.entra.origins import Origins
from onteg_dynamics.sandbox.entra.tokens import Tokens, key_set

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

MAX_FORM = 64 * 1024
_JSON = (b"content-type", b"application/json; charset=utf-8")
_NO_STORE = ((b"cache-control", b"no-store, no-cache"), (b"pragma", b"no-cache"))
_TOKEN = {("oauth2", "v2.0", "token"): 2, ("oauth2", "token"): 1}
_DISCOVERY = {
    ("v2.0", ".well-known", "openid-configuration"): 2,
    (".well-known", "openid-configuration"): 1,
}
_KEYS = {("discovery", "v2.0", "keys"): 2, ("discovery", "keys"): 1}


def create_entra(tokens: Tokens, tenant: str, origins: Origins) -> Application:
    """Entra as an ASGI application.

    Args:
        tokens: Issues the tokens.
        tenant: The tenant's id.
        origins: The sandbox's addresses.
    """
    entra = _Entra(tokens, tenant, origins)

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, document = entra.answer(scope["method"], scope["path"], headers, await _body(receive))
        body = orjson.dumps(document)
        head = [_JSON, *_NO_STORE, (b"content-length", b"%d" % len(body))]
        head.append((b"x-ms-request-id", str(uuid.uuid4()).encode()))
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return application


class _Entra:
    def __init__(self, tokens: Tokens, tenant: str, origins: Origins) -> None:
        self._tokens = tokens
        self._tenant = tenant
        self._origins = origins

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, dict[str, Any]]:
        """Status and document of the answer; ``body`` is None where it was too large to be read."""
        tenant, *rest = path.lstrip("/").split("/")
        address, origin = tuple(rest), self._origins.of(headers)
        try:
            if address in _TOKEN:
                return 200, self._token(method, tenant, headers, body, _TOKEN[address])
            if address in _DISCOVERY:
                check_tenant(tenant, self._tenant, shared=True)
                return 200, openid_configuration(origin, self._tenant, _DISCOVERY[address])
            if address in _KEYS:
                check_tenant(tenant, self._tenant, shared=True)
                return 200, key_set(issuer_of(origin, self._tenant, _KEYS[address]))
        except Denial as denial:
            now = datetime.fromtimestamp(self._tokens.clock(), timezone.utc)
            return denial.status, denial.document(now, origin, _correlation(headers))
        return 404, {"error": "not_found", "error_description": f"The sandbox has nothing at '{path}'."}

    def _token(
        self, method: str, tenant: str, headers: Mapping[str, str], body: bytes | None, version: int
    ) -> dict[str, Any]:
        if method != "POST":
            raise post_only(method)
        check_tenant(tenant, self._tenant, shared=False)
        if body is None:
            raise missing_parameter("grant_type")
        granted = grant(read_form(body, headers), self._origins, version=version)
        token = self._tokens.issue(granted.application, granted.resource)
        return _issued(token, granted.resource, self._tokens, version)


def _issued(token: str, resource: str, tokens: Tokens, version: int) -> dict[str, Any]:
    """The answer that carries a token; version 1.0 writes its numbers as text and tells more."""
    seconds = tokens.lifetime - 1
    if version == 2:
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
    now = int(tokens.clock())
    return {
        "token_type": "Bearer",
        "expires_in": str(seconds),
        "ext_expires_in": str(seconds),
        "expires_on": str(now + tokens.lifetime),
        "not_before": str(now),
        "resource": resource,
        "access_token": token,
    }


def _correlation(headers: Mapping[str, str]) -> str:
    """The caller's own correlation id where it is one."""
    try:
        return str(uuid.UUID(headers.get("client-request-id", "")))
    except ValueError:
        return str(uuid.uuid4())


async def _body(receive: Receive) -> bytes | None:
    """The request's body, or None where it is larger than any token request is."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        body += message.get("body", b"")[: MAX_FORM + 1 - len(body)]
    return bytes(body) if len(body) <= MAX_FORM else None
