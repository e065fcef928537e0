"""Files: columns of rows, images, notes with attachments, published assets."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.targets import row_of
from onteg_dynamics.errors import InputError, NotFoundError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.content import Content
    from onteg_dynamics.dataverse.files import Download

Options = Mapping[str, Any]
MOST_INLINE = 16 * 1024 * 1024
"""Bytes that a step's output holds; more goes to a file."""


def upload_file(context: Context, options: Options) -> Outcome:
    """Put a file into a file column of a row."""
    return _uploaded(context, options, "File")


def upload_image(context: Context, options: Options) -> Outcome:
    """Put an image into an image column of a row."""
    return _uploaded(context, options, "Image")


def download_file(context: Context, options: Options) -> Outcome:
    """Get the file in a file column of a row."""
    return _downloaded(context, options, "File")


def download_image(context: Context, options: Options) -> Outcome:
    """Get the image in an image column of a row, whole or as its thumbnail."""
    return _downloaded(context, options, "Image")


def delete_file(context: Context, options: Options) -> Outcome:
    """Delete the file or image in a column of a row."""
    from onteg_dynamics.dataverse.files import file_column, remove

    dataverse = context.dataverse
    table = dataverse.table(options["table"])
    found = dataverse.columns(table).find(options["column"])
    kind = "Image" if found is not None and found.type == "Image" else "File"
    place = file_column(dataverse, table, options["column"], kind)
    remove(dataverse, place, options["key"])
    return Outcome({"table": table.name, "column": place.column.name, "deleted": True})


def add_note(context: Context, options: Options) -> Outcome:
    """Add a note to a row, with a file where one is given."""
    from onteg_dynamics.dataverse.notes import add_note as add

    table, row_id = row_of(context, options)
    content = _content(options) if options.get("path") or options.get("content") else None
    texts = options.get("subject", ""), options.get("text", "")
    if content is None and not any(texts):
        raise InputError((Problem("text", "", "is required when there is neither Subject nor a file"),))
    own = add(context.dataverse, table, row_id, *texts, content)
    return Outcome({"table": table.name, "id": row_id, "note_id": own})


def list_attachments(context: Context, options: Options) -> Outcome:
    """List the files of a row's notes and, of an activity, its attachments."""
    from onteg_dynamics.dataverse.notes import attachments

    table, own = row_of(context, options)
    found = [vars(one) for one in attachments(context.dataverse, table, own)]
    return Outcome({"table": table.name, "id": own, "attachments": found})


def download_attachment(context: Context, options: Options) -> Outcome:
    """Get the file of a note, or an attachment of an activity."""
    from onteg_dynamics.dataverse.ids import as_guid
    from onteg_dynamics.dataverse.notes import download_attachment as download

    return Outcome(_kept(download(context.dataverse, as_guid(options["attachment_id"])), options))


def publish_asset(context: Context, options: Options) -> Outcome:
    """Put a picture or document where it belongs: an image column, a file column or a note of a row."""
    from onteg_dynamics.dataverse.rows import get

    dataverse = context.dataverse
    table, content = dataverse.table(options["table"]), _content(options)
    wanted = dataverse.selection(table.name, [table.primary_id])
    own = get(dataverse, table, options["key"], wanted).id
    name = options.get("column", "")
    known = options.get("known_digest", "")
    if name:
        changed, place = _as_column(context, table.name, own, name, content, known)
    else:
        changed, place = _as_note(context, options, own)
    return Outcome({"table": table.name, "id": own, "place": place, "changed": changed, **_told(content)})


def _as_column(
    context: Context, table: str, own: str, name: str, content: Content, known_digest: str
) -> tuple[bool, str]:
    from onteg_dynamics.dataverse.files import file_column, upload

    dataverse = context.dataverse
    found = dataverse.columns(dataverse.table(table)).find(name)
    kind = "Image" if found is not None and found.type == "Image" else "File"
    place = file_column(dataverse, dataverse.table(table), name, kind)
    return upload(dataverse, place, own, content, known_digest=known_digest), place.column.name


def _as_note(context: Context, options: Options, own: str) -> tuple[bool, str]:
    from onteg_dynamics.dataverse.notes import add_note as add
    from onteg_dynamics.dataverse.notes import find_note

    dataverse, content = context.dataverse, _content(options)
    table = dataverse.table(options["table"])
    if find_note(dataverse, table, own, content) is not None:
        return False, "note"
    add(dataverse, table, own, options.get("subject", ""), "", content)
    return True, "note"


def _uploaded(context: Context, options: Options, kind: str) -> Outcome:
    from onteg_dynamics.dataverse.files import file_column, upload

    dataverse = context.dataverse
    table, content = dataverse.table(options["table"]), _content(options)
    place = file_column(dataverse, table, options["column"], kind)
    how = {"only_changes": options.get("skip_same", True), "known_digest": options.get("known_digest", "")}
    changed = upload(dataverse, place, options["key"], content, **how)
    return Outcome({"table": table.name, "column": place.column.name, "changed": changed, **_told(content)})


def _told(content: Content) -> dict[str, Any]:
    told = {"file_name": content.name, "mime_type": content.mime_type, "size": content.size}
    return {**told, "digest": content.digest()}


def _content(options: Options) -> Content:
    from onteg_dynamics.dataverse.content import of_path, of_value

    name, kind = options.get("file_name", ""), options.get("mime_type", "")
    if options.get("path"):
        return of_path(options["path"], name, kind)
    if options.get("content") is None:
        raise InputError((Problem("path", "", "is required when Content is empty"),))
    return of_value(options["content"], name, kind)


def _downloaded(context: Context, options: Options, kind: str) -> Outcome:
    from onteg_dynamics.dataverse.files import download, file_column

    dataverse = context.dataverse
    place = file_column(dataverse, dataverse.table(options["table"]), options["column"], kind)
    wants_full = not options.get("thumbnail", False)
    found = download(dataverse, place, options["key"], full=wants_full)
    if found is None and kind == "Image" and wants_full:
        found = download(dataverse, place, options["key"], full=False)
        if found is not None:
            context.warn(f"{place.column.name} keeps thumbnails only; this is one.")
    if found is None:
        raise NotFoundError(f"The row has nothing in {place.column.name}.")
    return Outcome(_kept(found, options))


def _kept(found: Download, options: Options) -> dict[str, Any]:
    """The file where it was asked for: on this machine, or in the output."""
    from onteg_dynamics.dataverse.content import file_name_of, save

    told = {"file_name": file_name_of(found.name), "mime_type": found.mime_type, "size": found.size}
    path = options.get("path", "")
    if path:
        save(found.pieces, path, overwrite=options.get("overwrite", False))
        return {**told, "path": path, "content": None}
    if found.size > MOST_INLINE:
        most = MOST_INLINE // 1024 // 1024
        raise InputError((Problem("path", "", f"is required for a file of more than {most} MB"),))
    return {**told, "path": None, "content": base64.b64encode(b"".join(found.pieces)).decode()}


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    reads, replaces = Annotations(read_only=True, idempotent=True), Annotations(destructive=True, idempotent=True)
    return (
        Action("upload_file", upload_file, replaces),
        Action("download_file", download_file, reads),
        Action("delete_file", delete_file, replaces),
        Action("upload_image", upload_image, replaces),
        Action("download_image", download_image, reads),
        Action("add_note", add_note, Annotations()),
        Action("list_attachments", list_attachments, reads),
        Action("download_attachment", download_attachment, reads),
        Action("publish_asset", publish_asset, replaces),
    )
