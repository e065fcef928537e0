"""Messages that start a system job: BulkDelete ("Delete data in bulk")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import delete_row
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.own import BULK_DELETE_FAILURES
from onteg_dynamics.sandbox.write.update import change_row
from onteg_dynamics.sandbox.write.values import new_id

_BULK_DELETE = 13
_WAITING, _IN_PROGRESS, _SUCCEEDED, _FAILED = (1, 10), (2, 20), (3, 30), (3, 31)
_DESCRIPTION = 512


def bulk_delete(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Starts a job that deletes what some queries find when it begins: at once, or at ``StartDateTime``."""
    queries = arguments.get("QuerySet")
    if not isinstance(queries, list) or not queries or not all(isinstance(one, dict) for one in queries):
        raise refusals.payload_error("", "A collection 'QuerySet' with at least one query was expected.")
    if arguments.get("RecurrencePattern"):
        raise refusals.not_covered("bulk deletion that recurs (RecurrencePattern)")
    start = _start(arguments.get("StartDateTime"))
    _found(request.world, request.caller, queries)  # whatever is wrong with a query is told now
    job = _begun(request.world, request.caller, str(arguments.get("JobName") or "Bulk Delete"))
    request.world.jobs.start(_deleting(job, queries, start))
    return result(request, "BulkDeleteResponse", {"JobId": job.id})


def _start(given: Any) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    except ValueError as error:
        text = f"Cannot convert the literal '{str(given)[:100]}' to the expected type 'Edm.DateTimeOffset'."
        raise refusals.payload_error("", f"Microsoft.OData.ODataException: {text}") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class _Job:
    """A job's two rows: the system job, and what it tells of the deletion."""

    world: World
    caller: Caller
    id: str
    operation: str

    def note(self, state: tuple[int, int], **values: Any) -> None:
        """Writes down how the job stands."""
        self._change("asyncoperation", self.id, state, values)
        self._change("bulkdeleteoperation", self.operation, state, {})

    def note_counts(self, **counts: int) -> None:
        """Writes down how many rows are gone, and how many are not."""
        self._change("bulkdeleteoperation", self.operation, _SUCCEEDED, counts)

    def note_failure(self, query: int, table: Table, row_id: str, refusal: refusals.Refusal) -> None:
        """Writes down why a row is still there."""
        failures = self.world.model.tables[BULK_DELETE_FAILURES]
        values: dict[str, Any] = {
            "asyncoperationid": self.id,
            "asyncoperationid__table": "asyncoperation",
            "bulkdeleteoperationid": self.operation,
            "bulkdeleteoperationid__table": "bulkdeleteoperation",
            "orderedqueryindex": query,
            "errornumber": _signed(refusal.code),
            "errordescription": refusal.message[:_DESCRIPTION],
        }
        if table.logical_name in failures.columns["regardingobjectid"].targets:
            values |= {"regardingobjectid": row_id, "regardingobjectid__table": table.logical_name}
        insert_row(self.world, self.caller, failures, values, new_id())

    def _change(self, name: str, row_id: str, state: tuple[int, int], values: dict[str, Any]) -> None:
        table = self.world.model.tables[name]
        row = self.world.store.get(table, row_id)
        if row is not None:
            change_row(self.world, self.caller, table, row, {"statecode": state[0], "statuscode": state[1], **values})


def _begun(world: World, caller: Caller, name: str) -> _Job:
    """The rows of a job that waits."""
    job = _Job(world, caller, new_id(), new_id())
    values = {"name": name, "operationtype": _BULK_DELETE, "messagename": "BulkDelete"}
    insert_row(world, caller, world.model.tables["asyncoperation"], values, job.id)
    link = {"asyncoperationid": job.id, "asyncoperationid__table": "asyncoperation"}
    insert_row(world, caller, world.model.tables["bulkdeleteoperation"], {"name": name, **link}, job.operation)
    return job


def _deleting(job: _Job, queries: Sequence[dict[str, Any]], start: datetime | None) -> Iterator[None]:
    if start is not None and job.world.clock() < start:
        job.note(_WAITING, postponeuntil=start.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        while job.world.clock() < start:
            yield
    try:
        found = _found(job.world, job.caller, queries)
    except refusals.Refusal as refusal:  # a table or column went while the job waited
        job.note(_FAILED, completedon=job.world.now(), message=refusal.message)
        return
    job.note(_IN_PROGRESS, startedon=job.world.now())
    yield
    _delete(job, found)


def _found(world: World, caller: Caller, queries: Sequence[dict[str, Any]]) -> list[tuple[Table, list[str]]]:
    from onteg_dynamics.sandbox.query.expression import matching_ids

    return [matching_ids(world, caller, query) for query in queries]


def _delete(job: _Job, found: Sequence[tuple[Table, list[str]]]) -> None:
    refused: list[refusals.Refusal] = []
    deleted = 0
    for number, (table, ids) in enumerate(found):
        for row_id in ids:
            refusal = _refusal(job, table, row_id)
            if refusal is None:
                deleted += 1
            else:
                refused.append(refusal)
                job.note_failure(number, table, row_id, refusal)
    job.note(_SUCCEEDED, completedon=job.world.now(), message=refused[0].message if refused else None)
    job.note_counts(successcount=deleted, failurecount=len(refused))


def _refusal(job: _Job, table: Table, row_id: str) -> refusals.Refusal | None:
    """Why a row could not be deleted, None where it is gone; each one stands for itself."""
    row = job.world.store.get(table, row_id)
    if row is None:
        return None
    try:
        with job.world.store.transaction():
            delete_row(job.world, job.caller, table, row)
    except refusals.Refusal as refusal:
        return refusal
    return None


def _signed(code: str) -> int | None:
    """A code as the service stores it: a whole number of 32 bits with a sign."""
    number = int(code, 16) if code else None
    return number - 2**32 if number is not None and number >= 2**31 else number


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
