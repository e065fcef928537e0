"""Files in single requests and in chunks, at the address of their column.

Follows "Use file column data": upload a file in a single request, upload the file in chunks, download a file.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import sessions, vault
from onteg_dynamics.sandbox.files.columns import keep_upload, kept_file
from onteg_dynamics.sandbox.files.images import mime_type_of_picture
from onteg_dynamics.sandbox.files.limits import CHUNK, check_column_size, check_name, mime_type_of
from onteg_dynamics.sandbox.files.ranges import Sent, sent_range, wanted_range
from onteg_dynamics.sandbox.files.sessions import Upload
from onteg_dynamics.sandbox.files.vault import Kept
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.service.message import Request, Response

BINARY = "application/octet-stream"
BINARY_TYPES = frozenset({"File", "Image"})
_CHUNKS = frozenset({"chunks"})
_NAME = "x-ms-file-name"


def upload(request: Request, table: Table, row: dict[str, Any], column: Column) -> Response:
    """PATCH or PUT of a file or image column: a whole file, the beginning of an upload in chunks, or a chunk.

    Args:
        request: The request; a transaction is open.
        table: The table.
        row: The stored row.
        column: The column.

    Raises:
        Refusal: The file has no name, is too big or of a blocked kind; a chunk does not fit.
    """
    token = dict(request.options).get("sessiontoken")
    if token is not None:
        return _take_chunk(request, table, row, column, token)
    name = _name(request)
    check_name(request.world, name)
    if request.headers.get("x-ms-transfer-mode", "").strip().lower() == "chunked":
        return _begin(request, table, row, column, name)
    check_column_size(column, len(request.body))
    token = sessions.begin(request.world.store, "chunks", table.logical_name, "", "", name).token
    for start in range(0, len(request.body), vault.PART):
        vault.put(request.world.store, token, start, request.body[start : start + vault.PART])
    _complete(request, table, row, column, token, name)
    return Response(204)


def download(request: Request, _table: Table, row: dict[str, Any], column: Column) -> Response:
    """GET of ``$value``: the bytes, or a range of them; 204 where there is no file.

    An image gives its thumbnail, with ``?size=full`` itself.

    Raises:
        Refusal: The range lies behind the end.
    """
    found = _found(request, row, column)
    if found is None:
        return Response(204)
    kept, thumbnail = found
    return _answer(request, kept, thumbnail, None)


def show(request: Request, table: Table, row: dict[str, Any], column: Column) -> Response:
    """GET of the column itself: the same bytes as Base64 in JSON.

    Raises:
        Refusal: The range lies behind the end.
    """
    found = _found(request, row, column)
    if found is None:
        return Response(204)
    kept, thumbnail = found
    context = f"{request.root}$metadata#{table.entity_set_name}({row[table.primary_id]})/{column.logical_name}"
    return _answer(request, kept, thumbnail, context)


def _begin(request: Request, table: Table, row: dict[str, Any], column: Column, name: str) -> Response:
    own = row[table.primary_id]
    session = sessions.begin(request.world.store, "chunks", table.logical_name, own, column.logical_name, name)
    location = f"{request.root}{table.entity_set_name}({own})/{column.logical_name}?sessiontoken={session.token}"
    headers = [
        ("Accept-Ranges", "bytes"),
        ("Location", location),
        ("x-ms-chunk-size", str(CHUNK)),
        ("Access-Control-Expose-Headers", "x-ms-chunk-size"),
    ]
    return Response(200, headers=headers)


def _take_chunk(request: Request, table: Table, row: dict[str, Any], column: Column, token: str) -> Response:
    """Keeps a chunk; chunks may come in any order and more than once, and the one that was missing ends the upload."""
    store = request.world.store
    session = sessions.resume(store, token, _CHUNKS)
    if (session.table, session.row_id, session.column) != (
        table.logical_name,
        row[table.primary_id],
        column.logical_name,
    ):
        raise refusals.no_upload()
    sent = sent_range(request.headers.get("content-range"), len(request.body))
    check_column_size(column, sent.size)
    _check_fit(request, session, sent)
    vault.put(store, token, sent.first, request.body)
    if vault.stored_size(store, token) < sent.size:
        return Response(206)
    _complete(request, table, row, column, token, request.headers.get(_NAME, session.name))
    return Response(204)


def _check_fit(request: Request, session: Upload, sent: Sent) -> None:
    """Refuses a chunk that overlaps another one."""
    for begin, end in vault.spans(request.world.store, session.token):
        same = (begin, end) == (sent.first, sent.last + 1)
        if end > sent.size or (not same and begin <= sent.last and end > sent.first):
            raise refusals.bad_content_range(request.headers.get("content-range", ""))


def _complete(request: Request, table: Table, row: dict[str, Any], column: Column, token: str, name: str) -> None:
    kind = mime_type_of(name, request.headers.get("content-type"))
    keep_upload(request.world, request.caller, table, row, column, token, name, kind)
    sessions.end(request.world.store, Upload(token, "chunks", "", "", "", ""))


def _name(request: Request) -> str:
    """The file's name; the header wins, the parameter may hold any letters."""
    name = request.headers.get(_NAME) or dict(request.options).get(_NAME)
    if not name:
        raise refusals.file_name_missing()
    return name


def _found(request: Request, row: dict[str, Any], column: Column) -> tuple[Kept, bytes | None] | None:
    """What there is to give: a file, or an image's thumbnail with what is known of the image."""
    kept = kept_file(request.world, row, column)
    if column.type == "File" or dict(request.options).get("size", "").lower() == "full":
        return None if kept is None else (kept, None)
    text = row.get(column.logical_name)
    if text is None:
        return None
    thumbnail = base64.b64decode(text)
    kind = mime_type_of_picture(thumbnail)
    name = kept.name if kept is not None else f"{column.logical_name}.{kind.partition('/')[2]}"
    return Kept("", name, kind, len(thumbnail)), thumbnail


def _answer(request: Request, kept: Kept, thumbnail: bytes | None, context: str | None) -> Response:
    wanted = wanted_range(request.headers.get("range"), kept.size)
    begin, end = wanted or (0, kept.size)
    store = request.world.store
    data = vault.read(store, kept.id, begin, end) if thumbnail is None else thumbnail[begin:end]
    headers = _headers(kept, wanted)
    if context is None:
        return Response(206 if wanted else 200, data, BINARY, headers)
    response = Response.json({"@odata.context": context, "value": base64.b64encode(data).decode()})
    response.headers += headers
    response.status = 206 if wanted else 200
    return response


def _headers(kept: Kept, wanted: tuple[int, int] | None) -> list[tuple[str, str]]:
    name = kept.name if kept.name.isascii() else quote(kept.name)
    chunk = [("x-ms-chunk-size", str(CHUNK))] if wanted else []
    found = [("x-ms-file-size", str(kept.size)), ("x-ms-file-name", name), *chunk, ("mimetype", kept.mime_type)]
    exposed = "; ".join(header for header, _ in found)
    found += [("Access-Control-Expose-Headers", exposed), ("Accept-Ranges", "bytes")]
    if wanted:
        found.append(("Content-Range", f"bytes {wanted[0]}-{wanted[1] - 1}/{kept.size}"))
    shown = f'attachment; filename="{kept.name}"' if kept.name.isascii() else f"attachment; filename*=UTF-8''{name}"
    return [*found, ("Content-Disposition", shown)]
