"""A row made of others: merging two rows.

Implements "Merge table rows using the Web API".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["MERGEABLE", "merge"]

MERGEABLE = ("account", "contact", "incident", "lead")
_CRM = "Microsoft.Dynamics.CRM."


def merge(
    link: Link, table: Table, keep: str, drop: str, row: Mapping[str, Any], *, check_parents: bool = False
) -> None:
    """Merge one row into another: what belongs to it moves over, and it is deactivated.

    Args:
        link: the client at work.
        table: account, contact, lead or incident.
        keep: GUID of the row that stays.
        drop: GUID of the row that is merged into it.
        row: columns to write to the row that stays.
        check_parents: refuse rows with different parents.

    Raises:
        InputError: rows of this table cannot be merged, or it is the same row.
        ServiceError: the service refuses it.
    """
    if table.name not in MERGEABLE:
        raise InputError((Problem("table", "", f"only rows of {', '.join(MERGEABLE)} can be merged"),))
    if keep == drop:
        raise InputError((Problem("merged_id", "", "is the row that stays"),))
    kind = {"@odata.type": f"{_CRM}{table.name}"}
    body = {
        "Target": {**kind, table.primary_id: keep},
        "Subordinate": {**kind, table.primary_id: drop},
        "UpdateContent": {**kind, **(link.writer(table).write(row, "update") if row else {})},
        "PerformParentingChecks": check_parents,
    }
    link.send(Request("POST", "Merge", dumps(body), JSON_BODY))
