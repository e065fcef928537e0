"""Runs the parts of a batch in their order and writes the multipart answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.people.impersonation import HEADERS, caller_of
from onteg_dynamics.sandbox.service.batch.parse import ChangeSet, Operation, parse_batch
from onteg_dynamics.sandbox.service.errors import error_response
from onteg_dynamics.sandbox.service.message import JSON_TYPE, Request, Response, resolve_reference
from onteg_dynamics.sandbox.service.roots import below_root

MAX_URL = 65_536
_IMPERSONATION = frozenset(HEADERS)
_OUTER = frozenset({"authorization", "host", "user-agent"})

Handler = Callable[[Request], Response]


class _Undo(Exception):  # noqa: N818 - it carries the answer out of the transaction
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def run_batch(request: Request, handle: Handler) -> Response:
    """The answer to ``POST $batch``.

    Args:
        request: The outer request; its caller is that of every part.
        handle: Answers one operation; it never raises.

    Raises:
        Refusal: The envelope cannot be read.
    """
    parts = parse_batch(request.headers.get("content-type", ""), request.body)
    boundary = f"batchresponse_{uuid.uuid4()}"
    answers: list[bytes] = []
    status = 200
    for part in parts:
        failed, answer = _run_part(request, part, handle)
        answers.append(answer)
        if failed and not request.preferences.continue_on_error:
            status = failed
            break
    return Response(status, _multipart(boundary, answers), f"multipart/mixed; boundary={boundary}")


def _run_part(request: Request, part: Operation | ChangeSet, handle: Handler) -> tuple[int, bytes]:
    """The status of a failure (0 for success) and the part of the answer."""
    if isinstance(part, ChangeSet):
        return _run_change_set(request, part, handle)
    response = _run(request, part, handle, None)
    return (response.status if response.status >= 400 else 0), _http_part(response)


def _run_change_set(request: Request, change_set: ChangeSet, handle: Handler) -> tuple[int, bytes]:
    """All or nothing: rows and metadata go back together."""
    model = request.world.model
    try:
        with request.world.store.transaction():
            answers = list(_run_changes(request, change_set, handle))
    except _Undo as undo:
        request.world.model = model
        return undo.response.status, _http_part(undo.response)
    boundary = f"changesetresponse_{uuid.uuid4()}"
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
    return 0, head + _multipart(boundary, answers)


def _run_changes(request: Request, change_set: ChangeSet, handle: Handler) -> Iterable[bytes]:
    references: dict[str, str] = {}
    for operation in change_set.operations:
        response = _run(request, operation, handle, references)
        if response.status >= 400:
            raise _Undo(response)
        address = response.header("OData-EntityId") or response.header("Location")
        if address:
            references[f"${operation.content_id}"] = address
        yield _http_part(response, operation.content_id)


def _run(request: Request, operation: Operation, handle: Handler, references: dict[str, str] | None) -> Response:
    try:
        return handle(_inner(request, operation, references))
    except refusals.Refusal as refusal:
        return error_response(refusal, request)


def _inner(request: Request, operation: Operation, references: dict[str, str] | None) -> Request:
    url = operation.url
    if url.lstrip("/").startswith("$") and not url.startswith(("$batch", "$metadata", "/$")):
        url = resolve_reference(url, references or {})
    if len(url) > MAX_URL:
        raise refusals.url_too_long()
    below = below_root(url)
    path, _, query = (url if below is None else below).partition("?")
    if path.startswith("$batch") or (below is None and path.startswith("/")):
        raise refusals.no_such_segment(path[:100])
    headers = {**{name: request.headers[name] for name in _OUTER & set(request.headers)}, **operation.headers}
    inner = Request(
        request.world,
        request.caller,
        operation.method,
        quote(path, safe="/()$',=%*:;@!&+~-._"),
        query,
        headers,
        operation.body,
        request.root,
        references,
    )
    if _IMPERSONATION & set(operation.headers):
        inner = replace(inner, caller=caller_of(request.world, headers))
    return inner


def _multipart(boundary: str, parts: Iterable[bytes]) -> bytes:
    delimiter = f"--{boundary}\r\n".encode()
    return b"".join(delimiter + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _http_part(response: Response, content_id: str | None = None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    if response.content_type is not None:
        streaming = "; odata.streaming=true" if response.content_type == JSON_TYPE and response.status < 400 else ""
        lines.append(f"Content-Type: {response.content_type}{streaming}")
    lines.append("OData-Version: 4.0")
    lines += [f"{name}: {value}" for name, value in response.headers]
    if response.status >= 400:
        lines.append(f"REQ_ID: {uuid.uuid4()}")
    return "\r\n".join([*lines, "", ""]).encode() + response.body
