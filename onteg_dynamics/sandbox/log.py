"""The record of what clients sent and what they got, without their secrets."""

from __future__ import annotations

import re
import threading
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

MASK = "***"
MAX_EXCHANGES = 1000
MAX_BYTES = 32 * 1024 * 1024
MAX_BODY = 1024 * 1024
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SECRET_FIELDS = re.compile(
    rb"""((?:^|[?&])(?:client_secret|client_assertion|assertion|password|refresh_token|code)=)[^&\s]*"""
    rb"""|("(?:access_token|refresh_token|id_token)"\s*:\s*)"[^"]*\"""",
)
_GZIP_WINDOW = 31  # zlib's word for a gzip header


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; secrets are masked, bodies above 1 MiB are cut.

    Attributes:
        method: The verb.
        target: Path and query, percent-encoded as they came.
        request_headers: By lowercase name; repeated ones joined by commas.
        request_body: What the client sent.
        status: The HTTP status of the answer.
        response_headers: By lowercase name; repeated ones joined by commas.
        response_body: The answer, unpacked where it went out compressed.
    """

    method: str
    target: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    response_headers: Mapping[str, str]
    _response: bytes = field(repr=False)

    @property
    def response_body(self) -> bytes:
        """The answer, unpacked where it went out compressed."""
        if self.response_headers.get("content-encoding") != "gzip":
            return self._response
        return zlib.decompressobj(_GZIP_WINDOW).decompress(self._response)

    @property
    def size(self) -> int:
        """The bytes that both bodies take."""
        return len(self.request_body) + len(self._response)


class Log:
    """The latest exchanges: at most 1,000 of them and 32 MiB of bodies. Threads may share it."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Keeps an exchange, and lets the oldest go where there are too many."""
        with self._lock:
            self._exchanges.append(exchange)
            self._bytes += exchange.size
            while len(self._exchanges) > MAX_EXCHANGES or self._bytes > MAX_BYTES:
                self._bytes -= self._exchanges.popleft().size

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._exchanges.clear()
            self._bytes = 0

    def exchanges(self) -> list[Exchange]:
        """What is kept, the newest last."""
        with self._lock:
            return list(self._exchanges)


def recorded(app: Application, log: Log) -> Application:
    """The application, with every exchange written to the log just before its answer is complete."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        recorder = _Recorder(scope, receive, send, log)
        await app(scope, recorder.receive, recorder.send)

    return application


class _Recorder:
    """Stands between the server and the application during one exchange."""

    def __init__(self, scope: Message, receive: Receive, send: Send, log: Log) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._log = log
        self._request = bytearray()
        self._response = bytearray()
        self._start: Message = {}
        self._held: Message | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        _append(self._request, message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._held = self._start = message  # an answer without a body is complete with its head
            return
        _append(self._response, message.get("body", b""))
        if not message.get("more_body", False):
            self._log.add(self._exchange())
        if self._held is not None:
            await self._send(self._held)
            self._held = None
        await self._send(message)

    def _exchange(self) -> Exchange:
        scope = self._scope
        path, query = scope["raw_path"].split(b"?")[0], scope["query_string"]
        clean = _masked if b"/oauth2/" in path else bytes  # only there do bodies carry secrets of ours
        return Exchange(
            scope["method"],
            _masked(path + (b"?" + query if query else b"")).decode("latin-1"),
            _headers(scope["headers"]),
            clean(self._request),
            self._start["status"],
            _headers(self._start["headers"]),
            clean(self._response),
        )


def _append(kept: bytearray, chunk: bytes) -> None:
    if chunk and len(kept) < MAX_BODY:
        kept += chunk[: MAX_BODY - len(kept)]


def _masked(text: bytes | bytearray) -> bytes:
    return _SECRET_FIELDS.sub(_mask, bytes(text))


def _mask(match: re.Match[bytes]) -> bytes:
    mask = MASK.encode()
    return match[1] + mask if match[1] else match[2] + b'"' + mask + b'"'


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1").lower()
        value = MASK if name in _SECRET_HEADERS else raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
