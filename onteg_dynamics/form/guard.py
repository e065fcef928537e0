"""Who may talk to the form: pages of its own origin that know the session's token. Everybody else is turned away.

Every address begins with the token, so nothing is served to who does not know it, other users of the machine included.
``Host`` must be the server's own, which a rebound DNS name is not. What does something must come from a page of this
origin, as JSON, which no form of another site can send.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Guard", "Refusal", "new_token"]

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of a request's body: room for a file's content, no more."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""


def new_token() -> str:
    """A token that nobody guesses: 256 bits, safe in a URL."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Refusal:
    """Why a request is turned away.

    Attributes:
        status: HTTP status.
        message: one sentence.
    """

    status: int
    message: str


@dataclass(frozen=True)
class Guard:
    """An ASGI application that lets through to `app` only what may come in; `app` sees no token.

    Args:
        app: what is guarded.
        token: the first step of every address.
        origins: the server's own, such as ``http://127.0.0.1:PORT``.
    """

    app: ASGIApp
    token: str = field(repr=False)
    origins: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self.refusal(scope["method"], scope["path"], headers)
        if refusal is not None:
            await _refuse(send, refusal)
            return
        path = scope["path"].removeprefix(f"/{self.token}")
        await self.app({**scope, "path": path, "raw_path": path.encode()}, receive, _with_headers(send))

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is turned away; None where it may come in.

        Args:
            method: the verb.
            path: with the token.
            headers: by lowercase name.
        """
        if f"http://{headers.get('host', '').lower()}" not in self.origins:
            return Refusal(403, "The Host header names another server.")
        if not self._knows_token(path):
            return Refusal(404, "There is nothing here. Open the whole address that onteg-dynamics form has printed.")
        if method in {"GET", "HEAD"}:
            return _read_by_others(headers)
        return self._written_by_others(method, headers)

    def _knows_token(self, path: str) -> bool:
        shown = path.removeprefix("/").partition("/")[0]
        return path.startswith(f"/{shown}/") and secrets.compare_digest(shown.encode(), self.token.encode())

    def _written_by_others(self, method: str, headers: Mapping[str, str]) -> Refusal | None:
        if method != "POST":
            return Refusal(405, "Only GET and POST are answered.")
        if headers.get("origin", "").lower() not in self.origins:
            return Refusal(403, "Only the form's own page may do this.")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Refusal(403, "Pages of other sites may not do this.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Refusal(415, "The body must be JSON.")
        return _oversized(headers)


def _read_by_others(headers: Mapping[str, str]) -> Refusal | None:
    """A link from elsewhere may open the page; a page from elsewhere may read nothing."""
    is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site", "none") in {"none", "same-origin"} or is_visit:
        return None
    return Refusal(403, "Pages of other sites may not read the form.")


def _oversized(headers: Mapping[str, str]) -> Refusal | None:
    length = headers.get("content-length", "")
    if not re.fullmatch(r"[0-9]{1,15}", length):
        return Refusal(411, "The length of the body must be told.")
    return Refusal(413, "The body is too large.") if int(length) > LARGEST_BODY else None


async def _refuse(send: Send, refusal: Refusal) -> None:
    headers = {**HEADERS, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
    start = {"type": "http.response.start", "status": refusal.status, "headers": _encoded(headers)}
    await send(start)
    await send({"type": "http.response.body", "body": refusal.message.encode()})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_encoded(HEADERS)]}
        await send(message)

    return sending


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
