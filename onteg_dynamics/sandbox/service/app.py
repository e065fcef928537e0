"""The ASGI application: HTTP in, HTTP out, and what every answer of the service carries.

Requests are answered on the event loop's own thread: SQLite answers in microseconds, and one writer needs no lock.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.messages import FILES
from onteg_dynamics.sandbox.people.impersonation import caller_of
from onteg_dynamics.sandbox.people.messages import PEOPLE
from onteg_dynamics.sandbox.processes.custom import custom_messages
from onteg_dynamics.sandbox.processes.messages import PROCESSES
from onteg_dynamics.sandbox.search.messages import SEARCH
from onteg_dynamics.sandbox.service.bulk import BULK
from onteg_dynamics.sandbox.service.dispatch import Dispatcher
from onteg_dynamics.sandbox.service.errors import error_response
from onteg_dynamics.sandbox.service.identity import IDENTITY
from onteg_dynamics.sandbox.service.jobs import JOBS
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Messages
from onteg_dynamics.sandbox.service.roots import addressed
from onteg_dynamics.sandbox.service.schema_messages import SCHEMA
from onteg_dynamics.sandbox.webhooks import Alarm, send_posts
from onteg_dynamics.sandbox.world import World

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 128 * 1024 * 1024
MAX_URL = 32_768
_BINARY = "application/octet-stream"
_GZIP_FROM = 1024
_GZIP_LEVEL = 2  # pages are large and time is short: level 6 takes three times as long for a tenth less
_GZIP_WINDOW = 31  # zlib's word for a gzip header
_ALLOW = ("Allow", "OPTIONS,GET,HEAD,POST")
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


_MESSAGES = (*IDENTITY, *PEOPLE, *BULK, *JOBS, *SCHEMA, *FILES, *SEARCH, *PROCESSES)


def create_app(world: Callable[[], World], messages: Messages | None = None) -> Application:
    """The service as an ASGI application; it answers everything below ``/api/``.

    Args:
        world: Gives the sandbox's world; asked at every request.
        messages: Functions and actions; where it is None all that there are, and the environment's custom APIs.
    """
    dispatcher = Dispatcher(messages or Messages(_MESSAGES, custom_messages))
    alarm = Alarm()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await _hear(world())
        request, response = await _answered(world(), scope, receive, dispatcher)
        _finish(response, scope["method"], request)
        await _send(response, send)
        await _go_on(world(), alarm)

    return application


async def _hear(world: World) -> None:
    """Writes down what came of posts, so that whoever asks is told; a write that waits is not waited for."""
    if world.hooks.outbox.has_news and world.turns.is_free:
        await world.turns.write(lambda: send_posts(world))


async def _go_on(world: World, alarm: Alarm) -> None:
    if world.jobs:
        await world.turns.write(lambda: _advance_jobs(world), lambda: world.hooks.waits(world))
    if world.hooks.outbox.is_busy:
        await world.turns.write(lambda: send_posts(world))
        alarm.set(world.hooks.outbox.seconds_left(world), lambda: _go_on(world, alarm))


def _advance_jobs(world: World) -> None:
    with world.store.transaction():
        world.jobs.advance()


async def _in_turn(request: Request, dispatcher: Dispatcher) -> Response:
    """Reads are answered at once; writes one by one, and those that wait for an endpoint on a thread of their own."""
    world = request.world
    if request.method == "GET":
        return world.turns.read(lambda: dispatcher.answer(request))
    return await world.turns.write(lambda: dispatcher.answer(request), lambda: world.hooks.waits(world))


async def _answered(
    world: World, scope: Scope, receive: Receive, dispatcher: Dispatcher
) -> tuple[Request | None, Response]:
    try:
        request = await _request(world, scope, receive)
    except refusals.Refusal as refusal:
        return None, error_response(refusal, None)
    if request.method == "OPTIONS":
        return request, Response(200, headers=[_ALLOW])
    if request.method not in _METHODS:
        return request, error_response(refusals.method_not_allowed(scope["method"], request.path), request)
    return request, await _in_turn(request, dispatcher)


async def _request(world: World, scope: Scope, receive: Receive) -> Request:
    """Reads the request, and lets nobody in whom the world does not know."""
    headers = _headers(scope)
    raw = _raw_path(scope)
    body = await _body(receive)
    address = addressed(scope.get("scheme", "https"), headers, raw)
    caller = caller_of(world, headers)
    if address is None:
        raise refusals.no_http_resource(raw)
    root, below = address
    query = scope.get("query_string", b"").decode("latin-1")
    if scope["method"] == "GET" and len(raw) + len(query) + len(root) > MAX_URL:
        raise refusals.url_too_long()
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return Request(world, caller, method, below, query, headers, body, root)


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path") or str(scope["path"]).encode()
    return bytes(raw).split(b"?")[0].decode("latin-1")


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise refusals.body_too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _finish(response: Response, method: str, request: Request | None) -> None:
    """Puts on what every answer carries."""
    identity = str(uuid.uuid4())
    headers = response.headers
    if response.content_type is not None:
        headers.append(("Content-Type", response.content_type))
    headers += [
        ("OData-Version", "4.0"),
        ("Cache-Control", "no-cache"),
        ("x-ms-service-request-id", identity),
        ("REQ_ID", identity),
    ]
    if (
        request is not None
        and "gzip" in request.headers.get("accept-encoding", "")
        and len(response.body) >= _GZIP_FROM
        and response.content_type != _BINARY
    ):
        packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
        response.body = packer.compress(response.body) + packer.flush()
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    if response.status not in {204, 304}:
        headers.append(("Content-Length", str(len(response.body))))
    if method == "HEAD":
        response.body = b""


async def _send(response: Response, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
