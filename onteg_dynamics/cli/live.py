"""What a sandbox's clients send and get, as it happens: a line for each request, or all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from rich.markup import escape

from onteg_dynamics.cli import show

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.log import Exchange

__all__ = ["print_exchange"]

LONGEST_BODY = 4000  # characters of a body that a person reads in a terminal
_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


def print_exchange(exchange: Exchange, caller: str, *, full: bool, as_json: bool) -> None:
    """Print one request with its answer.

    Args:
        exchange: secrets are masked in it already.
        caller: the name of who sent it.
        full: headers and bodies too.
        as_json: one JSON object on one line.
    """
    if as_json:
        show.print_json({**_line(exchange, caller), **(_rest(exchange) if full else {})})
        return
    colour = _COLOURS.get(exchange.status // 100, "white")
    told = " ".join(filter(None, (_spent(exchange), _answered(exchange), escape(_visible(caller)))))
    target = escape(_visible(exchange.target))
    show.console.print(
        f"[dim]{exchange.moment:%H:%M:%S}[/] [bold]{exchange.method:6}[/] {target} [{colour}]{exchange.status}[/] "
        f"[dim]{told}[/]",
        soft_wrap=True,
    )
    if full:
        _print_rest(exchange)


def _line(exchange: Exchange, caller: str) -> dict[str, Any]:
    return {
        "moment": exchange.moment.isoformat(timespec="milliseconds"),
        "method": exchange.method,
        "target": exchange.target,
        "status": exchange.status,
        "milliseconds": round(exchange.seconds * 1000, 1),
        "rows": _rows(exchange),
        "bytes": exchange.answer_size,
        "caller": caller,
    }


def _rest(exchange: Exchange) -> dict[str, Any]:
    return {
        "request_headers": exchange.request_headers,
        "request_body": exchange.request_body.decode("utf-8", "replace"),
        "response_headers": exchange.response_headers,
        "response_body": exchange.response_body.decode("utf-8", "replace"),
    }


def _print_rest(exchange: Exchange) -> None:
    sent = _part(">", exchange.request_headers, exchange.request_body)
    got = _part("<", exchange.response_headers, exchange.response_body)
    for line in (*sent, *got):
        show.console.print(f"  [dim]{escape(line)}[/]", soft_wrap=True)
    show.console.print()


def _part(sign: str, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    for name, value in headers.items():
        yield f"{sign} {_visible(name)}: {_visible(value)}"
    text = body.decode("utf-8", "replace")
    cut = f"… {len(text)} characters in all" if len(text) > LONGEST_BODY else ""
    for line in (text[:LONGEST_BODY] + cut).splitlines():
        yield f"{sign} {_visible(line)}"


def _visible(text: str) -> str:
    """The text without control characters, which could rewrite what a terminal shows."""
    return "".join(letter if letter.isprintable() or letter == "\t" else "�" for letter in text)


def _spent(exchange: Exchange) -> str:
    return f"{exchange.seconds * 1000:.0f} ms"


def _answered(exchange: Exchange) -> str:
    rows = _rows(exchange)
    if rows is None:
        return f"{exchange.answer_size} bytes"
    return f"{rows} row{'' if rows == 1 else 's'}, {exchange.answer_size} bytes"


def _rows(exchange: Exchange) -> int | None:
    """How many rows an answer carries, None where it is no list of rows."""
    if "json" not in exchange.response_headers.get("content-type", ""):
        return None
    try:
        document = orjson.loads(exchange.response_body)
    except orjson.JSONDecodeError:
        return None
    rows = document.get("value") if isinstance(document, dict) else None
    return len(rows) if isinstance(rows, list) else None
