"""Many writes to one table: by the bulk message where the table takes it, in batches where it does not.

Implements "Bulk operation messages" and "Execute batch operations using the Web API".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from onteg_dynamics.dataverse.ids import guid_of, new_row_id
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_values
from onteg_dynamics.dataverse.odata import key_segment, literal, query_string, row_path
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, Response, dumps, error_of, read
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import ConflictError, InputError, NotFoundError, OntegError, Problem, ServiceError

__all__ = ["Bulk", "Mode", "Result", "delete_many", "write_many"]

Mode = Literal["create", "update", "upsert"]
_MESSAGES = {"create": "CreateMultiple", "update": "UpdateMultiple", "upsert": "UpsertMultiple"}


@dataclass(frozen=True)
class Result:
    """What came of one row: its index, its GUID where it is known, and its error or None."""

    index: int
    id: str | None
    error: OntegError | None = None


@dataclass(frozen=True)
class _Row:
    """A row ready to go: its body, and the address of the row it changes ("" for a new one)."""

    index: int
    body: dict[str, Any]
    id: str | None
    address: str = ""


@dataclass
class Bulk:
    """How many rows are written.

    Attributes:
        table: their table.
        mode: what is done with them.
        key_columns: columns of the alternate key that names a row, none for its id.
        go_on: go on with the other rows when one cannot be written.
        chunk: rows a request.
    """

    table: Table
    mode: Mode
    key_columns: Sequence[str] = ()
    go_on: bool = False
    chunk: int = 500
    results: list[Result] = field(default_factory=list)


def write_many(link: Link, bulk: Bulk, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Write rows; the results stand in their order.

    Args:
        link: the client at work.
        bulk: how.
        rows: see `PayloadWriter.write`; a row to change has its id in the primary key or in ``id``.

    Raises:
        InputError: rows do not fit the table, and `go_on` is off. Nothing was sent.
        ServiceError: the service refuses a chunk, and `go_on` is off; says what was written before.
    """
    ready = _prepared(link, bulk, rows)
    supported = _supports(link, bulk.table, _MESSAGES[bulk.mode])
    for start in range(0, len(ready), bulk.chunk):
        part = ready[start : start + bulk.chunk]
        try:
            bulk.results += _by_message(link, bulk, part) if supported else _one_by_one(link, bulk, part)
        except ServiceError as exc:
            if not bulk.go_on:
                raise _told(exc, bulk, part) from exc
            bulk.results += _one_by_one(link, bulk, part)
    link.call.usage.add(rows=sum(result.error is None for result in bulk.results))
    return sorted(bulk.results, key=lambda result: result.index)


def delete_many(link: Link, bulk: Bulk, ids: Sequence[str]) -> list[Result]:
    """Delete rows by their ids; a row that is gone already counts as deleted.

    Args:
        link: the client at work.
        bulk: how; its mode does not matter.
        ids: GUIDs.

    Raises:
        ServiceError: a row cannot be deleted, and `go_on` is off; says how many were.
    """
    for start in range(0, len(ids), bulk.chunk):
        part = [_Row(index, {}, ids[index]) for index in range(start, min(start + bulk.chunk, len(ids)))]
        requests = [Request("DELETE", row_path(bulk.table.entity_set, row.id or "")) for row in part]
        for row, answer in zip(part, link.operate(requests), strict=True):
            error = error_of(answer) if answer.status >= 300 else None
            gone = isinstance(error, NotFoundError)
            bulk.results.append(Result(row.index, row.id, None if gone else error))
        failed = next((result.error for result in bulk.results if result.error), None)
        if failed is not None and not bulk.go_on:
            raise _told(failed, bulk, part)
    link.call.usage.add(rows=sum(result.error is None for result in bulk.results))
    return bulk.results


def _prepared(link: Link, bulk: Bulk, rows: Sequence[Mapping[str, Any]]) -> list[_Row]:
    ready: list[_Row] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        try:
            ready.append(_ready(link, bulk, index, row))
        except InputError as exc:
            told = tuple(replace(problem, path=f"rows.{index}.{problem.path}") for problem in exc.problems)
            problems += told
            bulk.results.append(Result(index, None, type(exc)(told, exc.details)))
    if problems and not bulk.go_on:
        raise InputError(tuple(problems))
    return ready


