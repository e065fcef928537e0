"""Multipart batch bodies → operations and change sets.

Every line must end with CR LF, the last one too, as "Troubleshoot Dataverse Web API client errors" demands. A body that
has no CR at all is read as well: the service's OData library takes bare LF for a line end, and clients rely on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from onteg_dynamics.sandbox import refusals

MAX_OPERATIONS = 1000
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)
_REQUEST_LINE = re.compile(r"(?P<method>[A-Z]+) (?P<url>.+?)(?: HTTP/\d(?:\.\d)?)?")
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"})
_BLANK = b"\r\n\r\n"


@dataclass(frozen=True)
class Operation:
    """One request inside a batch."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_id: str | None = None


@dataclass(frozen=True)
class ChangeSet:
    """Operations that succeed or fail together."""

    operations: tuple[Operation, ...]


def parse_batch(content_type: str, body: bytes) -> list[Operation | ChangeSet]:
    """The parts of a batch in their order.

    Args:
        content_type: The request's Content-Type with the boundary.
        body: The request's body.

    Raises:
        Refusal: The envelope cannot be read, or holds too much.
    """
    parts = [_part(part) for part in _split(content_type, body)]
    count = sum(len(part.operations) if isinstance(part, ChangeSet) else 1 for part in parts)
    if count > MAX_OPERATIONS:
        raise refusals.too_many_operations(MAX_OPERATIONS)
    return parts


def _split(content_type: str, body: bytes) -> list[bytes]:
    match = _BOUNDARY.search(content_type)
    if match is None or not content_type.lower().startswith("multipart/mixed"):
        raise refusals.bad_batch("A multipart/mixed content type with a boundary was expected.")
    body = body if b"\r" in body else body.replace(b"\n", b"\r\n")
    delimiter = b"\r\n--" + (match[1] or match[2]).encode()
    first, *pieces = (b"\r\n" + body).split(delimiter)
    if not pieces or first.strip():
        raise _unreadable()
    # What follows the closing delimiter is the epilogue; the delimiter itself must end its line.
    closing = next((number for number, piece in enumerate(pieces) if piece.startswith(b"--")), None)
    if closing is None or not pieces[closing].startswith(b"--\r\n"):
        raise _unreadable()
    return [_content(piece) for piece in pieces[:closing]]


def _content(piece: bytes) -> bytes:
    line, found, content = piece.partition(b"\r\n")
    if not found or line.strip():
        raise _unreadable()
    return content


def _part(content: bytes) -> Operation | ChangeSet:
    headers, body = _headers(content)
    content_type = headers.get("content-type", "")
    if content_type.lower().startswith("multipart/mixed"):
        # The close delimiter's own line end went with the outer delimiter.
        operations = tuple(_change(part) for part in _split(content_type, body + b"\r\n"))
        _check_content_ids(operations)
        return ChangeSet(operations)
    return _operation(headers, body)


def _change(content: bytes) -> Operation:
    headers, body = _headers(content)
    if headers.get("content-type", "").lower().startswith("multipart/"):
        raise refusals.bad_batch("A change set cannot hold another one.")
    operation = _operation(headers, body)
    if operation.method == "GET":
        raise refusals.bad_batch("A change set cannot hold a query operation.")
    if operation.content_id is None:
        raise refusals.missing_content_id()
    return operation


def _operation(headers: dict[str, str], body: bytes) -> Operation:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise refusals.bad_batch("A part with the content type application/http was expected.")
    line, _, rest = body.lstrip(b"\r\n").partition(b"\r\n")
    match = _REQUEST_LINE.fullmatch(_text(line).strip())
    if match is None or match["method"] not in _METHODS:
        raise _unreadable()
    inner, content = _headers(rest)
    content_id = headers.get("content-id") or inner.get("content-id")
    return Operation(match["method"], match["url"], inner, content.strip(b"\r\n"), content_id)


def _headers(content: bytes) -> tuple[dict[str, str], bytes]:
    if content.startswith(b"\r\n"):
        return {}, content[2:]
    head, found, body = content.partition(_BLANK)
    headers: dict[str, str] = {}
    for line in _text(head).split("\r\n"):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or "\n" in line:
            raise _unreadable()
        headers[name.strip().lower()] = value.strip()
    return headers, body if found else b""


def _check_content_ids(operations: tuple[Operation, ...]) -> None:
    seen: set[str | None] = set()
    for operation in operations:
        if operation.content_id in seen:
            raise refusals.bad_batch(f"The content ID '{operation.content_id}' was found more than once.")
        seen.add(operation.content_id)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _unreadable() -> refusals.Refusal:
    return refusals.payload_error("", "System.ArgumentException: Stream was not readable.")
