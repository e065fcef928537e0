"""The limits in front of the service: an ASGI layer that counts, turns away, and tells what is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from onteg_dynamics.sandbox.answers import lower_headers, send_refusal
from onteg_dynamics.sandbox.limits.limiter import Limiter
from onteg_dynamics.sandbox.log import Application, Message, Receive, Send
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.world import Caller

_LIMITED = "/api/data/"  # search has a limit of its own, and Entra has others


def limited(app: Application, limiter: Limiter, authenticate: Callable[[Mapping[str, str]], Caller]) -> Application:
    """The application, with the limits applied to each of its users; strangers pass, the service answers them.

    Args:
        app: The application.
        limiter: Counts and decides.
        authenticate: From request headers to the caller, or a Refusal.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        user_id = _user(scope, authenticate)
        if user_id is None:
            await app(scope, receive, send)
            return
        try:
            limiter.enter(user_id)
        except Refusal as refusal:
            await send_refusal(send, refusal, limiter.headers(user_id))
            return
        await _run(app, scope, receive, _Told(send, limiter, user_id))

    return application


class _Told:
    """Sends an answer with what is left of the limits."""

    def __init__(self, send: Send, limiter: Limiter, user_id: str) -> None:
        self._send = send
        self._limiter = limiter
        self._user_id = user_id
        self.began = time.perf_counter()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            told = self._limiter.headers(self._user_id, time.perf_counter() - self.began)
            message = {**message, "headers": [*message["headers"], *told]}
        await self._send(message)

    async def settle(self) -> None:
        """Lets the requests that came at the same time be counted as such."""
        if self._limiter.enforces:
            await asyncio.sleep(0)
            self.began = time.perf_counter()

    def leave(self) -> None:
        self._limiter.leave(self._user_id, time.perf_counter() - self.began)


async def _run(app: Application, scope: Message, receive: Receive, told: _Told) -> None:
    try:
        await told.settle()
        await app(scope, receive, told)
    finally:
        told.leave()


def _user(scope: Message, authenticate: Callable[[Mapping[str, str]], Caller]) -> str | None:
    """Who signed in, whomever he acts for; None where nobody did, or the address has no limits."""
    if scope["type"] != "http" or not scope["path"].startswith(_LIMITED):
        return None
    try:
        caller = authenticate(lower_headers(scope["headers"]))
    except Refusal:
        return None
    return caller.on_behalf_by or caller.user_id
