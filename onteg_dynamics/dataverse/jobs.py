"""System jobs: a bulk delete started, a job's state read, its end waited for.

Implements "Delete data in bulk" and the table asyncoperation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.matching import typed_values
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps
from onteg_dynamics.dataverse.tables import Table

__all__ = ["start_bulk_delete", "status", "wait"]

_CRM = "Microsoft.Dynamics.CRM."
_STATES = {0: "waiting", 1: "suspended", 2: "running", 3: "completed"}
_ENDS = {30: "succeeded", 31: "failed", 32: "canceled"}
_SELECT = "name,statecode,statuscode,message,friendlymessage,startedon,completedon"
_PAUSE = 2.0


def start_bulk_delete(link: Link, table: Table, values: Mapping[str, Any], ids: Sequence[str], name: str) -> str | None:
    """Start a job that deletes rows; gives its id, None in a dry run.

    Args:
        link: the client at work.
        table: the rows' table.
        values: columns and the values that rows to delete have.
        ids: GUIDs of rows to delete, none for all rows with these values.
        name: what the job is called.
    """
    typed = typed_values(link, table, values, "values")
    conditions = [_condition(_column(key), "Null" if value is None else "Equal", value) for key, value in typed.items()]
    if ids:
        conditions.append(_condition(table.primary_id, "In", *(UUID(guid_of(text) or "") for text in ids)))
    body = {
        "QuerySet": [_query(table, conditions)],
        "JobName": name,
        "SendEmailNotification": False,
        "ToRecipients": [],
        "CCRecipients": [],
        "RecurrencePattern": "",
        "StartDateTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    answer = link.send(Request("POST", "BulkDelete", dumps(body), JSON_BODY, Repeat.UNSENT))
    return answer.data["JobId"] if isinstance(answer.data, dict) else None


def status(link: Link, job_id: str) -> dict[str, Any]:
    """How a job stands: state, whether it has ended and how, its message."""
    path = row_path("asyncoperations", job_id) + query_string({"$select": _SELECT})
    row = link.send(Request("GET", path)).data
    ended = row["statecode"] == 3
    return {
        "job_id": row["asyncoperationid"],
        "name": row.get("name"),
        "state": _STATES.get(row["statecode"], "unknown"),
        "ended": ended,
        "outcome": _ENDS.get(row["statuscode"]) if ended else None,
        "message": row.get("friendlymessage") or row.get("message"),
        "started": row.get("startedon"),
        "completed": row.get("completedon"),
    }


def wait(link: Link, job_id: str, seconds: float, sleep: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """How a job stands when it has ended, or when so many seconds have passed.

    Args:
        link: the client at work; its deadline and cancel count too.
        job_id: the job.
        seconds: the longest wait.
        sleep: passed in by tests.
    """
    left = seconds
    while True:
        found = status(link, job_id)
        if found["ended"] or left <= 0:
            return found
        pause = min(_PAUSE, left)
        link.call.check(pause)
        sleep(pause)
        left -= pause


def _column(property_name: str) -> str:
    return property_name[1:-6] if property_name.startswith("_") and property_name.endswith("_value") else property_name


def _condition(column: str, operator: str, *values: Any) -> dict[str, Any]:
    typed = [{"Value": _shown(value), "Type": _type(value)} for value in values if value is not None]
    return {"@odata.type": f"{_CRM}ConditionExpression", "AttributeName": column, "Operator": operator, "Values": typed}


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(value: Any) -> str:
    names = {bool: "System.Boolean", int: "System.Int32", float: "System.Double", UUID: "System.Guid"}
    return names.get(type(value), "System.String")


def _query(table: Table, conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "@odata.type": f"{_CRM}QueryExpression",
        "EntityName": table.name,
        "ColumnSet": {"@odata.type": f"{_CRM}ColumnSet", "AllColumns": False, "Columns": []},
        "Criteria": {
            "@odata.type": f"{_CRM}FilterExpression",
            "FilterOperator": "And",
            "Conditions": list(conditions),
        },
        "Distinct": False,
    }
