"""Messages for the files of notes and attachments ("Use file data with Attachment and Note records").

Their bytes are a Base64 text in a column of the row itself, which stands last in the SQLite row.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import sessions, vault
from onteg_dynamics.sandbox.files.blocks import (
    ROW,
    TEXT,
    TOKEN,
    Source,
    action,
    argument,
    arranged,
    download_token,
    target_row,
    target_table,
)
from onteg_dynamics.sandbox.files.limits import check_body_size, check_name
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.store.ddl import quoted
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write import create_row, update_row
from onteg_dynamics.sandbox.write.values import is_guid

_INT = "Edm.Int32"


@dataclass(frozen=True)
class _Kind:
    """One of the two tables.

    Attributes:
        word: What its messages are called after.
        table: The table.
        body: The column with the document.
        answer: The member of the answer that names the row.
        updates: True where an upload may change a row that is there, and must name it.
    """

    word: str
    table: str
    body: str
    answer: str
    updates: bool


NOTE = _Kind("Annotation", "annotation", "documentbody", "AnnotationId", updates=True)
ATTACHMENT = _Kind("Attachment", "activitymimeattachment", "body", "ActivityMimeAttachmentId", updates=False)


def initialize_upload(kind: _Kind, request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The beginning of an upload for a note or an attachment."""
    target = argument(given, "Target")
    table = target_table(request.world, target, kind.table)
    own = _row_id(kind, table, target)
    if target.get("filename"):
        check_name(request.world, str(target["filename"]))
    name = str(target.get("filename") or "")
    upload = sessions.begin(request.world.store, kind.table, kind.table, own, kind.body, name, target)
    return result(request, f"Initialize{kind.word}BlocksUploadResponse", {TOKEN: upload.token})


def commit_upload(kind: _Kind, request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The end of an upload: the row is made, or changed, with its document."""
    world, store, target = request.world, request.world.store, argument(given, "Target")
    table = target_table(world, target, kind.table)
    upload = sessions.resume(store, argument(given, TOKEN), frozenset({kind.table}))
    if kind.updates and _row_id(kind, table, target) != upload.row_id:
        raise refusals.bad_argument("Target", "is not the row that the upload was begun for.")
    size = arranged(store, upload, argument(given, "BlockList"))
    check_body_size(world, (size + 2) // 3 * 4)
    text = base64.b64encode(vault.read(store, upload.token, 0, size)).decode()
    own = _write(kind, request, table, upload.row_id, {**target, kind.body: text})
    sessions.end(store, upload)
    members = {kind.answer: own, "FileSizeInBytes": size}
    return result(request, f"Commit{kind.word}BlocksUploadResponse", members)


def initialize_download(kind: _Kind, request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The beginning of a download from a note or an attachment."""
    table, row = target_row(request.world, argument(given, "Target"), kind.table)
    own = str(row[table.primary_id])
    if request.caller.rights is not None:
        request.caller.rights.check("Read", table, row)
    if row.get(kind.body) is None:
        raise refusals.no_file(kind.table, kind.body, own)
    members = {
        TOKEN: download_token(kind.table, own),
        "FileSizeInBytes": row.get("filesize"),
        "FileName": row.get("filename"),
    }
    return result(request, f"Initialize{kind.word}BlocksDownloadResponse", members)


def _row_id(kind: _Kind, table: Table, target: dict[str, Any]) -> str:
    """The id of the row that a target describes; empty for an attachment that leaves it to the service."""
    own = target.get(table.primary_id)
    if own is None and not kind.updates:
        return ""
    if not is_guid(own):
        raise refusals.bad_argument("Target", f"must have a {table.primary_id}.")
    return str(own).lower()


def _write(kind: _Kind, request: Request, table: Table, row_id: str, payload: dict[str, Any]) -> str:
    world, caller = request.world, request.caller
    stored = world.store.get(table, row_id) if row_id else None
    payload = {name: value for name, value in payload.items() if name not in {"@odata.type", table.primary_id}}
    if stored is None:
        return create_row(world, caller, table, payload, row_id=row_id or None)
    if not kind.updates:
        raise refusals.duplicate_insert()
    update_row(world, caller, table, stored, payload)
    return row_id


def _body_bytes(kind: _Kind, world: World, row_id: str, begin: int, end: int) -> bytes:
    """Some bytes of a document: only the letters that stand for them are read."""
    table, first = world.model.tables[kind.table], begin // 3
    text = (
        f"SELECT substr({quoted(kind.body)}, ?, ?) FROM {quoted(kind.table)} "
        f"WHERE {quoted(table.primary_id)} = ? AND {quoted(kind.body)} IS NOT NULL"
    )
    groups = -(-end // 3) - first
    row = world.store.db.execute(text, (first * 4 + 1, groups * 4, row_id)).fetchone()
    if row is None:
        raise refusals.no_file(kind.table, kind.body, row_id)
    return base64.b64decode(row[0])[begin - first * 3 : end - first * 3]


def _registered(kind: _Kind) -> tuple[Registered, ...]:
    row, blocks = {"Target": ROW}, {"BlockList": f"Collection({TEXT})", TOKEN: TEXT}
    sizes = {"FileSizeInBytes": _INT}
    found: tuple[tuple[str, Callable[..., Response], dict[str, str], dict[str, str]], ...] = (
        (f"Initialize{kind.word}BlocksUpload", initialize_upload, row, {TOKEN: TEXT}),
        (f"Commit{kind.word}BlocksUpload", commit_upload, {**row, **blocks}, {kind.answer: "Edm.Guid", **sizes}),
        (f"Initialize{kind.word}BlocksDownload", initialize_download, row, {TOKEN: TEXT, **sizes, "FileName": TEXT}),
    )
    return tuple(
        Registered(action(name, members, returns), partial(run, kind)) for name, run, members, returns in found
    )


NOTES = (*_registered(NOTE), *_registered(ATTACHMENT))
NOTE_SOURCES: dict[str, Source] = {kind.table: partial(_body_bytes, kind) for kind in (NOTE, ATTACHMENT)}
