"""``$batch`` bodies: GETs that travel together, one that is too long for a URL, operations and change sets. Pure.

Implements "Execute batch operations using the Web API" (OData 4.0 part 1, §11.7). All lines end in CRLF, the last too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onteg_dynamics.dataverse.protocol import Repeat, Request, Response
from onteg_dynamics.errors import ErrorDetails, TransportError

__all__ = ["LONGEST_BATCH_URL", "LONGEST_URL", "Group", "answers_of", "split_answers", "wrap_gets", "wrap_groups"]

LONGEST_URL = 32_768
LONGEST_BATCH_URL = 65_536

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """Operations of a batch that follow each other.

    Attributes:
        requests: the operations; a change set holds no GET.
        together: all or nothing: they are a change set.
    """

    requests: tuple[Request, ...]
    together: bool = False


def wrap_gets(requests: Sequence[Request], root: str, boundary: str) -> Request:
    """One ``POST $batch`` that carries these GETs.

    Args:
        requests: GETs; their own headers (Prefer …) travel inside.
        root: the API's root URL.
        boundary: text that occurs in none of the requests.
    """
    parts = [_part(request, root, boundary) for request in requests]
    body = "".join([*parts, f"--{boundary}--\r\n"]).encode()
    return Request("POST", "$batch", body, {"Content-Type": f'multipart/mixed; boundary="{boundary}"'})


def _part(request: Request, root: str, boundary: str) -> str:
    headers = {"Accept": "application/json", **request.headers}
    lines = [
        f"--{boundary}",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        f"GET {request.path if '://' in request.path[:8] else root + request.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
        "",
    ]
    return "\r\n".join(lines)


def wrap_groups(groups: Sequence[Group], root: str, boundary: str, *, go_on: bool) -> Request:
    """One ``POST $batch`` that carries these operations; each has its number, from 1, as Content-ID.

    Args:
        groups: the operations.
        root: the API's root URL.
        boundary: text that occurs in none of the requests.
        go_on: carry out what follows an operation that fails.
    """
    numbers = itertools.count(1)
    parts = [_group(group, root, f"set{index}_{boundary}", numbers) for index, group in enumerate(groups)]
    body = "".join(f"--{boundary}\r\n{part}" for group in parts for part in group) + f"--{boundary}--\r\n"
    headers = {"Content-Type": f'multipart/mixed; boundary="{boundary}"'}
    if go_on:
        headers["Prefer"] = "odata.continue-on-error"
    # Operations that were carried out must not be carried out again because their answer was lost.
    repeats = all(request.repeat is Repeat.ALWAYS for group in groups for request in group.requests)
    return Request("POST", "$batch", body.encode(), headers, Repeat.ALWAYS if repeats else Repeat.UNSENT)


def _group(group: Group, root: str, boundary: str, numbers: Iterator[int]) -> list[str]:
    """The parts of a batch that a group makes: one for each operation, or one change set."""
    operations = [_operation(request, root, next(numbers)) for request in group.requests]
    if not group.together:
        return operations
    inside = "".join(f"--{boundary}\r\n{operation}" for operation in operations)
    return [f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{inside}--{boundary}--\r\n\r\n"]


def answers_of(groups: Sequence[Group], answers: Sequence[Response]) -> list[list[Response]]:
    """The answers of each group: one for each operation, or one error where a change set failed or a batch stopped.

    Args:
        groups: the operations of a batch.
        answers: its answers, as `split_answers` gives them.
    """
    left = list(answers)
    found = []
    for group in groups:
        failed = group.together and bool(left) and left[0].status >= 400
        count = 1 if failed else len(group.requests)
        found.append(left[:count])
        del left[:count]
    return found


def _operation(request: Request, root: str, number: int) -> str:
    headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if request.body else {})}
    path = request.path if request.path.startswith("$") else root + request.path
    lines = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {number}",
        "",
        f"{request.method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in (headers | dict(request.headers)).items()),
        "",
        (request.body or b"").decode(),
        "",
    ]
    return "\r\n".join(lines)


def split_answers(response: Response) -> list[Response]:
    """The answers inside a multipart answer, in order.

    Raises:
        TransportError: the answer is not a whole multipart body.
    """
    boundary = _BOUNDARY.search(response.headers.get("Content-Type") or "")
    if boundary is None:
        raise _damaged()
    return list(_answers(response.body, boundary[1].encode()))


def _answers(body: bytes, boundary: bytes, *, inside: bool = False) -> Iterator[Response]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise _damaged()
    for piece in pieces[1:-1]:
        head, _, message = piece.partition(b"\r\n\r\n")
        nested = _BOUNDARY.search(head.decode("latin-1")) if b"multipart/mixed" in head.lower() else None
        if nested is not None and inside:  # change sets do not nest: so deep it might go that no memory is enough
            raise _damaged()
        if nested is not None:  # a change set that succeeded
            yield from _answers(message, nested[1].encode(), inside=True)
        else:
            yield _answer(message)


def _answer(message: bytes) -> Response:
    head, _, body = message.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    status = re.match(r"HTTP/1\.[01] (\d{3})\b", status_line)
    if status is None:
        raise _damaged()
    return Response(int(status[1]), _headers(lines), body)


def _headers(lines: Sequence[str]) -> Mapping[str, str]:
    from requests.structures import CaseInsensitiveDict

    pairs = (line.partition(":") for line in lines if ":" in line)
    return CaseInsensitiveDict({name.strip(): value.strip() for name, _, value in pairs})


def _damaged() -> TransportError:
    return TransportError(
        "The batch answer is not whole: its parts cannot be told apart.", ErrorDetails(retryable=True)
    )
