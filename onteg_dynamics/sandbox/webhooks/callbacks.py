"""Callback registrations: how Power Automate is told of rows.

Follows "Trigger flows when a row is added, modified or deleted" and "Understanding callback registration".

The wire format of these posts is not documented. Here it is what a flow shows of its trigger's body: the row's columns
without empty ones, labels as ``_column_label``, kinds of lookups as ``_column_type``, and ``SdkMessage``,
``ItemInternalId``, ``RowVersion`` and ``RunAsSystemUserId``. Of a deleted row there is its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.model.types import OPTION_TYPES
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.webhooks.context import NOBODY
from onteg_dynamics.sandbox.webhooks.registry import columns_in

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Column, Table
    from onteg_dynamics.sandbox.webhooks.happening import Happening, Values
    from onteg_dynamics.sandbox.world import World

_MESSAGES = {
    "Create": frozenset({1, 4, 5, 7}),
    "Delete": frozenset({2, 5, 6, 7}),
    "Update": frozenset({3, 4, 6, 7}),
}
_USER, _UNIT, _UNITS = 1, 2, 3
_MODIFIER, _ROW_OWNER = 1, 2


def is_called(world: World, registration: Mapping[str, Any], happening: Happening, row: Values) -> bool:
    """True where a registration is about what happened; asked while the row is there.

    Args:
        world: The sandbox.
        registration: Its row.
        happening: What happened.
        row: The row: as it became, or as it was where it is deleted.
    """
    return (
        registration["message"] in _MESSAGES.get(happening.message, ())
        and happening.touches(columns_in(registration["filteringattributes"]))
        and _is_in_scope(world, registration, row)
        and _is_true(world, happening, registration["filterexpression"])
    )


def trigger_body(world: World, registration: Mapping[str, Any], happening: Happening) -> dict[str, Any]:
    """What is posted to a registration.

    Args:
        world: The sandbox.
        registration: Its row.
        happening: What happened.
    """
    row = happening.after or happening.before or {}
    head = {
        "SdkMessage": happening.message,
        "RunAsSystemUserId": _runs_as(registration, happening, row),
        "RowVersion": str(row.get("versionnumber") or ""),
        "ItemInternalId": happening.row_id,
        happening.table.primary_id: happening.row_id,
    }
    return head if happening.after is None else {**head, **_columns(world, happening.table, row)}


def due(registration: Mapping[str, Any]) -> datetime | None:
    """The moment until which a registration wants to wait; None where it does not.

    Raises:
        ValueError: It is no timestamp.
    """
    text = registration["postponeuntil"]
    if not text:
        return None
    moment = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _is_in_scope(world: World, registration: Mapping[str, Any], row: Values) -> bool:
    scope, unit = registration["scope"], row.get("owningbusinessunit")
    if scope == _USER:
        return bool(row.get("ownerid") == registration["ownerid"])
    if scope == _UNIT:
        return unit is not None and bool(unit == registration["owningbusinessunit"])
    return scope != _UNITS or registration["owningbusinessunit"] in _line(world, unit)


def _line(world: World, unit: str | None) -> list[str]:
    """A business unit and those above it."""
    found: list[str] = []
    while unit is not None and unit not in found:
        found.append(unit)
        rows = world.store.select("businessunit", {"businessunitid": unit}, ("parentbusinessunitid",))
        unit = rows[0]["parentbusinessunitid"] if rows else None
    return found


def holds(world: World, table: Table, row_id: str, expression: str) -> bool:
    """True where a row fits an OData filter, whoever may read it.

    Raises:
        Refusal: The filter cannot be read.
    """
    from onteg_dynamics.sandbox.query import parse_query, run_query
    from onteg_dynamics.sandbox.world import Caller

    wanted = [("$filter", f"({expression}) and {table.primary_id} eq {row_id}"), ("$select", table.primary_id)]
    caller = Caller(NOBODY, world.organization.business_unit_id)
    return bool(run_query(world, parse_query(world.model, table, wanted), caller=caller).rows)


def _is_true(world: World, happening: Happening, expression: str | None) -> bool:
    try:
        return not expression or holds(world, happening.table, happening.row_id, expression)
    except Refusal:
        return False  # it was good when it was registered; a column may have gone since


def _runs_as(registration: Mapping[str, Any], happening: Happening, row: Values) -> str:
    kind = registration["runas"]
    if kind == _MODIFIER:
        return happening.caller.user_id
    if kind == _ROW_OWNER and row.get("ownerid__table") == "systemuser":
        return str(row["ownerid"])
    return str(registration["ownerid"])


def _columns(world: World, table: Table, row: Values) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column in table.stored:
        value = row.get(column.logical_name)
        if value is not None and column.valid_for_read and column.type not in {"Image", "File"}:
            told |= _column(world, column, value, row)
    return told


def _column(world: World, column: Column, value: Any, row: Values) -> dict[str, Any]:
    from onteg_dynamics.sandbox.read.formats import formatted
    from onteg_dynamics.sandbox.read.render import json_value

    name = column.logical_name
    told = {column.property_name: json_value(column, value)}
    if column.is_lookup:
        target = world.model.table(str(row.get(f"{name}__table")))
        return {**told, f"_{name}_type": target.entity_set_name} if target is not None else told
    return {**told, f"_{name}_label": formatted(column, value, None)} if column.type in OPTION_TYPES else told
