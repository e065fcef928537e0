"""Messages for files and images in columns ("Use file column data": use Dataverse messages)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import sessions, vault
from onteg_dynamics.sandbox.files.blocks import (
    ROW,
    TEXT,
    TOKEN,
    UPLOAD_BLOCK,
    WHOLE,
    action,
    argument,
    arranged,
    download_token,
    downloader,
    target_row,
)
from onteg_dynamics.sandbox.files.columns import file_column, keep_upload, kept_file, remove_file
from onteg_dynamics.sandbox.files.limits import check_name, mime_type_of
from onteg_dynamics.sandbox.files.notes import NOTE_SOURCES, NOTES
from onteg_dynamics.sandbox.files.settle import ATTACHMENTS
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.world import World

_COLUMN = frozenset({"column"})


def initialize_upload(request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The beginning of an upload into a row's column."""
    table, row = target_row(request.world, argument(given, "Target"))
    column, name = file_column(table, argument(given, "FileAttributeName")), str(argument(given, "FileName"))
    _check(request, "Write", table, row)
    check_name(request.world, name)
    own = str(row[table.primary_id])
    upload = sessions.begin(request.world.store, "column", table.logical_name, own, column.logical_name, name)
    return result(request, "InitializeFileBlocksUploadResponse", {TOKEN: upload.token})


def commit_upload(request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The end of an upload: its blocks become the file."""
    world, store = request.world, request.world.store
    upload = sessions.resume(store, argument(given, TOKEN), _COLUMN)
    table, name = world.model.tables[upload.table], str(given.get("FileName") or upload.name)
    row = stored_row(world, OneRow(table, upload.row_id, upload.row_id))
    _check(request, "Write", table, row)
    size = arranged(store, upload, argument(given, "BlockList"))
    kind = mime_type_of(name, given.get("MimeType"))
    column = file_column(table, upload.column)
    kept = keep_upload(world, request.caller, table, row, column, upload.token, name, kind)
    sessions.end(store, upload)
    return result(request, "CommitFileBlocksUploadResponse", {"FileId": kept.id, "FileSizeInBytes": size})


def initialize_download(request: Request, given: dict[str, Any], _target: Target) -> Response:
    """The beginning of a download from a row's column; of an image always the full size."""
    table, row = target_row(request.world, argument(given, "Target"))
    column = file_column(table, argument(given, "FileAttributeName"))
    _check(request, "Read", table, row)
    kept = kept_file(request.world, row, column)
    if kept is None:
        raise _nothing(table, row, column)
    members = {
        "FileSizeInBytes": kept.size,
        "FileName": kept.name,
        TOKEN: download_token("file", kept.id),
        "IsChunkingSupported": True,
    }
    return result(request, "InitializeFileBlocksDownloadResponse", members)


def delete_file(request: Request, given: dict[str, Any], _target: Target) -> Response:
    """Removes a file by its id."""
    world, file_id = request.world, str(argument(given, "FileId")).lower()
    described = world.store.get(world.model.tables[ATTACHMENTS], file_id)
    if described is None:
        raise refusals.no_such_file(file_id)
    table = world.model.tables[described["objectid__table"]]
    row = stored_row(world, OneRow(table, described["objectid"], described["objectid"]))
    _check(request, "Write", table, row)
    remove_file(world, request.caller, table, row, file_column(table, described["regardingfieldname"]))
    return Response(204)


def _check(request: Request, verb: str, table: Table, row: dict[str, Any]) -> None:
    if request.caller.rights is not None:
        request.caller.rights.check(verb, table, row)


def _nothing(table: Table, row: dict[str, Any], column: Column) -> refusals.Refusal:
    name, own = column.logical_name, str(row[table.primary_id])
    image = row.get(f"{name}id") if column.type == "Image" else None
    if image is not None:
        return refusals.no_full_image(image, table.logical_name, name, own)
    return refusals.no_file(table.logical_name, name, own)


def _file_bytes(world: World, file_id: str, begin: int, end: int) -> bytes:
    if vault.find(world.store, file_id) is None:
        raise refusals.no_such_file(file_id)
    return vault.read(world.store, file_id, begin, end)


FILES = (
    Registered(
        action(
            "InitializeFileBlocksUpload",
            {"Target": ROW, "FileAttributeName": TEXT, "FileName": TEXT},
            {TOKEN: TEXT},
        ),
        initialize_upload,
    ),
    UPLOAD_BLOCK,
    Registered(
        action(
            "CommitFileBlocksUpload",
            {"FileName": TEXT, "MimeType": TEXT, "BlockList": f"Collection({TEXT})", TOKEN: TEXT},
            {"FileId": "Edm.Guid", "FileSizeInBytes": WHOLE},
        ),
        commit_upload,
    ),
    Registered(
        action(
            "InitializeFileBlocksDownload",
            {"Target": ROW, "FileAttributeName": TEXT},
            {TOKEN: TEXT, "FileSizeInBytes": WHOLE, "FileName": TEXT, "IsChunkingSupported": "Edm.Boolean"},
        ),
        initialize_download,
    ),
    Registered(
        action("DownloadBlock", {"Offset": WHOLE, "BlockLength": WHOLE, TOKEN: TEXT}, {"Data": "Edm.Binary"}),
        downloader({"file": _file_bytes, **NOTE_SOURCES}),
    ),
    Registered(action("DeleteFile", {"FileId": "Edm.Guid"}), delete_file),
    *NOTES,
)
