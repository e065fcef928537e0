"""The record of what clients sent and what they got, without their secrets."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from onteg_dynamics.sandbox.callers import caller_of

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

MASK = "***"
MAX_EXCHANGES = 1000
MAX_BYTES = 32 * 1024 * 1024
MAX_BODY = 1024 * 1024
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-identity-header"})
_SECRET_FIELDS = re.compile(
    rb"""((?:^|[?&#])(?:client_secret|(?:client_)?assertion|password|refresh_token|(?:device_)?code|code_verifier)=)"""
    rb"""[^&\s]*|("(?:access_token|refresh_token|id_token|device_code)"\s*:\s*|name="code" value=)"[^"]*\""""
    rb"""|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+|-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----""",
    re.DOTALL,
)
_SECRET_NAMES = (b"authvalue", b"saskey", b"sastoken", b"password")
_SECRET_COLUMNS = re.compile(rb'''("(?:%s)"\s*:\s*)"(?:[^"\\]|\\.)*"''' % b"|".join(_SECRET_NAMES))
_GZIP_WINDOW = 31  # zlib's word for a gzip header
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; secrets are masked, bodies above 1 MiB are cut.

    Attributes:
        method: The verb.
        target: Path and query, percent-encoded as they came.
        request_headers: By lowercase name; repeated ones joined by commas.
        request_body: What the client sent.
        status: The HTTP status of the answer; 0 where the connection ended without one.
        response_headers: By lowercase name; repeated ones joined by commas.
        response_body: The answer, unpacked where it went out compressed.
        answer_size: The bytes of the answer's body as they went out.
        moment: When the request came, in UTC.
        seconds: How long it took to answer.
        caller: The id of the application or person that the request names, "" where it names none.
    """

    method: str
    target: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    response_headers: Mapping[str, str]
    _response: bytes = field(repr=False)
    answer_size: int = 0
    moment: datetime = _EPOCH
    seconds: float = 0.0
    caller: str = ""

    @property
    def response_body(self) -> bytes:
        """The answer, unpacked where it went out compressed."""
        if self.response_headers.get("content-encoding") != "gzip":
            return self._response
        return _without_secret_columns(zlib.decompressobj(_GZIP_WINDOW).decompress(self._response))

    @property
    def size(self) -> int:
        """The bytes that both bodies take."""
        return len(self.request_body) + len(self._response)


class Log:
    """The latest exchanges: at most 1,000 of them and 32 MiB of bodies. Threads may share it.

    Args:
        watch: Is told of each exchange when it is kept; it must return at once.
    """

    def __init__(self, watch: Callable[[Exchange], None] | None = None) -> None:
        self._watch = watch
        self._exchanges: deque[Exchange] = deque()
        self._bytes = 0
        self._gone = 0
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Keeps an exchange, and lets the oldest go where there are too many."""
        with self._lock:
            self._exchanges.append(exchange)
            self._bytes += exchange.size
            while len(self._exchanges) > MAX_EXCHANGES or self._bytes > MAX_BYTES:
                self._bytes -= self._exchanges.popleft().size
                self._gone += 1
        if self._watch is not None:
            self._watch(exchange)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._gone += len(self._exchanges)
            self._exchanges.clear()
            self._bytes = 0

    def exchanges(self) -> list[Exchange]:
        """What is kept, the newest last."""
        with self._lock:
            return list(self._exchanges)

    def numbered(self) -> list[tuple[int, Exchange]]:
        """What is kept, each with its number, which no other exchange ever has; the newest last."""
        with self._lock:
            return list(enumerate(self._exchanges, self._gone + 1))


def recorded(app: Application, log: Log) -> Application:
    """The application, with every exchange written to the log just before its answer is complete.

    An answer that never came has the status 0; one that was cut has what came of it.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        recorder = _Recorder(scope, receive, send, log)
        await app(scope, recorder.receive, recorder.send)
        recorder.end()

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
        self._is_kept = False
        self._answer_size = 0
        self._moment = datetime.now(timezone.utc)
        self._began = time.perf_counter()

    async def receive(self) -> Message:
        message = await self._receive()
        _append(self._request, message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._held = self._start = message  # an answer without a body is complete with its head
            return
        _append(self._response, message.get("body", b""))
        self._answer_size += len(message.get("body", b""))
        if not message.get("more_body", False):
            self.end()
        if self._held is not None:
            await self._send(self._held)
            self._held = None
        await self._send(message)

    def end(self) -> None:
        """Writes the exchange to the log, once."""
        if not self._is_kept:
            self._is_kept = True
            self._log.add(self._exchange())

    def _exchange(self) -> Exchange:
        scope = self._scope
        path, query = scope["raw_path"].split(b"?")[0], scope["query_string"]
        signs_in = not path.startswith(b"/api/")
        clean = _masked if signs_in else _without_secret_columns
        return Exchange(
            scope["method"],
            _masked(path + (b"?" + query if query else b"")).decode("latin-1"),
            _headers(scope["headers"]),
            clean(self._request),
            self._start.get("status", 0),
            _headers(self._start.get("headers", [])),
            clean(self._response),
            self._answer_size,
            self._moment,
            time.perf_counter() - self._began,
            caller_of(_headers(scope["headers"], masked=False), bytes(self._request) if signs_in else b""),
        )


def _append(kept: bytearray, chunk: bytes) -> None:
    if chunk and len(kept) < MAX_BODY:
        kept += chunk[: MAX_BODY - len(kept)]


def _masked(text: bytes | bytearray) -> bytes:
    return _SECRET_FIELDS.sub(_mask, bytes(text))


def _without_secret_columns(body: bytes | bytearray) -> bytes:
    """The body of a Web API request or answer; what opens a webhook's receiver is no one else's business."""
    if not any(name in body for name in _SECRET_NAMES):
        return bytes(body)
    return _SECRET_COLUMNS.sub(rb'\1"' + MASK.encode() + b'"', bytes(body))


def _mask(match: re.Match[bytes]) -> bytes:
    mask = MASK.encode()
    if match[1]:
        return match[1] + mask
    return match[2] + b'"' + mask + b'"' if match[2] else mask


def _headers(raw: list[tuple[bytes, bytes]], *, masked: bool = True) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1").lower()
        value = MASK if masked and name in _SECRET_HEADERS else raw_value.decode("latin-1")
        value = _masked(raw_value).decode("latin-1") if masked and name == "location" else value
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
