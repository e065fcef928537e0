"""``/_sandbox/``: ordering faults and putting the sandbox back, over HTTP.

- ``GET /_sandbox/faults`` → ``{"seed": 0, "rules": [{"number": 1, "kind": "503", "matched": 5, "fired": 1}]}``
- ``POST /_sandbox/faults`` with a rule, a list of rules, or ``{"seed": 7, "rules": […]}`` → 201 and the same document
- ``DELETE /_sandbox/faults`` takes all back, ``DELETE /_sandbox/faults/1`` one of them → 204
- ``POST /_sandbox/reset`` with ``{}`` puts rows, metadata, faults and counts back to the beginning → 204

Whoever can reach the port may do this; a web page of another origin may not: see `refuse_strangers`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from onteg_dynamics.sandbox.answers import lower_headers, send_answer
from onteg_dynamics.sandbox.faults.faults import Faults, Ordered
from onteg_dynamics.sandbox.faults.files import read_order
from onteg_dynamics.sandbox.log import Application, Message, Receive, Send

CONTROL = "/_sandbox/"
MAX_BODY = 1024 * 1024
_JSON = "application/json"
_FAULTS, _RESET = f"{CONTROL}faults", f"{CONTROL}reset"
_OWN_SITES = frozenset({"", "none", "same-origin"})


class Denied(Exception):  # noqa: N818 - it is an answer
    """A request that is not done.

    Args:
        status: The HTTP status.
        message: Why.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def create_control(faults: Faults, reset: Callable[[], Awaitable[None]], origins: frozenset[str]) -> Application:
    """The control addresses as an ASGI application.

    Args:
        faults: What is ordered.
        reset: Puts the sandbox back.
        origins: The sandbox's own addresses, ``https://127.0.0.1:PORT`` and the like.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        try:
            refuse_strangers(scope["method"], lower_headers(scope["headers"]), origins)
            status, document = await _done(scope, receive, faults, reset)
        except Denied as denied:
            status, document = denied.status, {"error": {"code": "", "message": str(denied)}}
        body = b"" if document is None else orjson.dumps(document)
        await send_answer(send, status, _JSON, body)

    return application


def refuse_strangers(method: str, headers: Mapping[str, str], origins: frozenset[str]) -> None:
    """Lets in programs and pages of the sandbox's own; a browser tells where a request comes from.

    Args:
        method: The verb; one that changes something must bring JSON, which forms of other sites cannot.
        headers: Request headers by lowercase name.
        origins: The sandbox's own addresses.

    Raises:
        Denied: 403 for another host name or origin, 415 for another kind of body.
    """
    scheme = next(iter(origins)).partition("://")[0]
    if f"{scheme}://{headers.get('host', '').lower()}" not in origins:
        raise Denied(403, "The Host header names another server.")
    if headers.get("origin", next(iter(origins))).lower() not in origins:
        raise Denied(403, "Pages of other origins may not control the sandbox.")
    if headers.get("sec-fetch-site", "") not in _OWN_SITES:
        raise Denied(403, "Pages of other sites may not control the sandbox.")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method == "POST" and kind != _JSON:
        raise Denied(415, f"The body must be {_JSON}.")


async def _done(
    scope: Message, receive: Receive, faults: Faults, reset: Callable[[], Awaitable[None]]
) -> tuple[int, Any]:
    method, path = scope["method"], scope["path"]
    if path == _RESET:
        _only({"POST"}, method)
        await _body(receive)
        await reset()
        return 204, None
    if path == _FAULTS:
        return _faults(method, await _body(receive), faults)
    if path.startswith(f"{_FAULTS}/"):
        _only({"DELETE"}, method)
        return _taken_back(path.removeprefix(f"{_FAULTS}/"), faults)
    raise Denied(404, f"There is nothing at {path}.")


def _faults(method: str, body: bytes, faults: Faults) -> tuple[int, Any]:
    _only({"GET", "POST", "DELETE"}, method)
    if method == "DELETE":
        faults.clear()
        return 204, None
    if method == "POST":
        _order(body, faults)
    return (201 if method == "POST" else 200), {"seed": faults.seed, "rules": [*map(_told, faults.ordered())]}


def _order(body: bytes, faults: Faults) -> None:
    try:
        rules, seed = read_order(orjson.loads(body))
    except ValueError as error:
        raise Denied(400, str(error)) from error
    if seed is not None:
        faults.seed = seed
    for rule in rules:
        faults.add(rule)


def _taken_back(number: str, faults: Faults) -> tuple[int, Any]:
    if not (number.isascii() and number.isdigit() and faults.remove(int(number))):
        raise Denied(404, f"There is no fault {number}.")
    return 204, None


def _told(one: Ordered) -> dict[str, Any]:
    return {"number": one.number, **one.rule.to_json(), "matched": one.matched, "fired": one.fired}


def _only(allowed: set[str], method: str) -> None:
    if method not in allowed:
        raise Denied(405, f"The verbs here are: {', '.join(sorted(allowed))}.")


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise Denied(413, "The body is too large.")
    return bytes(body)
