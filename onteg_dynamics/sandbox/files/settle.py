"""What follows from a value of an image, file or document column when its row is written or deleted."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.files.attachments import settle_attachment
from onteg_dynamics.sandbox.files.images import read_picture
from onteg_dynamics.sandbox.files.limits import check_body_size, check_column_size, check_mime_type, check_name
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.world import World

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.write.profile import Profile

ATTACHMENTS = "fileattachment"
_BEGINNING = datetime(1, 1, 1, tzinfo=timezone.utc)
_TICKS = 10_000_000
_NONE: Mapping[str, Any] = {}


def settle_files(
    world: World, about: Profile, values: dict[str, Any], row_id: str, row: Mapping[str, Any] | None = None
) -> None:
    """Images get their thumbnails, emptied files are forgotten, documents are checked.

    Args:
        world: The sandbox; a transaction is open.
        about: The table.
        values: Stored columns that are about to be written; completed in place.
        row_id: The row.
        row: The stored row, or None for a new one.

    Raises:
        Refusal: The bytes are no image, too many, or of a blocked kind.
    """
    before = row if row is not None else _NONE
    if about.body is not None:
        _settle_body(world, about.body, values)
    if about.body == "body" and row is None:
        settle_attachment(world, values)
    for column in about.binaries:
        name = column.logical_name
        if name in values and column.type == "Image":
            _settle_image(world, column, values, row_id, before)
        elif name in values and values[name] is None:
            forget_file(world, before.get(name))
            values[f"{name}_name"] = None


def release_files(world: World, about: Profile, row: Mapping[str, Any]) -> None:
    """Forgets the bytes of a row that is deleted; the rows that describe its files go by their relationship."""
    if about.table.logical_name == ATTACHMENTS:
        vault.forget(world.store, row[about.table.primary_id])
    for column in about.binaries:
        if column.type == "Image":
            vault.forget(world.store, row.get(f"{column.logical_name}id"))


def forget_file(world: World, file_id: str | None) -> None:
    """Forgets a file with the row that describes it."""
    if file_id is not None:
        vault.forget(world.store, file_id)
        world.store.delete(world.model.tables[ATTACHMENTS], file_id)


def forget_column(world: World, table: Table, column: Column) -> None:
    """Forgets all files of a column that goes."""
    name = column.logical_name
    key = name if column.type == "File" else f"{name}id"
    for row in world.store.select(table.logical_name, {}, [key]):
        if column.type == "File":
            forget_file(world, row[key])
        else:
            vault.forget(world.store, row[key])


def decoded(value: object, member: str) -> bytes:
    """The bytes that a Base64 text stands for.

    Raises:
        Refusal: It is no such text.
    """
    try:
        return base64.b64decode(str(value).encode(), validate=True)
    except (ValueError, binascii.Error) as error:
        raise refusals.not_base64(member) from error


def _settle_image(world: World, column: Column, values: dict[str, Any], row_id: str, before: Mapping[str, Any]) -> None:
    name = column.logical_name
    vault.forget(world.store, before.get(f"{name}id"))
    if values[name] is None:
        values |= {f"{name}id": None, f"{name}_timestamp": None, f"{name}_url": None}
        return
    data = decoded(values[name], name)
    check_column_size(column, len(data))
    picture = read_picture(data)
    if picture is None:
        raise refusals.image_unreadable(row_id, column.table, name)
    check_mime_type(world, picture.mime_type)
    image_id, ticks = str(uuid.uuid4()), _ticks(world)
    if column.settings.get("CanStoreFullImage", True):
        ending = picture.mime_type.partition("/")[2]
        vault.keep(world.store, image_id, f"{name}.{ending}", picture.mime_type, data)
    address = f"/Image/download.aspx?Entity={column.table}&Attribute={name}&Id={image_id}&Timestamp={ticks}"
    values |= {name: base64.b64encode(picture.thumbnail).decode()}
    values |= {f"{name}id": image_id, f"{name}_timestamp": ticks, f"{name}_url": address}


def _settle_body(world: World, body: str, values: dict[str, Any]) -> None:
    """The document of a note or an attachment: its kind, its size, and what is told of it."""
    if values.get("filename"):
        check_name(world, str(values["filename"]))
    if values.get("mimetype"):
        check_mime_type(world, str(values["mimetype"]))
    if body not in values:
        return
    text = values[body]
    if text is not None:
        check_body_size(world, len(text))
    values["filesize"] = None if text is None else len(decoded(text, body))
    if body == "documentbody":
        values["isdocument"] = int(text is not None)


def _ticks(world: World) -> int:
    return int((world.clock() - _BEGINNING).total_seconds() * _TICKS)
