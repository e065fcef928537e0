"""How the server is reached: over the streams of a process, or over HTTP on this machine.

Implements "stdio" and "Streamable HTTP" of the Model Context Protocol.
"""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.secret import Secret

__all__ = ["create_app", "is_loopback", "serve_stdio"]

SHORTEST_TOKEN = 16


def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over stdin and stdout, until it closes them.

    Args:
        server: from `create_server`.
    """

    async def serving() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(serving)


def create_app(server: Server[Any], host: str, token: Secret | None) -> Starlette:
    """The server as an ASGI application; its one address is ``/mcp``.

    Args:
        server: from `create_server`.
        host: where it will listen.
        token: what clients must bring (``Authorization: Bearer``); None for everybody on this machine.

    Raises:
        InputError: others than this machine would reach it without a token, or the token can be guessed.
    """
    if token is None and not is_loopback(host):
        raise InputError((Problem("host", "Host", "is reached by other machines: a token is needed"),))
    if token is not None and len(token.value) < SHORTEST_TOKEN:
        raise InputError((Problem("token", "Token", f"must have at least {SHORTEST_TOKEN} characters"),))
    app = server.streamable_http_app(transport_security=_security(host), host=host)
    if token is not None:
        app.add_middleware(_Door, token=token)
    return app


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _security(host: str) -> TransportSecuritySettings:
    """Pages of other sites cannot speak to it: neither by a name that leads here nor from their own origin."""
    names = ["127.0.0.1", "localhost", "[::1]"] if is_loopback(host) else []
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=bool(names),
        allowed_hosts=[f"{name}:*" for name in names],
        allowed_origins=[f"http://{name}:*" for name in names],
    )


class _Door:
    """Lets in who brings the token."""

    def __init__(self, app: ASGIApp, token: Secret) -> None:
        self.app = app
        self.expected = f"Bearer {token.value}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 401."""
        brought = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] != "http" or secrets.compare_digest(brought, self.expected):
            await self.app(scope, receive, send)
            return
        refused = JSONResponse({"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"})
        await refused(scope, receive, send)
