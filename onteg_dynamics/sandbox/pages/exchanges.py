"""What the pages tell of requests and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from onteg_dynamics.sandbox.callers import caller_name
from onteg_dynamics.sandbox.log import Exchange, Log
from onteg_dynamics.sandbox.pages.rows import NotThere
from onteg_dynamics.sandbox.world import World

MAX_LISTED = 200
MAX_SHOWN = 100_000
REFRESH_SECONDS = 2


def log_page(world: World, log: Log, fields: Mapping[str, str]) -> dict[str, Any]:
    """The latest requests, the newest first.

    Args:
        world: The sandbox.
        log: The log.
        fields: ``live`` loads the page again and again, ``failed`` shows only what was refused or went wrong.
    """
    failed, live = bool(fields.get("failed")), bool(fields.get("live"))
    found = [pair for pair in reversed(log.numbered()) if not failed or pair[1].status >= 400 or not pair[1].status]
    listed = [(number, exchange, _caller(world, exchange)) for number, exchange in found[:MAX_LISTED]]
    return {
        "title": "Requests",
        "listed": listed,
        "older": len(found) - len(listed),
        "failed": failed,
        "live": live,
        "refresh": REFRESH_SECONDS,
    }


def one_exchange(world: World, log: Log, number: str) -> dict[str, Any]:
    """One request with its answer.

    Args:
        world: The sandbox.
        log: The log.
        number: Its number.

    Raises:
        NotThere: It is not in the log, or no longer.
    """
    found = next((exchange for own, exchange in log.numbered() if str(own) == number), None)
    if found is None:
        raise NotThere("The log has no such request; it keeps the latest thousand.")
    parts = [
        ("Request", found.request_headers, readable(found.request_body)),
        ("Answer", found.response_headers, readable(found.response_body)),
    ]
    title = f"{found.method} {found.target.partition('?')[0]}"
    return {"title": title, "exchange": found, "number": number, "caller": _caller(world, found), "parts": parts}


def readable(body: bytes) -> str:
    """A body for people: JSON is set out in lines, what is very long is cut."""
    text = body.decode("utf-8", "replace")
    with suppress(orjson.JSONDecodeError):
        text = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters in all)"


def _caller(world: World, exchange: Exchange) -> str:
    return caller_name(world, exchange.caller) if exchange.caller else ""
