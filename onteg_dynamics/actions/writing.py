"""What the actions that write many rows have in common: their options, and how results are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.bulk.job import Job, Mode, Result
    from onteg_dynamics.hookspecs import Context

__all__ = ["counts", "fed_again", "job_of", "told", "told_one"]

_OUTCOMES = ("created", "updated", "written", "unchanged", "deleted", "failed", "unsent")


def job_of(context: Context, options: Mapping[str, Any], mode: Mode) -> Job:
    """How rows are to be written, by an action's options."""
    from onteg_dynamics.dataverse.bulk.job import Budget, Job
    from onteg_dynamics.dataverse.selection import named

    table, keys = context.dataverse.table(options["table"]), options.get("key_columns", ())
    found = named(context.dataverse.columns(table), keys, "key_columns") if keys else ()
    return Job(
        table,
        mode,
        tuple(column.name for column in found),
        go_on=options.get("on_error", "Stop") == "Go On",
        chunk=options.get("chunk_size"),
        parallel=min(options.get("parallel", 52), context.connection.concurrency),
        skip_unchanged=options.get("skip_unchanged", False),
        tell_created=options.get("tell_created", True),
        match_etag=options.get("match_etag", False),
        budget=Budget(options.get("most_requests"), options.get("most_seconds")),
    )


def counts(outcomes: Mapping[str, int]) -> dict[str, int]:
    """How many rows had each outcome, and how many are as they should be."""
    undone = outcomes.get("failed", 0) + outcomes.get("unsent", 0)
    return {"done": sum(outcomes.values()) - undone, **{name: outcomes.get(name, 0) for name in _OUTCOMES}}


def told(results: Sequence[Result], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Results as an action's output tells them.

    Args:
        results: one for each row, in order.
        rows: the rows as they were given.
    """
    tally = Counter[str](map(attrgetter("outcome"), results))
    undone = [result for result in results if not result.done] if tally["failed"] or tally["unsent"] else []
    missing = {result.index for result in undone}
    return {
        **counts(tally),
        "complete": tally["unsent"] == 0,
        "ids": [None if result.index in missing else result.id for result in results],
        "results": list(map(told_one, results)),
        "failures": [
            {"index": result.index, "id": result.id, "error": result.error.as_dict()}
            for result in undone
            if result.error
        ],
        "left": [fed_again(result, rows[result.index]) for result in undone],
    }


def told_one(result: Result) -> dict[str, Any]:
    """One result: outcome, id, and for a failure its reason and what to do."""
    plain = {"index": result.index, "outcome": result.outcome, "id": result.id}
    if result.error is None:
        return plain
    return {**plain, "reason": result.error.message, "fix": result.error.details.fix}


def fed_again(result: Result, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that was not written, as it can be given again. One whose fate is not known keeps the id that it had, so
    that it cannot come twice.
    """
    unknown = result.error is not None and result.error.details.outcome_unknown
    return {**row, "id": result.id} if unknown and result.id and "id" not in row else dict(row)
