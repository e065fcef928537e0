"""Files that are too big or of the wrong kind, uploads that do not fit together."""

from __future__ import annotations

from onteg_dynamics.sandbox.refusals.base import ODATA_CODE, Refusal

_INVALID = "0x80040203"


def file_too_big() -> Refusal:
    """A file above its column's limit, a note or attachment above the organisation's."""
    return Refusal(400, "0x80044a02", "Attachment file size is too big.")


def image_too_big(limit: int, size: int) -> Refusal:
    """An image above its column's limit; both in bytes."""
    mega = 1024 * 1024
    return _image(f"File size is too big. MaxSize: {limit // mega} MB, Uploaded filesize: {size // mega} MB.")


def image_unreadable(row_id: str, table: str, column: str) -> Refusal:
    """Bytes that are no image of the kinds that the service takes."""
    return _image(f"Update image properties failed for objectid: {row_id}, logicalName: {table}, attribute: {column}")


def no_full_image(image_id: str, table: str, column: str, row_id: str) -> Refusal:
    """An image that is kept as a thumbnail only, or not at all."""
    return Refusal(
        404,
        "0x80040217",
        f"No FileAttachment records found for imagedescriptorId: {image_id} for image attribute: {column} of {table} "
        f"record with id {row_id}.",
    )


def no_file(table: str, column: str, row_id: str) -> Refusal:
    """A column, note or attachment without a file."""
    message = f"No file attachment found for attribute: {column} EntityId: {row_id}."
    return Refusal(404, "0x80040217", f"{message} Entity: {table}")


def no_such_file(file_id: str) -> Refusal:
    """A file that is not, or no longer, there."""
    return Refusal(404, "0x80040217", f"Entity 'FileAttachment' With Id = {file_id} Does Not Exist")


def extension_blocked() -> Refusal:
    """A file whose extension is among the organisation's blocked attachments."""
    message = "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded."
    return Refusal(400, "0x80043e09", message)


def mime_type_blocked(mime_type: str) -> Refusal:
    """A type among the organisation's blocked ones."""
    return Refusal(400, "0x80072522", f"Operation not allowed as mime type {mime_type} is blocked.")


def mime_type_not_allowed(mime_type: str) -> Refusal:
    """A type that is not among the organisation's allowed ones, where there are some."""
    return Refusal(400, "0x80072521", f"Operation not allowed as mime type {mime_type} is not in the allow list.")


def bad_file_name() -> Refusal:
    """A file name that no file can have."""
    return Refusal(400, "0x80044a08", "Attachment file name contains invalid characters.")


def file_name_missing() -> Refusal:
    """An upload that does not say how the file is called."""
    message = "The file name is missing: set the header or the query parameter x-ms-file-name."
    return Refusal(400, ODATA_CODE, message)


def not_base64(member: str) -> Refusal:
    """A text that should be Base64."""
    return Refusal(400, _INVALID, f"The value of '{member}' is not a valid Base64 string.")


def no_upload() -> Refusal:
    """A continuation or session token of no upload that is under way."""
    return Refusal(400, _INVALID, "The file continuation token is not valid, or its upload is complete.")


def bad_content_range(header: str) -> Refusal:
    """A part that does not fit its Content-Range, or the other parts."""
    return Refusal(400, _INVALID, f"The Content-Range '{header[:100]}' does not fit the upload.")


def no_such_range(size: int) -> Refusal:
    """A Range behind the end of the file."""
    headers = {"Content-Range": f"bytes */{size}"}
    return Refusal(416, _INVALID, "The range is not satisfiable.", headers)


def bad_block(detail: str) -> Refusal:
    """A block that cannot be part of an upload, or a list of blocks that do not make a file."""
    return Refusal(400, _INVALID, detail)


def bad_argument(name: str, detail: str) -> Refusal:
    """An argument of a message that is missing or does not fit."""
    return Refusal(400, _INVALID, f"The parameter '{name}' {detail}")


def no_file_column(column: str, table: str) -> Refusal:
    """A message for files that names another column."""
    message = f"'{table}' entity doesn't contain a file or image attribute with Name = '{column}'."
    return Refusal(400, "0x80041103", message)


def _image(reason: str) -> Refusal:
    return Refusal(400, "0x80072553", f"Error occured when processing image. Reason: {reason}")
