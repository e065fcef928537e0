"""A row made of another one: merging two rows, starting a row from another, recalculating a rollup column.

Implements "Merge table rows using the Web API", "Create a new row from another row" and "Calculate rollup columns".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string, row_path
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, dumps
from onteg_dynamics.dataverse.shape import Row, plain_row
from onteg_dynamics.dataverse.tables import Columns, Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["MERGEABLE", "copy_values", "merge", "recalculate"]

MERGEABLE = ("account", "contact", "incident", "lead")
_CRM = "Microsoft.Dynamics.CRM."
_ADDRESS = re.compile(r"/?(?:[^()]*/)?(?P<set>\w+)\((?P<id>[0-9a-fA-F-]{36})\)$")


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


def copy_values(link: Link, table: Table, row_id: str, target: Table) -> Row:
    """The columns of a new row of another table that a row maps onto; nothing is created.

    Args:
        link: the client at work.
        table: the row's table.
        row_id: its GUID.
        target: the table of the new row.

    Returns:
        Columns by logical name, lookups as ``{"table", "id"}``: what `rows.create` takes.
    """
    aliases = {
        "@p1": orjson.dumps({"@odata.id": row_path(table.entity_set, row_id)}).decode(),
        "@p2": literal(target.name),
        "@p3": f"{_CRM}TargetFieldType'ValidForCreate'",
    }
    inside = "EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3"
    answer = link.send(Request("GET", f"InitializeFrom({inside}){query_string(aliases)}"))
    return _writable(link, answer.data, link.columns(target))


def _writable(link: Link, data: Mapping[str, Any], columns: Columns) -> Row:
    by_navigation = {item.navigation: item for group in columns.relationships.values() for item in group}
    row: Row = {}
    for name, value in data.items():
        navigation = by_navigation.get(name.removesuffix("@odata.bind"))
        match = _ADDRESS.search(value) if name.endswith("@odata.bind") and isinstance(value, str) else None
        if match and navigation:
            row[navigation.column] = {"table": link.table(match["set"]).name, "id": match["id"]}
        elif "@" not in name and (found := columns.find(name)) and found.creatable and value is not None:
            row[found.name] = value
    return row


def recalculate(link: Link, table: Table, row_id: str, column: str) -> Row:
    """Recalculate a rollup column of a row now.

    Args:
        link: the client at work.
        table: the row's table.
        row_id: its GUID.
        column: the rollup column.

    Returns:
        The columns that the service gives back: the value, its date and its state; none in a dry run.
    """
    target = orjson.dumps({"@odata.id": row_path(table.entity_set, row_id)}).decode()
    aliases = query_string({"@p1": target, "@p2": literal(column)})
    request = Request("GET", f"CalculateRollupField(Target=@p1,FieldName=@p2){aliases}")
    if link.call.rehearsal is not None:  # a function, and yet it writes
        link.call.rehearsal.answer(request)
        return {}
    return plain_row(link.send(request).data)
