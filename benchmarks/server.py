"""A server of canned answers, in a process of its own: the same bytes for every client, fast enough not to be measured.

What a benchmark asks for again and again (pages, single rows, many writes) is answered from memory, after a delay for
each call and for each row that stands for the service's own work. Everything else (metadata) a sandbox answers, once.

    python -m benchmarks.server '{"rows": 100000, "delay": 0.05, "per_row": 0, "limit": 0, "window": 5}'

Its first line is a JSON object: where it listens and which certificate authority to trust.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import httptools
import orjson
import requests
import trustme

from benchmarks.rows import FIRST, Notes, id_of, page, row, warm
from onteg_dynamics.sandbox import Sandbox

PAGE = 5000
LARGEST_PART = 1000
ROOT = "/api/data/v9.2/"
JSON = b"Content-Type: application/json; odata.metadata=minimal\r\nOData-Version: 4.0\r\nx-ms-dop-hint: %d\r\n"
_SPAN = re.compile(r"createdon (ge|gt|lt|le) (\S+?)(?=[) ]|$)")
_ONE = re.compile(r"accounts\(([0-9a-f-]{36})\)")


@dataclass
class Story:
    """What the server does.

    Attributes:
        rows: how many accounts there are.
        delay: seconds of work for each call.
        per_row: seconds of work for each row that is written.
        limit: calls in a window before 429, 0 for no limit.
        window: seconds of that window.
        hint: the degree of parallelism that it recommends (``x-ms-dop-hint``).
    """

    rows: int = 100_000
    delay: float = 0.0
    per_row: float = 0.0
    limit: int = 0
    window: float = 5.0
    hint: int = 8
    written: set[str] = field(default_factory=set)
    calls: int = 0
    refused: int = 0
    recent: deque[float] = field(default_factory=deque)
    began: float = 0.0
    ended: float = 0.0

    @property
    def share(self) -> float | None:
        """How much of what the limit allows was used: the least time that these rows could take, by the time that
        they took; None without a limit.
        """
        if not self.limit or self.ended <= self.began:
            return None
        calls = -(-len(self.written) // LARGEST_PART)
        return ((calls - 1) // self.limit * self.window + self.delay) / (self.ended - self.began)

    def wait(self) -> float:
        """Seconds that a caller must wait now, 0 where it may go on."""
        if not self.limit:
            return 0.0
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - self.window:
            self.recent.popleft()
        if len(self.recent) >= self.limit:
            return self.recent[0] + self.window - now
        self.recent.append(now)
        self.began = self.began or now
        return 0.0


@dataclass
class Answers:
    """Answers to requests.

    Args:
        story: what the server does.
        sandbox: answers what is not canned.
        base: the server's own origin.
    """

    story: Story
    sandbox: Sandbox
    base: str = ""
    kept: dict[tuple[str, str, str], bytes] = field(default_factory=dict)

    async def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """The answer to a request, head and body."""
        if target.startswith("/_bench"):
            return self._control(method, body)
        path, _, query = target.partition("?")
        path, query = path.removeprefix(ROOT), unquote_plus(query)
        self.story.calls += 1
        wait = self.story.wait() if method == "POST" else 0.0
        if wait:
            self.story.refused += 1
            return self._throttled(wait)
        if method == "GET" and path == "accounts":
            return await self._page(query, headers)
        if method == "GET" and (one := _ONE.fullmatch(path)):
            await asyncio.sleep(self.story.delay)
            return self._answer(
                f'{{"@odata.context":"{self.base}{ROOT}$metadata#accounts/$entity",'.encode() + _row(one[1])
            )
        if method == "POST" and path.startswith("accounts"):
            return await self._write(path, body)
        return await asyncio.to_thread(self._real, method, target, headers, body)

    async def _page(self, query: str, headers: Mapping[str, str]) -> bytes:
        if "$apply" in query:
            await asyncio.sleep(self.story.delay)
            start, end = self._span(query)
            return self._answer(b'{"value":[{"count":%d}]}' % max(end - start, 0))
        start, end = self._span(query)
        if "$top=1" in query:
            number = start if " asc" in query else end - 1
            await asyncio.sleep(self.story.delay)
            return self._answer(b'{"value":[' + row(number).encode() + b"]}")
        skip = re.search(r"\$skiptoken=(\d+)", query)
        first = max(start, int(skip[1])) if skip else start
        last = min(first + PAGE, end)
        await asyncio.sleep(self.story.delay)
        return self._answer(self._rows(query, first, last, end, _notes(headers)))

    def _rows(self, query: str, first: int, last: int, end: int, notes: Notes) -> bytes:
        head = f'{{"@odata.context":"{self.base}{ROOT}$metadata#accounts","value":['.encode()
        tail = b"]}"
        if last < end:
            rest = re.sub(r"&?\$skiptoken=\d+", "", query).replace('"', "%22").replace(" ", "%20")
            link = f"{self.base}{ROOT}accounts?{rest}&$skiptoken={last}"
            tail = b'],"@odata.nextLink":' + orjson.dumps(link) + b"}"
        return head + page(first, last, notes) + tail

    def _span(self, query: str) -> tuple[int, int]:
        """The numbers of the rows that a filter on createdon leaves."""
        start, end = 0, self.story.rows
        for operator, text in _SPAN.findall(query):
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            number = int((moment - FIRST).total_seconds()) + (operator in ("gt", "le"))
            start, end = (max(start, number), end) if operator[0] == "g" else (start, min(end, number))
        return start, end

    async def _write(self, path: str, body: bytes) -> bytes:
        data = orjson.loads(body)
        targets = data.get("Targets", [data])
        await asyncio.sleep(self.story.delay + self.story.per_row * len(targets))
        known = [one.get("accountid") or _named(one) for one in targets]
        ids = [own or id_of(10**9 + len(self.story.written) + number) for number, own in enumerate(known)]
        self.story.written.update(ids)
        self.story.ended = time.monotonic()
        if path.endswith("CreateMultiple"):
            return self._answer(orjson.dumps({"@odata.context": f"{self.base}{ROOT}$metadata#x", "Ids": ids}))
        address = f"{self.base}{ROOT}accounts({ids[0]})"
        return f"HTTP/1.1 204 No Content\r\nOData-EntityId: {address}\r\nOData-Version: 4.0\r\n\r\n".encode()

    def _real(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """The sandbox's answer; asked once."""
        key = (method, target, headers.get("prefer", ""))
        if key not in self.kept:
            sent = {name: value for name, value in headers.items() if name in ("prefer", "accept", "content-type")}
            sent["authorization"] = f"Bearer {self.sandbox.token()}"
            url, verify = self.sandbox.url + target, self.sandbox.settings()["ca_bundle"]
            found = requests.request(method, url, headers=sent, data=body, verify=verify, timeout=60)
            kind = f"Content-Type: {found.headers.get('Content-Type', 'application/json')}\r\n".encode()
            content = found.content.replace(self.sandbox.url.encode(), self.base.encode())
            self.kept[key] = self._answer(content, kind, found.status_code)
        return self.kept[key]

    def _control(self, method: str, body: bytes) -> bytes:
        """What was done since the last time; a POST tells how to go on."""
        story = self.story
        told = {"calls": story.calls, "refused": story.refused, "written": len(story.written), "share": story.share}
        if method == "POST":
            self.story = Story(**orjson.loads(body))
        return self._answer(orjson.dumps(told))

    def _answer(self, body: bytes, kind: bytes = b"", status: int = 200) -> bytes:
        head = kind or JSON % self.story.hint
        return b"HTTP/1.1 %d OK\r\n%bContent-Length: %d\r\n\r\n%b" % (status, head, len(body), body)

    def _throttled(self, wait: float) -> bytes:
        body = b'{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit."}}'
        head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\n%bContent-Length: %d\r\n\r\n"
        return head % (max(1, round(wait + 0.5)), JSON % self.story.hint, len(body)) + body


