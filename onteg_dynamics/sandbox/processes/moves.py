"""How the messages of this room make rows and move them from state to state, past what a plain write may not do."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.checks import check_create
from onteg_dynamics.sandbox.processes.maps import mapped
from onteg_dynamics.sandbox.service.message import Request
from onteg_dynamics.sandbox.write.create import insert_row
from onteg_dynamics.sandbox.write.update import change_row
from onteg_dynamics.sandbox.write.values import new_id

Row = dict[str, Any]


def move(request: Request, table: Table, row: Row, state: int, status: int | None, **values: Any) -> None:
    """Moves a row to a state.

    Args:
        request: The request.
        table: The row's table.
        row: The row as stored.
        state: The state.
        status: The status reason; None for the state's own.
        values: Further stored values.
    """
    if request.caller.rights is not None:
        request.caller.rights.check("Write", table, row)
    change = {"statecode": state, "statuscode": status, **values}
    change_row(request.world, request.caller, table, row, change, by_message=True)


def make(request: Request, table: Table, values: Row) -> str:
    """Makes a row of stored values; its id."""
    if request.caller.rights is not None:
        check_create(request.world, request.caller.rights, table, values)
    own = new_id()
    insert_row(request.world, request.caller, table, values, own, by_message=True)
    return own


def make_from(request: Request, source: Table, row: Row, target_name: str, /, **values: Any) -> str:
    """Makes a row of another table as its map says; its id."""
    target = request.world.model.tables[target_name]
    begun = mapped(source, row, target)
    assert begun is not None
    return make(request, target, {**begun, **{key: value for key, value in values.items() if value is not None}})


def state_label(table: Table, row: Row) -> str:
    """The state of a row in words."""
    return table.columns["statecode"].option_by_value[row["statecode"]].label


def references(request: Request, found: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Rows as a message names them in its answer."""
    tables = request.world.model.tables
    return [{"@odata.type": f"#{tables[name].type_name}", tables[name].primary_id: own} for name, own in found]


def plain(name: str, **parameters: str) -> Message:
    """An action that is bound to nothing and answers nothing; parameters in their order."""
    return Message(name, is_function=False, parameters=parameters)
