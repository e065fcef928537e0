"""State and status reason: which pairs go together, and which states only a message may set."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Option, Table

# Setting these by a plain write is refused; the platform wants the message that closes the row.
_BY_MESSAGE = {
    ("opportunity", 1): "WinOpportunity",
    ("opportunity", 2): "LoseOpportunity",
    ("incident", 1): "CloseIncident",
    ("quote", 2): "WinQuote",
    ("quote", 3): "CloseQuote",
    ("salesorder", 2): "CancelSalesOrder",
    ("salesorder", 3): "FulfillSalesOrder",
}


def settle_state(
    table: Table, values: dict[str, Any], row_id: str, before: dict[str, Any] | None, *, by_message: bool = False
) -> None:
    """Completes and checks state and status reason of a row that is written.

    Args:
        table: The row's table.
        values: The columns to write; completed in place.
        row_id: The row's id, for messages.
        before: The stored row, or None for a new one.
        by_message: True where the message that closes the row writes it.

    Raises:
        Refusal: No such state, a status reason of another state, a state that needs its message.
    """
    states, reasons = table.columns.get("statecode"), table.columns.get("statuscode")
    if states is None or reasons is None or not states.options:
        return
    if before is not None and values.keys().isdisjoint({"statecode", "statuscode"}):
        return
    state = _state(table, states, values, row_id, before)
    values["statecode"] = state.value
    values["statuscode"] = _reason(table, state, reasons, values, row_id)
    changed = before is None or before.get("statecode") != state.value
    message = _BY_MESSAGE.get((table.logical_name, state.value))
    if changed and message is not None and not by_message:
        raise refusals.state_needs_message(table.logical_name, state.label, message)


def _state(table: Table, states: Column, values: dict[str, Any], row_id: str, before: dict[str, Any] | None) -> Option:
    value = values.get("statecode")
    if value is None:
        value = states.options[0].value if before is None else before.get("statecode")
    if value is None:
        return states.options[0]
    found = states.option_by_value.get(value)
    if found is None:
        raise refusals.bad_state(int(value), table.logical_name, row_id)
    return found


def _reason(table: Table, state: Option, reasons: Column, values: dict[str, Any], row_id: str) -> int | None:
    value = values.get("statuscode")
    if value is None:
        fitting = (option.value for option in reasons.options if option.state == state.value)
        return state.default_status if state.default_status is not None else next(fitting, None)
    found = reasons.option_by_value.get(value)
    if found is None or found.state not in {None, state.value}:
        name = state.invariant_name or state.label
        raise refusals.bad_status(int(value), name, table.logical_name, row_id)
    return int(value)
