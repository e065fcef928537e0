"""Notes with attachments, and attachments of activities: add, list, download.

Implements "Use file data with Attachment and Note records".
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse import rows
from onteg_dynamics.dataverse.content import Content, digest_of
from onteg_dynamics.dataverse.files import CHUNK, Download
from onteg_dynamics.dataverse.ids import new_row_id
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps, read
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import NotFoundError

__all__ = ["Attachment", "add_attachment", "add_note", "attachments", "download_attachment", "find_note"]

_CRM = "Microsoft.Dynamics.CRM."


@dataclass(frozen=True)
class _Kind:
    """A table that holds attachments.

    Attributes:
        table: logical name.
        entity_set: entity set name.
        message: what its messages for blocks are called by.
        body: the column with the bytes in base64.
    """

    table: str
    entity_set: str
    message: str
    body: str

    @property
    def key(self) -> str:
        return f"{self.table}id"


_NOTE = _Kind("annotation", "annotations", "Annotation", "documentbody")
_MIME = _Kind("activitymimeattachment", "activitymimeattachments", "Attachment", "body")


@dataclass(frozen=True)
class Attachment:
    """An attachment of a row.

    Attributes:
        id: GUID of the note or attachment.
        kind: ``note``, or ``attachment`` of an activity.
        name: file name.
        mime_type: what it is.
        size: in bytes.
        subject: the note's title.
    """

    id: str
    kind: str
    name: str
    mime_type: str
    size: int
    subject: str


def add_note(link: Link, table: Table, row_id: str, subject: str, text: str, content: Content | None = None) -> str:
    """Add a note to a row, with a file where one is given.

    Args:
        link: the client at work.
        table: the row's table.
        row_id: its GUID.
        subject: the note's title.
        text: what it says.
        content: the file.

    Returns:
        The note's GUID.

    Raises:
        ServiceError: the table takes no notes, or the file is too large or of a kind that is not allowed.
    """
    note = {"subject": subject or None, "notetext": text or None, "objectid": {"table": table.name, "id": row_id}}
    if content is None:
        return str(rows.create(link, link.table(_NOTE.table), note).id)
    return _add(link, _NOTE, note, content)


def add_attachment(link: Link, table: Table, row_id: str, content: Content, number: int = 1) -> str:
    """Attach a file to an email or appointment.

    Args:
        link: the client at work.
        table: the activity's table.
        row_id: its GUID.
        content: the file.
        number: its place among the attachments, from 1.

    Returns:
        The attachment's GUID.

    Raises:
        ServiceError: the file is too large or of a kind that is not allowed.
    """
    of = {"objectid": {"table": table.name, "id": row_id}, "objecttypecode": table.name, "attachmentnumber": number}
    return _add(link, _MIME, {**of, "subject": content.name}, content)


def _add(link: Link, kind: _Kind, row: Mapping[str, Any], content: Content) -> str:
    named = {**row, "filename": content.name, "mimetype": content.mime_type}
    if content.size <= CHUNK or link.call.rehearsal is not None:
        body = base64.b64encode(content.whole()).decode()
        return str(rows.create(link, link.table(kind.table), {**named, kind.body: body}).id)
    return _add_in_blocks(link, kind, named, content)


def _add_in_blocks(link: Link, kind: _Kind, row: Mapping[str, Any], content: Content) -> str:
    own, table = new_row_id(), link.table(kind.table)
    body = link.writer(table).write(row, "create")
    target = {"@odata.type": f"{_CRM}{kind.table}", kind.key: own, **body}
    token = _post(link, f"Initialize{kind.message}BlocksUpload", {"Target": target})["FileContinuationToken"]
    blocks = []
    for number, piece in enumerate(content.pieces(CHUNK)):
        block = base64.b64encode(f"{number:032d}".encode()).decode()
        data = base64.b64encode(piece).decode()
        _post(link, "UploadBlock", {"BlockId": block, "BlockData": data, "FileContinuationToken": token})
        blocks.append(block)
    end = {"Target": target, "BlockList": blocks, "FileContinuationToken": token}
    answer = _post(link, f"Commit{kind.message}BlocksUpload", end)
    return str(answer.get("AnnotationId") or answer.get("ActivityMimeAttachmentId") or own)


def attachments(link: Link, table: Table, row_id: str) -> list[Attachment]:
    """The files of a row's notes and, of an activity, its attachments; the oldest first."""
    found = _of_kind(link, _NOTE, f"_objectid_value eq {row_id} and isdocument eq true", "createdon")
    if link.columns(table).find("activitytypecode") is None:
        return found
    return found + _of_kind(link, _MIME, f"_objectid_value eq {row_id}", "attachmentnumber")


