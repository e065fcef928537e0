"""InitializeFrom and CalculateRollupField: what a new row begins with, and what a rollup column is worth now."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.processes.arguments import typed_row
from onteg_dynamics.sandbox.processes.maps import mapped
from onteg_dynamics.sandbox.read.render import json_value
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target

_CRM = "mscrm."


def initialize_from(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """The columns of a new row that a row maps onto; nothing is stored."""
    model = request.world.model
    source, row = typed_row(request, arguments, "EntityMoniker")
    name = arguments["TargetEntityName"]
    target = model.table(str(name))
    if target is None:
        raise refusals.no_such_table("LogicalName", str(name))
    values = mapped(source, row, target)
    if values is None:
        raise refusals.no_entity_map(source.logical_name, target.logical_name)
    document = {
        "@odata.context": f"{request.root}$metadata#{target.entity_set_name}/$entity",
        "@odata.type": f"#{target.type_name}",
    }
    return Response.json(document | _members(request, target, values))


def _members(request: Request, target: Table, values: dict[str, Any]) -> dict[str, Any]:
    model, members = request.world.model, {}
    for name, value in values.items():
        column = target.columns.get(name)
        if column is None:
            continue
        if not column.is_lookup:
            members[name] = json_value(column, value)
            continue
        table = str(values[f"{name}__table"])
        navigation = model.lookup_navigation(target.logical_name, name, table)
        if navigation is not None:
            members[f"{navigation}@odata.bind"] = f"{model.tables[table].entity_set_name}({value})"
    return members


def calculate_rollup(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """A rollup column's value: a number is counted anew from the rows below, as its definition says."""
    table, row = typed_row(request, arguments, "Target")
    name = str(arguments["FieldName"])
    column = table.columns.get(name)
    if column is None or f"{name}_date" not in table.columns or f"{name}_state" not in table.columns:
        raise refusals.no_rollup(name, table.logical_name)
    value = ROLLUPS.get((table.logical_name, name), lambda *_: row.get(name))(request, row)
    fresh = {name: value, f"{name}_date": request.world.now(), f"{name}_state": 1}
    request.world.store.update(table, str(row[table.primary_id]), fresh)
    document = {
        "@odata.context": f"{request.root}$metadata#{table.entity_set_name}/$entity",
        "@odata.type": f"#{table.type_name}",
        table.primary_id: row[table.primary_id],
        name: None if value is None else json_value(column, value),
        f"{name}_date": fresh[f"{name}_date"],
        f"{name}_state": 1,
    }
    return Response.json(document)


def _open_deals(request: Request, row: dict[str, Any]) -> int:
    return len(_deals(request, row))


def _open_revenue(request: Request, row: dict[str, Any]) -> float:
    return sum(float(deal["estimatedvalue"] or 0) for deal in _deals(request, row))


def _deals(request: Request, row: dict[str, Any]) -> list[dict[str, Any]]:
    match = {"parentaccountid": row["accountid"], "statecode": 0}
    return request.world.store.select("opportunity", match, ("estimatedvalue",))


ROLLUPS = {("account", "opendeals"): _open_deals, ("account", "openrevenue"): _open_revenue}
"""The two rollup columns that an account has out of the box."""

BEGINNINGS = (
    Registered(
        Message(
            "InitializeFrom",
            is_function=True,
            parameters={
                "EntityMoniker": f"{_CRM}crmbaseentity",
                "TargetEntityName": "Edm.String",
                "TargetFieldType": f"{_CRM}TargetFieldType",
            },
            returns=f"{_CRM}crmbaseentity",
        ),
        initialize_from,
    ),
    Registered(
        Message(
            "CalculateRollupField",
            is_function=True,
            parameters={"Target": f"{_CRM}crmbaseentity", "FieldName": "Edm.String"},
            returns=f"{_CRM}crmbaseentity",
        ),
        calculate_rollup,
    ),
)
