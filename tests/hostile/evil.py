"""A server that means harm: what it answers for rows is up to each test. Everything else is as the service has it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from onteg_dynamics.sandbox.tls import Certificate

ROOT = "/api/data/v9.2/"
_TABLE = {
    "LogicalName": "account",
    "EntitySetName": "accounts",
    "PrimaryIdAttribute": "accountid",
    "PrimaryNameAttribute": "name",
}
_COLUMNS = [{"LogicalName": name, "AttributeType": "String"} for name in ("accountid", "name")]

GIGABYTES = 10
MEMBER = 256 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Evil

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith(f"{ROOT}EntityDefinitions("):
            self.document({**_TABLE, "Attributes": _COLUMNS, "ManyToOneRelationships": []})
        elif self.path.startswith(f"{ROOT}EntityDefinitions"):
            self.document({"value": [_TABLE]})
        else:
            self.server.answer(self)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def document(self, data: Any) -> None:
        self.whole(json.dumps(data).encode())

    def whole(self, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.head(kind, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def head(self, kind: str = "application/json", **headers: str) -> None:
        self.send_response(int(headers.pop("status", "200")))
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def page(self, link: str) -> None:
        self.document({"value": [{"accountid": "1", "name": "x"}], "@odata.nextLink": link})

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


Answer = Callable[[Handler], None]


class Evil(ThreadingHTTPServer):
    """The server. `asked` are the paths that it was asked for."""

    daemon_threads = True

    def __init__(self, answer: Answer, certificate: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.certificate = answer, certificate
        self.asked: list[str] = []
        self.url = f"http{'s' * bool(certificate)}://127.0.0.1:{self.server_port}"
        if certificate is not None:
            self.socket = certificate.context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """The client hangs up; that is what we want."""


@contextmanager
def evil(answer: Answer, certificate: Certificate | None = None) -> Iterator[Evil]:
    """A server that answers requests for rows in this way; over TLS where it has a certificate."""
    with Evil(answer, certificate) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def endless_length(handler: Handler) -> None:
    """Ten gigabytes, as it says beforehand."""
    handler.head(Content_Length=str(GIGABYTES * 2**30))
    handler.wfile.write(b'{"value":[')
    for _ in range(GIGABYTES * 1024):
        handler.wfile.write(b'{"accountid":"1"},' * 58_254)


def endless_chunks(handler: Handler) -> None:
    """Rows without end."""
    handler.head(Transfer_Encoding="chunked")
    piece = b'{"accountid":"1"},' * 10_000
    while True:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def endless_interim(handler: Handler) -> None:
    """The answer is always about to come."""
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def endless_header(handler: Handler) -> None:
    """One header, a byte now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def drops(handler: Handler) -> None:
    """A byte now and then, each in time for itself."""
    handler.head(Content_Length="100000")
    for _ in range(100_000):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


@lru_cache(maxsize=1)
def _member() -> bytes:
    return gzip.compress(bytes(MEMBER), 9)


def gzip_bomb(handler: Handler) -> None:
    """Ten gigabytes of nothing in ten megabytes."""
    handler.whole(_member() * (GIGABYTES * 2**30 // MEMBER), Content_Encoding="gzip")


def packed_twice(handler: Handler) -> None:
    """A bomb in a bomb."""
    handler.whole(gzip.compress(_member() * 40), Content_Encoding="gzip, gzip")


def deep(handler: Handler) -> None:
    """JSON nested ten thousand deep."""
    handler.whole(b'{"value":[{"name":' + b"[" * 10_000 + b"]" * 10_000 + b"}]}")


def deep_parts(handler: Handler) -> None:
    """A batch answer in a batch answer, ten thousand deep, with megabytes in the innermost."""
    depth, kind = 10_000, "multipart/mixed; boundary=b"
    opening = "".join(f"--b{level:05}\r\nContent-Type: {kind}{level + 1:05}\r\n\r\n" for level in range(depth))
    closing = "".join(f"\r\n--b{level:05}--" for level in reversed(range(depth)))
    handler.whole(f"{opening}{'x' * 50_000_000}{closing}\r\n".encode(), f"{kind}00000")


def deep_refusal(handler: Handler) -> None:
    """The same in a refusal."""
    body = b'{"error":{"message":' + b"[" * 10_000 + b"]" * 10_000 + b"}}"
    handler.whole(body, status="400")


def refusal_bomb(handler: Handler) -> None:
    """A bomb as a refusal."""
    handler.whole(_member() * (GIGABYTES * 2**30 // MEMBER), Content_Encoding="gzip", status="400")


def deep_objects(handler: Handler) -> None:
    """The same of objects, and cut so that the frame looks right."""
    handler.whole(b'{"value":[' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"]}")


def many_headers(handler: Handler) -> None:
    """More headers than anybody needs."""
    handler.head(**{f"X_{number}": "x" * 1000 for number in range(5000)})


def long_header(handler: Handler) -> None:
    """A header of ten megabytes."""
    handler.head(X_Long="x" * 10_000_000)


def laughs(handler: Handler) -> None:
    """A billion laughs."""
    lines = [f'<!ENTITY l{number} "&l{number - 1};&l{number - 1};">' for number in range(1, 40)]
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{"".join(lines)}]><x>&l39;</x>'
    handler.whole(text.encode(), "application/xml")


def laughs_in_utf16(handler: Handler) -> None:
    """The same where nobody looks."""
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><x>&a;</x>'
    handler.whole(text.encode("utf-16"), "application/xml")


def deep_xml(handler: Handler) -> None:
    """Elements nested a hundred thousand deep, and never closed."""
    handler.whole(b"<x>" * 100_000, "application/xml")