def _of_kind(link: Link, kind: _Kind, condition: str, order: str) -> list[Attachment]:
    select = f"{kind.key},filename,mimetype,filesize,subject"
    options = {"$select": select, "$filter": condition, "$orderby": order}
    data = link.send(Request("GET", kind.entity_set + query_string(options))).data
    return [_attachment(kind, row) for row in data["value"]]


def _attachment(kind: _Kind, row: Mapping[str, Any]) -> Attachment:
    word = "note" if kind is _NOTE else "attachment"
    texts = [row.get(name) or "" for name in ("filename", "mimetype", "subject")]
    return Attachment(row[kind.key], word, texts[0], texts[1], int(row.get("filesize") or 0), texts[2])


def find_note(link: Link, table: Table, row_id: str, content: Content) -> str | None:
    """The row's note that holds the very same file under the same name; None where there is none."""
    for found in attachments(link, table, row_id):
        if found.kind == "note" and (found.name, found.size) == (content.name, content.size):
            held = download_attachment(link, found.id)
            if digest_of(held.pieces) == content.digest():
                return found.id
    return None


def download_attachment(link: Link, own: str) -> Download:
    """The file of a note, or an attachment of an activity.

    Args:
        link: the client at work.
        own: GUID of the note or attachment.

    Raises:
        NotFoundError: there is none, or the note has no file.
    """
    kind, row = _find(link, own)
    size = int(row.get("filesize") or 0)
    if not row.get("filename"):
        raise NotFoundError("The note has no file.")
    pieces = _inline(link, kind, own) if size <= CHUNK else _blocks(link, kind, own)
    return Download(row["filename"], row.get("mimetype") or "", size, pieces)


def _find(link: Link, own: str) -> tuple[_Kind, Mapping[str, Any]]:
    options = query_string({"$select": "filename,mimetype,filesize"})
    try:
        return _NOTE, link.send(Request("GET", row_path(_NOTE.entity_set, own) + options)).data
    except NotFoundError:
        return _MIME, link.send(Request("GET", row_path(_MIME.entity_set, own) + options)).data


def _inline(link: Link, kind: _Kind, own: str) -> Iterator[bytes]:
    path = row_path(kind.entity_set, own) + query_string({"$select": kind.body})
    answer = read(link.exchange(Request("GET", path, exact=True)))
    yield base64.b64decode(answer.data.get(kind.body) or "")


def _blocks(link: Link, kind: _Kind, own: str) -> Iterator[bytes]:
    target = {"@odata.type": f"{_CRM}{kind.table}", kind.key: own}
    begun = _post(link, f"Initialize{kind.message}BlocksDownload", {"Target": target})
    token, size, done = begun["FileContinuationToken"], int(begun["FileSizeInBytes"]), 0
    while done < size:
        wish = {"Offset": done, "BlockLength": min(CHUNK, size - done), "FileContinuationToken": token}
        piece = base64.b64decode(_post(link, "DownloadBlock", wish)["Data"])
        yield piece
        done += len(piece)


def _post(link: Link, message: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    request = Request("POST", message, dumps(body), JSON_BODY, exact=message == "DownloadBlock")
    answer: Mapping[str, Any] = read(link.exchange(request)).data or {}
    return answer