def _ready(link: Link, bulk: Bulk, index: int, row: Mapping[str, Any]) -> _Row:
    table, key = bulk.table, bulk.table.primary_id
    values = {name: value for name, value in row.items() if name not in ("id", key)}
    own = _own_id(row.get(key) or row.get("id"))
    if bulk.key_columns:
        named = typed_values(link, table, {name: row.get(name) for name in bulk.key_columns}, "key")
        body = link.writer(table).write({k: v for k, v in values.items() if k not in bulk.key_columns}, bulk.mode)
        return _Row(index, body, own, table.entity_set + key_segment(named))
    if bulk.mode == "create":
        own = own or new_row_id()
        return _Row(index, {**link.writer(table).write(values, "create"), key: own}, own)
    if own is None and bulk.mode == "update":
        raise InputError((Problem(key, "", "is required: the id of the row to change"),))
    own = own or new_row_id()
    return _Row(index, link.writer(table).write(values, bulk.mode), own, row_path(table.entity_set, own))


def _own_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    guid = guid_of(str(value))
    if guid is None:
        raise InputError((Problem("id", "", "is not a GUID"),))
    return guid


def _by_message(link: Link, bulk: Bulk, part: Sequence[_Row]) -> Iterator[Result] | list[Result]:
    """The whole chunk in one transaction."""
    targets = [_target(bulk, row) for row in part]
    path = f"{bulk.table.entity_set}/Microsoft.Dynamics.CRM.{_MESSAGES[bulk.mode]}"
    response = link.exchange(Request("POST", path, dumps({"Targets": targets}), JSON_BODY, Repeat.ALWAYS))
    if not (bulk.mode == "create" and _is_our_own(link, bulk.table, response, part[0])):
        read(response)
    return [Result(row.index, row.id) for row in part]


def _target(bulk: Bulk, row: _Row) -> dict[str, Any]:
    kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{bulk.table.name}"}
    if bulk.key_columns:
        return {**kind, "@odata.id": row.address, **row.body}
    return {**kind, **row.body, bulk.table.primary_id: row.id}


def _is_our_own(link: Link, table: Table, response: Response, row: _Row) -> bool:
    """Whether the rows that are there already were made by an attempt whose answer was lost."""
    if not response.lost or response.status < 400 or not isinstance(error_of(response), ConflictError):
        return False
    path = row_path(table.entity_set, row.id or "") + query_string({"$select": table.primary_id})
    return link.exchange(Request("GET", path)).status == 200


def _one_by_one(link: Link, bulk: Bulk, part: Sequence[_Row]) -> list[Result]:
    """Each row stands for itself, in one batch."""
    answers = link.operate([_request(bulk, row) for row in part])
    found: list[Result] = []
    for row, answer in zip(part, answers, strict=True):
        error = error_of(answer) if answer.status >= 300 else None
        ours = answer.lost and isinstance(error, ConflictError) and bulk.mode == "create"
        found.append(Result(row.index, row.id, None if ours else error))
    failed = next((result.error for result in found if result.error), None)
    if failed is not None and not bulk.go_on:
        bulk.results += [result for result in found if result.error is None]
        raise failed
    return found


def _request(bulk: Bulk, row: _Row) -> Request:
    if bulk.mode == "create" and not row.address:
        return Request("POST", bulk.table.entity_set, dumps(row.body), repeat=Repeat.ALWAYS)
    headers = {"If-Match": "*"} if bulk.mode == "update" else {}
    return Request("PATCH", row.address, dumps(row.body), headers, Repeat.ALWAYS)


def _supports(link: Link, table: Table, message: str) -> bool:
    """Whether the table takes a bulk message; asked once."""

    def ask() -> bool:
        condition = f"sdkmessageid/name eq {literal(message)} and primaryobjecttypecode eq {literal(table.name)}"
        options = {"$select": "sdkmessagefilterid", "$filter": condition, "$top": "1"}
        return bool(link.send(Request("GET", "sdkmessagefilters" + query_string(options))).data["value"])

    return link.metadata.once(("takes", table.name, message), ask)


def _told(error: OntegError, bulk: Bulk, part: Sequence[_Row]) -> OntegError:
    """The error, with what was written before it."""
    done = sum(result.error is None for result in bulk.results)
    where = f"rows {part[0].index} to {part[-1].index}"
    error.message = f"{error.message} It stopped at {where}; {done} rows were done before."
    error.args = (error.message,)
    return error
