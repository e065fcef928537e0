"""Messages that start a system job: BulkDelete ("Delete data in bulk")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import delete_row
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.update import change_row
from onteg_dynamics.sandbox.write.values import new_id

_BULK_DELETE = 13
_IN_PROGRESS, _SUCCEEDED = (2, 20), (3, 30)


def bulk_delete(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Starts a job that deletes the rows of some queries; only rows that are there now."""
    from onteg_dynamics.sandbox.query.expression import matching_ids

    queries = arguments.get("QuerySet")
    if not isinstance(queries, list) or not queries or not all(isinstance(one, dict) for one in queries):
        raise refusals.payload_error("", "A collection 'QuerySet' with at least one query was expected.")
    found = [matching_ids(request.world, request.caller, one) for one in queries]
    job = _job(request.world, request.caller, str(arguments.get("JobName") or "Bulk Delete"))
    request.world.jobs.start(_deleting(request.world, request.caller, job, found))
    return result(request, "BulkDeleteResponse", {"JobId": job})


def _job(world: World, caller: Caller, name: str) -> str:
    """The rows of a job that waits."""
    job = new_id()
    values = {"name": name, "operationtype": _BULK_DELETE, "messagename": "BulkDelete"}
    insert_row(world, caller, world.model.tables["asyncoperation"], values, job)
    link = {"asyncoperationid": job, "asyncoperationid__table": "asyncoperation"}
    insert_row(world, caller, world.model.tables["bulkdeleteoperation"], {"name": name, **link}, new_id())
    return job


def _deleting(world: World, caller: Caller, job: str, found: list[tuple[Table, list[str]]]) -> Iterator[None]:
    _note(world, caller, job, _IN_PROGRESS, startedon=world.now())
    yield
    deleted, failed, message = 0, 0, ""
    for table, ids in found:
        for row_id in ids:
            refused = _deleted(world, caller, table, row_id)
            deleted, failed = deleted + (refused is None), failed + (refused is not None)
            message = message or refused or ""
    _note(world, caller, job, _SUCCEEDED, completedon=world.now(), message=message or None)
    _note_counts(world, caller, job, successcount=deleted, failurecount=failed)
    yield


def _deleted(world: World, caller: Caller, table: Table, row_id: str) -> str | None:
    """Why a row could not be deleted, None where it is gone; each one stands for itself."""
    row = world.store.get(table, row_id)
    if row is None:
        return None
    try:
        with world.store.transaction():
            delete_row(world, caller, table, row)
    except refusals.Refusal as refusal:
        return refusal.message
    return None


def _note(world: World, caller: Caller, job: str, state: tuple[int, int], **values: Any) -> None:
    table = world.model.tables["asyncoperation"]
    row = world.store.get(table, job)
    if row is not None:
        change_row(world, caller, table, row, {"statecode": state[0], "statuscode": state[1], **values})


def _note_counts(world: World, caller: Caller, job: str, **counts: int) -> None:
    table = world.model.tables["bulkdeleteoperation"]
    row = world.store.first(table, {"asyncoperationid": job})
    if row is not None:
        change_row(world, caller, table, row, {"statecode": 3, "statuscode": 30, **counts})


JOBS = (
    Registered(
        Message(
            "BulkDelete",
            is_function=False,
            returns="mscrm.BulkDeleteResponse",
            result={"JobId": "Edm.Guid"},
        ),
        bulk_delete,
    ),
)
