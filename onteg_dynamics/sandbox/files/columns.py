"""Files and images in columns: kept, found and removed."""

from __future__ import annotations

import base64
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files import vault
from onteg_dynamics.sandbox.files.limits import check_column_size, check_mime_type, check_name
from onteg_dynamics.sandbox.files.settle import ATTACHMENTS, forget_file
from onteg_dynamics.sandbox.files.vault import Kept
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.update import change_row
from onteg_dynamics.sandbox.write.values import new_id


def file_column(table: Table, name: object) -> Column:
    """The file or image column of that name.

    Raises:
        Refusal: There is none.
    """
    column = table.columns.get(str(name))
    if column is None or column.type not in {"File", "Image"}:
        raise refusals.no_file_column(str(name), table.logical_name)
    return column


def keep_upload(
    world: World, caller: Caller, table: Table, row: dict[str, Any], column: Column, token: str, name: str, kind: str
) -> Kept:
    """Makes the parts of an upload the file of a row's column; an older one goes.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who uploads.
        table: The table.
        row: The stored row.
        column: The column.
        token: Under which the parts are kept.
        name: The file's name.
        kind: Its MIME type.

    Returns:
        What is known of the file; for an image, of its full size.

    Raises:
        Refusal: It is too big, of a blocked kind, or no image.
    """
    store = world.store
    check_name(world, name)
    check_column_size(column, vault.stored_size(store, token))
    if column.type == "Image":
        return _keep_image(world, caller, table, row, column, token, name)
    check_mime_type(world, kind)
    forget_file(world, row.get(column.logical_name))
    kept = vault.keep_parts(store, token, new_id(), name, kind)
    _describe(world, caller, table, row, column, kept)
    values = {column.logical_name: kept.id, f"{column.logical_name}_name": name}
    change_row(world, caller, table, row, values)
    return kept


def kept_file(world: World, row: dict[str, Any], column: Column) -> Kept | None:
    """The file of a row's column, or None; for an image its full size."""
    key = column.logical_name if column.type == "File" else f"{column.logical_name}id"
    return None if row.get(key) is None else vault.find(world.store, row[key])


def remove_file(world: World, caller: Caller, table: Table, row: dict[str, Any], column: Column) -> None:
    """Empties a file or image column."""
    change_row(world, caller, table, row, {column.logical_name: None})


def _keep_image(
    world: World, caller: Caller, table: Table, row: dict[str, Any], column: Column, token: str, name: str
) -> Kept:
    data = vault.read(world.store, token, 0, vault.stored_size(world.store, token))
    change_row(world, caller, table, row, {column.logical_name: base64.b64encode(data).decode()})
    image_id = world.store.select(table.logical_name, {table.primary_id: row[table.primary_id]})[0][
        f"{column.logical_name}id"
    ]
    kept = vault.find(world.store, image_id)
    if kept is None:
        return Kept(image_id, name, "", len(data))
    return vault.name_file(world.store, Kept(kept.id, name, kept.mime_type, kept.size))


def _describe(world: World, caller: Caller, table: Table, row: dict[str, Any], column: Column, kept: Kept) -> None:
    """The row of FileAttachment that goes with a file."""
    values = {
        "filename": kept.name,
        "mimetype": kept.mime_type,
        "filesizeinbytes": kept.size,
        "objectid": row[table.primary_id],
        "objectid__table": table.logical_name,
        "objecttypecode": table.logical_name,
        "regardingfieldname": column.logical_name,
    }
    insert_row(world, caller, world.model.tables[ATTACHMENTS], values, kept.id)
