"""``/_sandbox/``: the pages over HTTP. They only read, need no script, and are for this machine's own browser.

- ``/_sandbox/`` lists the tables, ``/_sandbox/tables/account`` its rows, ``/_sandbox/tables/account/ID`` one of them
- ``/_sandbox/log`` lists the latest requests, ``/_sandbox/log/7`` shows one with its answer

Rows come from anywhere: templates escape every value, and a content security policy forbids scripts altogether. A page
of another site can neither read these (its origin is another) nor pass as them (the ``Host`` must be the sandbox's own,
which a rebound DNS name is not) nor frame them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from onteg_dynamics.sandbox.answers import lower_headers, send_answer
from onteg_dynamics.sandbox.log import Application, Log, Message, Receive, Send
from onteg_dynamics.sandbox.pages.exchanges import log_page, one_exchange
from onteg_dynamics.sandbox.pages.rows import NotThere, all_tables, one_row, rows_of_table
from onteg_dynamics.sandbox.world import World

ENTRANCE, PAGES = "/_sandbox", "/_sandbox/"
_HTML = "text/html; charset=utf-8"
_FILES = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_MAX_FIELDS = 20
_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


@dataclass(frozen=True)
class Page:
    """What is shown: a template and its values."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


def create_pages(world: Callable[[], World], log: Log, origins: frozenset[str]) -> Application:
    """The pages as an ASGI application.

    Args:
        world: Gives the sandbox's world; asked at every request.
        log: The latest requests.
        origins: The sandbox's own addresses, ``https://127.0.0.1:PORT`` and the like.
    """

    async def application(scope: Message, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature
        if scope["path"] == ENTRANCE:
            await send_answer(send, 308, _HTML, b"", (*_HEADERS, (b"location", PAGES.encode())))
            return
        kind, status, body = _answer(scope, world, log, origins)
        await send_answer(send, status, kind, b"" if scope["method"] == "HEAD" else body, _HEADERS)

    return application


def _answer(scope: Message, world: Callable[[], World], log: Log, origins: frozenset[str]) -> tuple[str, int, bytes]:
    refused = refuse(scope["method"], lower_headers(scope["headers"]), origins)
    steps = scope["path"].removeprefix(PAGES).split("/")
    if refused is None and len(steps) == 1 and steps[0] in _FILES:
        return _FILES[steps[0]], 200, _file(steps[0])
    fields, here = _fields(scope["query_string"]), world()
    page = refused or here.turns.read(lambda: find_page(steps, fields, here, log))
    text = _templates().get_template(page.template).render({**page.values, "root": PAGES})
    return _HTML, page.status, text.encode("utf-8", "replace")


def _fields(query: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(query.decode("latin-1"), max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}


def refuse(method: str, headers: Mapping[str, str], origins: frozenset[str]) -> Page | None:
    """The page that turns a request away, or None where it may come in.

    Args:
        method: The verb.
        headers: Request headers by lowercase name.
        origins: The sandbox's own addresses.
    """
    scheme = next(iter(origins)).partition("://")[0]
    if f"{scheme}://{headers.get('host', '').lower()}" not in origins:
        return _no(403, "The Host header names another server.")
    is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site") in {"cross-site", "same-site"} and not is_visit:
        return _no(403, "Pages of other sites may not read the sandbox.")
    if method not in {"GET", "HEAD"}:
        return _no(405, "These pages are only read.")
    return None


def find_page(steps: list[str], fields: Mapping[str, str], world: World, log: Log) -> Page:
    """The page at an address.

    Args:
        steps: The parts of the address below ``/_sandbox/``.
        fields: The query.
        world: The sandbox.
        log: The latest requests.
    """
    shown: Mapping[tuple[str, int], tuple[str, Callable[..., dict[str, Any]]]] = {
        ("", 1): ("tables.html", lambda: all_tables(world, fields)),
        ("tables", 2): ("rows.html", lambda name: rows_of_table(world, name, fields)),
        ("tables", 3): ("row.html", lambda name, key: one_row(world, name, key)),
        ("log", 1): ("log.html", lambda: log_page(world, log, fields)),
        ("log", 2): ("exchange.html", lambda number: one_exchange(world, log, number)),
    }
    template, values = shown.get((steps[0], len(steps)), ("", _nothing))
    try:
        return Page(template, values(*steps[1:]))
    except NotThere as missing:
        return _no(404, str(missing))


def _nothing(*_steps: str) -> dict[str, Any]:
    raise NotThere("There is no such page.")


def _no(status: int, message: str) -> Page:
    return Page("no.html", {"title": "Not shown", "message": message}, status)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("onteg_dynamics.sandbox.pages"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["step"] = _step
    return found


@lru_cache(maxsize=len(_FILES))
def _file(name: str) -> bytes:
    return resources.files("onteg_dynamics.sandbox.pages").joinpath("templates").joinpath(name).read_bytes()


def _step(text: object) -> str:
    """A text as one part of an address."""
    return quote(str(text), safe="")
