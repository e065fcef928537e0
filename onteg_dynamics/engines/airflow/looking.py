"""What sensors and triggers look at: rows that changed, jobs that ended. Imports nothing of Airflow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from onteg_dynamics.errors import BadRequestError

__all__ = ["Run", "ended_job", "find_job", "job_name", "mark_of", "newest_change"]

Run = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Runs an action with its options and gives its output; raises what went wrong."""

_LONGEST_NAME = 200
_FAILED = ("failed", "canceled")


def newest_change(run: Run, table: str, since: str, condition: str = "") -> dict[str, Any] | None:
    """The newest change of a table's rows after a moment, None where there is none.

    Changes are told by ``modifiedon``, to the second: take the rows from `since` to ``until``, both ends included, and
    write them in a way that may be repeated. Rows that were deleted cannot be seen this way.

    Args:
        run: runs an action.
        table: the rows' table.
        since: a moment in UTC, as the service writes it: ``2026-11-24T08:00:00Z``.
        condition: which rows count besides, as an OData filter.

    Returns:
        ``table``, ``since``, ``until`` (the moment of the newest change) and a ``filter`` for the rows from the one to
        the other.
    """
    more = f" and ({condition})" if condition else ""
    found = run(
        "list_records",
        {
            "table": table,
            "select": ["modifiedon"],
            "filter": f"modifiedon gt {since}{more}",
            "order_by": "modifiedon desc",
            "top": 1,
        },
    )
    if not found["rows"]:
        return None
    until = found["rows"][0]["modifiedon"]
    window = f"modifiedon ge {since} and modifiedon le {until}{more}"
    return {"table": table, "since": since, "until": until, "filter": window}


def ended_job(run: Run, job_id: str, wait: float = 0) -> dict[str, Any] | None:
    """How a system job ended, None while it has not.

    Args:
        run: runs an action.
        job_id: the job.
        wait: seconds to wait for its end.

    Raises:
        BadRequestError: it failed, or was cancelled.
    """
    found = dict(run("get_job_status", {"job_id": job_id, "wait": wait}))
    if found["outcome"] in _FAILED:
        told = f": {found['message']}" if found.get("message") else "."
        raise BadRequestError(f"The job {found.get('name') or job_id} has {_ended(found['outcome'])}{told}")
    return found if found["ended"] else None


def job_name(wanted: str, *marks: object) -> str:
    """A job's name that a second try of the same task finds again.

    Args:
        wanted: what people call it.
        marks: what makes the task's run the one it is.
    """
    mark = mark_of(*marks)
    return f"{wanted[: _LONGEST_NAME - len(mark) - 3]} [{mark}]"


def mark_of(*marks: object) -> str:
    """A short text that is the same for the same marks, and another one for others.

    Args:
        marks: what makes a task's run the one it is.
    """
    return hashlib.sha256("\0".join(map(str, marks)).encode()).hexdigest()[:16]


def find_job(run: Run, name: str) -> str | None:
    """The id of the newest job with this name, None where there is none or where it failed.

    Args:
        run: runs an action.
        name: see `job_name`.
    """
    quoted = name.replace("'", "''")
    found = run(
        "list_records",
        {
            "table": "asyncoperation",
            "select": ["asyncoperationid", "statuscode"],
            "filter": f"name eq '{quoted}'",
            "order_by": "createdon desc",
            "top": 1,
        },
    )
    rows = [row for row in found["rows"] if row["statuscode"] not in (31, 32)]
    return rows[0]["asyncoperationid"] if rows else None


def _ended(outcome: str) -> str:
    return "failed" if outcome == "failed" else "been cancelled"
