"""One row: create, get, update, upsert, delete.

Implements "Create a table row", "Retrieve a table row", "Update and delete table rows" and "Use Upsert" of the Web API
guide. Writes are made so that a repeat after a lost answer does no harm, or are not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.differences import is_unchanged
from onteg_dynamics.dataverse.ids import guid_of, new_row_id
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_values
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import Answer, Repeat, Request, Response, dumps, error_of, prefer, read
from onteg_dynamics.dataverse.selection import Selection, choose
from onteg_dynamics.dataverse.shape import Row, plain_row
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import ConflictError

__all__ = [
    "PARTITION",
    "Found",
    "Key",
    "Written",
    "create",
    "delete",
    "find",
    "get",
    "in_partition",
    "row_address",
    "update",
    "upsert",
]

PARTITION = "partitionid"

Key = str | Mapping[str, Any]
"""A row's id, or the columns of an alternate key with their values."""


@dataclass(frozen=True)
class Written:
    """What a write did.

    Attributes:
        id: the row's GUID; None where only its alternate key is known.
        table: logical name.
        created: whether the row is new; None if that cannot be told.
        row: the row as it stands now, where it was asked for.
        changed: whether anything was sent; False where the row was already as it should be.
    """

    id: str | None
    table: str
    created: bool | None
    row: Row | None = None
    changed: bool = True


@dataclass(frozen=True)
class Found:
    """A row that was read: its GUID, its version and its columns."""

    id: str
    etag: str | None
    row: Row


def create(
    link: Link,
    table: Table,
    row: Mapping[str, Any],
    *,
    returning: bool = False,
    related: Mapping[str, Any] | None = None,
) -> Written:
    """Create a row. Its GUID is made here, so that a repeat after a lost answer finds the row and makes no second one.

    Args:
        link: the client at work.
        table: where to create it.
        row: see `PayloadWriter.write`.
        returning: also bring the row as the service stored it.
        related: rows to create with it, by navigation property, as the Web API takes them ("deep insert").

    Raises:
        InputError: the row does not fit the table. Nothing was sent.
        ConflictError: a row with this id, or with these alternate key values, exists.
        ServiceError: the service refuses it.
    """
    body = {**in_partition(link, table), **link.writer(table).write(row, "create"), **(related or {})}
    own_id = body.setdefault(table.primary_id, new_row_id()) if _takes_id(link, table) else None
    generated = own_id is not None and guid_of(str(row.get(table.primary_id) or "")) is None
    repeat = Repeat.ALWAYS if generated else Repeat.UNSENT
    response = link.exchange(Request("POST", table.entity_set, dumps(body), prefer(representation=returning), repeat))
    link.call.usage.add(rows=1)
    if generated and response.lost and _exists(link, table, str(own_id), response):
        return Written(own_id, table.name, created=True, row=_again(link, table, str(own_id), wanted=returning))
    answer = read(response)
    written = answer.data[table.primary_id] if isinstance(answer.data, dict) else answer.entity_id
    return Written(written or own_id, table.name, created=True, row=_returned(answer))


def in_partition(link: Link, table: Table) -> dict[str, str]:
    """What puts a new row into the call's partition."""
    partition = partition_of(link, table)
    return {PARTITION: partition} if partition else {}


def _takes_id(link: Link, table: Table) -> bool:
    column = link.columns(table).find(table.primary_id)
    return column is not None and column.creatable


def _exists(link: Link, table: Table, row_id: str, response: Response) -> bool:
    """Whether the conflict we met is our own row, written by an attempt whose answer was lost."""
    if response.status < 400 or not isinstance(error_of(response), ConflictError):
        return False
    path = row_path(table.entity_set, row_id) + query_string({"$select": table.primary_id})
    return link.exchange(Request("GET", path)).status == 200


def _again(link: Link, table: Table, row_id: str, *, wanted: bool) -> Row | None:
    return get(link, table, row_id, Selection(table)).row if wanted else None


def _returned(answer: Answer) -> Row | None:
    return plain_row(answer.data) if isinstance(answer.data, dict) else None


def get(link: Link, table: Table, key: Key, selection: Selection) -> Found:
    """Read one row.

    Args:
        link: the client at work.
        table: its table.
        key: its id or alternate key.
        selection: what of it to read.

    Raises:
        NotFoundError: there is no such row.
    """
    path = row_address(link, table, key) + query_string(selection.options())
    headers = prefer(annotations=selection.annotations)
    answer = link.send(Request("GET", path, headers=headers))
    link.call.usage.add(rows=1)
    return Found(answer.data[table.primary_id], answer.data.get("@odata.etag"), selection.shape(answer.data))


def find(link: Link, table: Table, condition: str, selection: Selection, most: int) -> list[Found]:
    """The first rows that match a condition.

    Args:
        link: the client at work.
        table: their table.
        condition: ``$filter`` text.
        selection: what of them to read.
        most: how many rows at most.
    """
    options = {**selection.options(), "$filter": condition, "$top": str(most)}
    headers = prefer(annotations=selection.annotations)
    answer = link.send(Request("GET", table.entity_set + query_string(options), headers=headers))
    rows = answer.data["value"]
    link.call.usage.add(rows=len(rows))
    return [Found(row[table.primary_id], row.get("@odata.etag"), selection.shape(row)) for row in rows]


