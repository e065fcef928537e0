"""``/Image/download.aspx``: the address that an image's companion column holds ("Use image column data", Download URL).

A person's browser is known there by its cookie; the sandbox asks for a bearer token, as everywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.files.images import mime_type_of_picture
from onteg_dynamics.sandbox.people.impersonation import caller_of
from onteg_dynamics.sandbox.world import Caller, World

_PATH = "/Image/download.aspx"
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def create_pictures(world: Callable[[], World]) -> Callable[[Mapping[str, Any], Any, Send], Awaitable[None]]:
    """The addresses of images as an ASGI application.

    Args:
        world: Gives the sandbox's world; asked at every request.
    """

    async def application(scope: Mapping[str, Any], _receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            caller = caller_of(world(), headers)
        except refusals.Refusal as refusal:
            await _answer(send, refusal.status, b"", "text/plain", refusal.headers)
            return
        asked = scope["path"] == _PATH and scope["method"] == "GET"
        data = world().turns.read(lambda: _picture(world(), caller, scope)) if asked else b""
        await _answer(send, 200 if data else 404, data, mime_type_of_picture(data), {})

    return application


def _picture(world: World, caller: Caller, scope: Mapping[str, Any]) -> bytes:
    """The image that an address names; nothing where the caller may see none, or there is none in full size."""
    given = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    table, name = world.model.table(given.get("Entity", "")), given.get("Attribute", "")
    if table is None or name not in table.columns or table.columns[name].type != "Image":
        return b""
    rows = world.store.select(table.logical_name, {f"{name}id": given.get("Id", "").lower()})
    if not rows or rows[0][name] is None:
        return b""
    if caller.rights is not None and not caller.rights.allows("Read", table, rows[0]):
        return b""
    if given.get("Full", "").lower() != "true":
        return base64.b64decode(rows[0][name])
    kept = vault.find(world.store, rows[0][f"{name}id"])
    return b"" if kept is None else vault.read(world.store, kept.id, 0, kept.size)


async def _answer(send: Send, status: int, body: bytes, kind: str, more: Mapping[str, str]) -> None:
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "private", **more}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
