"""Operations of all kinds in few round trips, some of them all or nothing, later ones naming rows of earlier ones.

Implements "Execute batch operations using the Web API". New rows get their ids here, so a later operation can name them
whether or not they travel in the same change set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from onteg_dynamics.dataverse.batch import Group
from onteg_dynamics.dataverse.drafts import MOST, Draft, Operation, drafts, grouped
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import Request, Response, error_of, read
from onteg_dynamics.errors import ConflictError, NotFoundError, OntegError

__all__ = ["Done", "Operation", "run_operations"]

Outcome = Literal["done", "failed", "undone"]


@dataclass(frozen=True)
class Done:
    """What came of an operation.

    Attributes:
        outcome: ``done``, ``failed`` or ``undone`` (its group failed).
        id: the row's GUID where it is known.
        table: its table's logical name.
        row: what was read.
        error: why it failed.
    """

    outcome: Outcome
    id: str | None
    table: str
    row: Mapping[str, Any] | None = None
    error: OntegError | None = None


def run_operations(link: Link, operations: Sequence[Operation], *, go_on: bool = False) -> list[Done]:
    """Carry operations out in their order; what came of each stands in that order too.

    Args:
        link: the client at work.
        operations: what to do.
        go_on: carry out what follows an operation that fails.

    Raises:
        InputError: operations do not fit; every problem is reported, and nothing was sent.
        ServiceError: an operation failed, and `go_on` is off; says which, and how many were done before.
        OntegError: a batch itself failed, as where its answer was lost.
    """
    groups = list(grouped(drafts(link, operations)))
    done: dict[int, Done] = {}
    for part in _parts(groups):
        requests = [Group(tuple(one.request for one in group), bool(group[0].operation.group)) for group in part]
        for group, answers in zip(part, link.operate_groups(requests, go_on=go_on), strict=True):
            done.update(_results(link, group, answers))
        if not go_on:
            _stop_at_failure(done)
    link.call.usage.add(rows=sum(one.outcome == "done" for one in done.values()))
    return [done[index] for index in sorted(done)]


def _stop_at_failure(results: Mapping[int, Done]) -> None:
    failed = next(((index, one.error) for index, one in results.items() if one.error is not None), None)
    if failed is None:
        return
    index, error = failed
    before = sum(one.outcome == "done" for one in results.values())
    where = "the group that begins at operation" if _is_undone(results, index) else "operation"
    raise error.followed(f"It stopped at {where} {index}; {before} operations were done before.")


def _is_undone(results: Mapping[int, Done], index: int) -> bool:
    return index + 1 in results and results[index + 1].outcome == "undone"


def _parts(groups: Iterable[list[Draft]]) -> Iterator[list[list[Draft]]]:
    """As many groups as a batch carries."""
    part: list[list[Draft]] = []
    for group in groups:
        if part and sum(map(len, part)) + len(group) > MOST:
            yield part
            part = []
        part.append(group)
    if part:
        yield part


def _results(link: Link, group: Sequence[Draft], answers: Sequence[Response]) -> dict[int, Done]:
    if group[0].operation.group and answers and answers[0].status >= 400:
        return _undone(link, group, answers[0])
    return {one.index: _result(one, answer) for one, answer in zip(group, answers, strict=False)}  # a batch may stop


def _undone(link: Link, group: Sequence[Draft], answer: Response) -> dict[int, Done]:
    """A change set that failed: the service does not say at which operation."""
    error = error_of(answer)
    if answer.lost and isinstance(error, ConflictError) and _is_there(link, group):
        return {one.index: Done("done", one.id, one.table.name) for one in group}
    failed = {group[0].index: Done("failed", None, group[0].table.name, error=error)}
    return failed | {one.index: Done("undone", None, one.table.name) for one in group[1:]}


def _is_there(link: Link, group: Sequence[Draft]) -> bool:
    """Whether the row that the group was to make is there: then an attempt whose answer was lost did it all."""
    made = next((one for one in group if one.operation.kind == "Create" and one.id), None)
    if made is None:
        return False
    path = row_path(made.table.entity_set, made.id or "") + query_string({"$select": made.table.primary_id})
    return link.exchange(Request("GET", path)).status == 200


def _result(one: Draft, answer: Response) -> Done:
    error = error_of(answer) if answer.status >= 300 else None
    if answer.lost and error is not None and _was_done(one, error):
        error = None
    if error is not None:
        return Done("failed", one.id, one.table.name, error=error)
    row = one.selection.shape(read(answer).data) if one.operation.kind == "Get" and answer.body else None
    own = one.id or read(answer).entity_id if answer.status < 300 else one.id
    return Done("done", own, one.table.name, row)


def _was_done(one: Draft, error: OntegError) -> bool:
    """Whether a repeat met its own work."""
    kind = one.operation.kind
    return (kind == "Create" and isinstance(error, ConflictError)) or (
        kind == "Delete" and isinstance(error, NotFoundError)
    )