def update(
    link: Link,
    table: Table,
    key: Key,
    row: Mapping[str, Any],
    *,
    etag: str | None = None,
    returning: bool = False,
    only_changes: bool = False,
) -> Written:
    """Change columns of a row that exists; never creates one.

    Args:
        link: the client at work.
        table: its table.
        key: its id or alternate key.
        row: the columns to change.
        etag: change it only if it still has this version.
        returning: also bring the row as it stands afterwards.
        only_changes: send nothing where the row already has these values.

    Raises:
        InputError: the row does not fit the table. Nothing was sent.
        NotFoundError: there is no such row.
        ConflictError: the row has another version than `etag`.
    """
    body = link.writer(table).write(row, "update")
    # With a version, a repeat after a lost answer would meet our own change and call it a conflict.
    repeat = Repeat.UNSENT if etag else Repeat.ALWAYS
    headers = {"If-Match": etag or "*", **prefer(representation=returning)}
    request = Request("PATCH", row_address(link, table, key), dumps(body), headers, repeat)
    if only_changes and is_unchanged(link, request, etag):
        return _left_alone(link, table, key, returning=returning)
    answer = link.send(request)
    link.call.usage.add(rows=1)
    return Written(_id_of(answer, table, key), table.name, created=False, row=_returned(answer))


def _left_alone(link: Link, table: Table, key: Key, *, returning: bool) -> Written:
    link.call.usage.add(rows=1)
    wanted = Selection(table) if returning else Selection(table, choose(link.columns(table), (table.primary_id,)))
    found = get(link, table, key, wanted)
    return Written(found.id, table.name, created=False, row=found.row if returning else None, changed=False)


def upsert(
    link: Link,
    table: Table,
    key: Key,
    row: Mapping[str, Any],
    *,
    create_only: bool = False,
    returning: bool = False,
    only_changes: bool = False,
) -> Written:
    """Change the row with this key, or create it.

    Args:
        link: the client at work.
        table: its table.
        key: its id or alternate key.
        row: the columns to set.
        create_only: refuse to change a row that exists.
        returning: also bring the whole row as it stands afterwards.
        only_changes: send nothing where the row already has these values.

    Raises:
        InputError: the row does not fit the table. Nothing was sent.
        ConflictError: `create_only`, and the row exists.
    """
    body = link.writer(table).write({name: row[name] for name in row if name != table.primary_id}, "upsert")
    headers = prefer(representation=True) | ({"If-None-Match": "*"} if create_only else {})
    # The representation tells a new row (201) from a changed one (200); the id alone is enough for that.
    path = row_address(link, table, key) + ("" if returning else query_string({"$select": table.primary_id}))
    repeat = Repeat.UNSENT if create_only else Repeat.ALWAYS
    request = Request("PATCH", path, dumps(body), headers, repeat)
    if only_changes and not create_only and is_unchanged(link, request):
        return _left_alone(link, table, key, returning=returning)
    response = link.exchange(request)
    answer = read(response)
    link.call.usage.add(rows=1)
    created = None if response.lost else answer.status == 201
    return Written(_id_of(answer, table, key), table.name, created, _returned(answer) if returning else None)


def delete(link: Link, table: Table, key: Key, *, etag: str | None = None) -> None:
    """Delete a row.

    Args:
        link: the client at work.
        table: its table.
        key: its id or alternate key.
        etag: delete it only if it still has this version.

    Raises:
        NotFoundError: there is no such row.
        ConflictError: the row has another version than `etag`.
        BadRequestError: other rows keep it from being deleted.
    """
    headers = {"If-Match": etag} if etag else {}
    response = link.exchange(Request("DELETE", row_address(link, table, key), headers=headers))
    link.call.usage.add(rows=1)
    gone_already = response.lost and response.status == 404
    if not gone_already:
        read(response)


def _id_of(answer: Answer, table: Table, key: Key) -> str | None:
    if isinstance(answer.data, dict):
        return str(answer.data[table.primary_id])
    return answer.entity_id or (guid_of(key) if isinstance(key, str) else None)


def partition_of(link: Link, table: Table) -> str | None:
    """The partition that the call is about, where the table has partitions."""
    return link.call.parameters.get("partitionId") if table.is_elastic else None


def row_address(link: Link, table: Table, key: Key) -> str:
    """The path of a row by its id or alternate key, relative to the API's root; of an elastic table, in its partition.

    Implements "Use elastic tables": a write takes the partition in the key, not in the query.
    """
    partition = partition_of(link, table)
    if partition and isinstance(key, str):
        key = {table.primary_id: key, PARTITION: partition}
    return row_path(table.entity_set, key if isinstance(key, str) else typed_values(link, table, key, "key"))
