"""Faults in front of the service: an ASGI layer that does to requests and answers what was ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.answers import lower_headers, send_answer
from onteg_dynamics.sandbox.faults.faults import Faults
from onteg_dynamics.sandbox.faults.pages import answer_of, headers_of
from onteg_dynamics.sandbox.faults.rows import count_rows
from onteg_dynamics.sandbox.faults.rule import (
    DELAY,
    DROP_AFTER,
    DROP_BEFORE,
    EXPIRED_TOKEN,
    SLOW,
    TRUNCATE,
    Asked,
    Rule,
)
from onteg_dynamics.sandbox.log import Application, Message, Receive, Send
from onteg_dynamics.sandbox.server import CONNECTION

Sleep = Callable[[float], Awaitable[None]]
PIECES = 10


@dataclass(frozen=True)
class Surroundings:
    """What faults need to know of the sandbox.

    Attributes:
        asked: Reads verb and path of a request as rules look at it.
        stale_token: A bearer token that has expired.
        sleep: Waits some seconds.
    """

    asked: Callable[[str, str], Asked]
    stale_token: Callable[[], str]
    sleep: Sleep = asyncio.sleep


def faulty(app: Application, faults: Faults, around: Surroundings) -> Application:
    """The application, with what was ordered going wrong.

    Args:
        app: The application.
        faults: The rules.
        around: Sleep, tokens and names.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if not faults or scope["type"] != "http":
            await app(scope, receive, send)
            return
        rules = faults.befalling(around.asked(scope["method"], scope["path"]))
        if rules:
            await _Misfortune(app, around, rules, scope, receive, send).run()
        else:
            await app(scope, receive, send)

    return application


@dataclass
class _Answer:
    """An answer that is held back."""

    start: Message = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


class _Misfortune:
    """One request that meets faults."""

    def __init__(
        self, app: Application, around: Surroundings, rules: list[Rule], scope: Any, receive: Receive, send: Send
    ) -> None:
        self._app = app
        self._around = around
        self._rules = rules
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sent = bytearray()
        self._answer = _Answer()

    async def run(self) -> None:
        await self._wait(sum(rule.seconds for rule in self._of(DELAY)))
        if self._of(EXPIRED_TOKEN):
            self._scope = {**self._scope, "headers": self._stale_headers()}
        early = next((rule for rule in self._rules if _is_early(rule)), None)
        if early is not None:
            await self._fail(early)
            return
        await self._app(self._scope, self._hear, self._answer.take)
        await self._wait(sum(rule.per_row for rule in self._of(DELAY)) * self._rows())
        await self._deliver()

    async def _deliver(self) -> None:
        for rule in self._rules:
            if rule.kind == DROP_AFTER or rule.status:
                await self._fail(rule)
                return
            if rule.kind == TRUNCATE:
                await self._send_part(rule)
                return
            if rule.kind == SLOW:
                await self._send_slowly(rule)
                return
        await self._send(self._answer.start)
        await self._send(_body(bytes(self._answer.body), more=False))

    async def _fail(self, rule: Rule) -> None:
        if rule.status:
            kind, body = answer_of(rule)
            await send_answer(self._send, rule.status, kind, body, headers_of(rule))
        else:
            await self._end(abrupt=True)

    async def _send_part(self, rule: Rule) -> None:
        await self._send(self._answer.start)
        part = bytes(self._answer.body[: int(len(self._answer.body) * rule.keep)])
        await self._send(_body(part, more=True))
        await self._end(abrupt=False)

    async def _send_slowly(self, rule: Rule) -> None:
        await self._send(self._answer.start)
        body = bytes(self._answer.body)
        size = max(1, -(-len(body) // PIECES))
        for begin in range(0, len(body), size):
            await self._wait(rule.seconds / (PIECES - 1) if begin else 0)
            await self._send(_body(body[begin : begin + size], more=True))
        await self._send(_body(b"", more=False))

    async def _end(self, *, abrupt: bool) -> None:
        """Ends the connection; what was sent still goes out unless it is abrupt."""
        transport = self._scope.get("extensions", {}).get(CONNECTION)
        if transport is None:
            raise ConnectionResetError("The connection was dropped on order.")
        transport.abort() if abrupt else transport.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _hear(self) -> Message:
        message = await self._receive()
        self._sent += message.get("body", b"")
        return message

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            await self._around.sleep(seconds)

    def _rows(self) -> int:
        headers = lower_headers(self._answer.start["headers"])
        return count_rows(bytes(self._sent), headers, bytes(self._answer.body))

    def _of(self, kind: str) -> list[Rule]:
        return [rule for rule in self._rules if rule.kind == kind]

    def _stale_headers(self) -> list[tuple[bytes, bytes]]:
        others = [(name, value) for name, value in self._scope["headers"] if name.lower() != b"authorization"]
        return [*others, (b"authorization", b"Bearer " + self._around.stale_token().encode())]


def _is_early(rule: Rule) -> bool:
    return rule.kind == DROP_BEFORE or (rule.status > 0 and not rule.after)


def _body(content: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}
