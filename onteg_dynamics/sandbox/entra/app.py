"""Entra over HTTP: which address is answered by whom."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from onteg_dynamics.sandbox.entra.denials import Denial
from onteg_dynamics.sandbox.entra.devices import PAGE, answer_device_page, begin_device
from onteg_dynamics.sandbox.entra.discovery import issuer_of, known_instance, openid_configuration
from onteg_dynamics.sandbox.entra.grant import answer_token
from onteg_dynamics.sandbox.entra.handing import HANDED_OUT, hand_out
from onteg_dynamics.sandbox.entra.managed import MACHINE_PATH, SERVICE_PATH, answer_machine, answer_service
from onteg_dynamics.sandbox.entra.reply import Asked, Reply, read_fields
from onteg_dynamics.sandbox.entra.sign_in import answer_authorize
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.tokens import key_set

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

MAX_FORM = 64 * 1024
_NO_STORE = ((b"cache-control", b"no-store, no-cache"), (b"pragma", b"no-cache"))
# Names of endpoints below a tenant, and their generation.
_TOKEN = {("oauth2", "v2.0", "token"): 2, ("oauth2", "token"): 1}
_AUTHORIZE = {("oauth2", "v2.0", "authorize"): 2, ("oauth2", "authorize"): 1}
_DEVICE = ("oauth2", "v2.0", "devicecode")
_DISCOVERY = {
    ("v2.0", ".well-known", "openid-configuration"): 2,
    (".well-known", "openid-configuration"): 1,
}
_KEYS = {("discovery", "v2.0", "keys"): 2, ("discovery", "keys"): 1}
_INSTANCE = ("discovery", "instance")


def create_entra(tenant: Tenant) -> Application:
    """Entra as an ASGI application.

    Args:
        tenant: The sandbox's tenant.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = read_fields(scope.get("query_string", b"").decode("latin-1"))
        origin = tenant.origins.of(headers)
        asked = Asked(scope["method"], scope["path"], query, headers, await _body(receive), origin)
        reply = answer(asked, tenant)
        head = [(b"content-type", reply.content_type.encode()), (b"content-length", b"%d" % len(reply.body))]
        head += [*_NO_STORE, (b"x-ms-request-id", str(uuid.uuid4()).encode())]
        if reply.location:
            head.append((b"location", reply.location.encode("latin-1", "replace")))
        await send({"type": "http.response.start", "status": reply.status, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    return application


def answer(asked: Asked, tenant: Tenant) -> Reply:
    """The answer to a request.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
    """
    try:
        reply = _beside(asked, tenant) or _below(asked, tenant)
    except Denial as denial:
        now = datetime.fromtimestamp(tenant.tokens.clock(), timezone.utc)
        return Reply.json(denial.document(now, asked.origin, _correlation(asked.headers)), denial.status)
    if reply is not None:
        return reply
    text = f"The sandbox has nothing at '{asked.path}'."
    return Reply.json({"error": "not_found", "error_description": text}, 404)


def _beside(asked: Asked, tenant: Tenant) -> Reply | None:
    """Addresses that name no tenant."""
    path = asked.path.rstrip("/")
    if path == MACHINE_PATH:
        return answer_machine(asked, tenant)
    if path == SERVICE_PATH:
        return answer_service(asked, tenant)
    if path.startswith(HANDED_OUT) and asked.method == "GET":
        return hand_out(path.removeprefix(HANDED_OUT), asked, tenant)
    return answer_device_page(asked, tenant) if path == f"/{PAGE}" else None


def _below(asked: Asked, tenant: Tenant) -> Reply | None:
    """Addresses below a tenant's name."""
    name, *rest = asked.path.lstrip("/").split("/")
    address = tuple(rest)
    if address in _TOKEN:
        return Reply.json(answer_token(asked, tenant, name, _TOKEN[address]))
    if address in _AUTHORIZE:
        return answer_authorize(asked, tenant, name, _AUTHORIZE[address])
    if address == _DEVICE:
        return Reply.json(begin_device(asked, tenant, name))
    found = _about(asked, tenant, name, address)
    return None if found is None else Reply.json(found)


def _about(asked: Asked, tenant: Tenant, name: str, address: tuple[str, ...]) -> dict[str, Any] | None:
    """What Entra tells of itself."""
    if address == _INSTANCE:
        return known_instance(asked.query, tenant.origins, asked.origin)
    if address in _DISCOVERY:
        tenant.check(name, shared=True)
        return openid_configuration(asked.origin, tenant.id, _DISCOVERY[address])
    if address in _KEYS:
        tenant.check(name, shared=True)
        return key_set(issuer_of(asked.origin, tenant.id, _KEYS[address]))
    return None


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
