"""Answers that are given before a request reaches the service, in the service's own form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import orjson

from onteg_dynamics.sandbox.log import Send
from onteg_dynamics.sandbox.refusals import Refusal

JSON_TYPE = "application/json; odata.metadata=minimal"
Headers = Iterable[tuple[bytes, bytes]]


async def send_answer(send: Send, status: int, kind: str, body: bytes, headers: Headers = ()) -> None:
    """Sends a whole answer.

    Args:
        send: Where to.
        status: The HTTP status.
        kind: The content type.
        body: The body.
        headers: Further headers.
    """
    described = [(b"content-type", kind.encode("latin-1")), (b"content-length", b"%d" % len(body))]
    head = [*(described if status != 204 else ()), (b"cache-control", b"no-cache"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send, refusal: Refusal, headers: Headers = ()) -> None:
    """Sends a refusal as the Web API words it.

    Args:
        send: Where to.
        refusal: Status, code, message and headers.
        headers: Further headers.
    """
    identity = str(uuid.uuid4()).encode()
    own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers.items()]
    head = [(b"OData-Version", b"4.0"), (b"x-ms-service-request-id", identity), (b"REQ_ID", identity), *own, *headers]
    body = orjson.dumps({"error": {"code": refusal.code, "message": refusal.message}})
    await send_answer(send, refusal.status, JSON_TYPE, body, head)


def lower_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Request headers by lowercase name; repeated ones joined by commas."""
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