def _named(target: Mapping[str, Any]) -> str:
    """What an upsert by key names: the key itself."""
    return str(target.get("@odata.id", ""))


def _notes(headers: Mapping[str, str]) -> Notes:
    """The annotations that a request prefers."""
    prefer = headers.get("prefer", "")
    if 'annotations="*"' in prefer:
        return "all"
    return "labels" if "FormattedValue" in prefer else "none"


def _row(own: str) -> bytes:
    return row(int(own[-12:], 16) % 10**6)[1:].encode()


class Connection(asyncio.Protocol):
    """One client's connection; requests on it are answered one after the other."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self._parser = answers, httptools.HttpRequestParser(self)
        self._target, self._headers, self._body = b"", {}, bytearray()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        """Keep where answers go."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """A request begins."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """A request is whole."""
        request = (self._parser.get_method().decode(), self._target.decode(), self._headers, bytes(self._body))
        self._target, self._headers, self._body = b"", {}, bytearray()
        task = asyncio.ensure_future(self._respond(*request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        answer = await self._answers.answer(method, target, headers, body)
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(story: Story) -> None:
    """Serve until the process is ended."""
    authority = trustme.CA()
    warm(story.rows)
    with Sandbox("empty") as sandbox, authority.cert_pem.tempfile() as ca:
        answers = Answers(story, sandbox)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0, ssl=context)
        answers.base = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        print(json.dumps({"url": answers.base, "ca_bundle": ca}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Story(**json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}"))))
