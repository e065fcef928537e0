"""Changing a row ("Update and delete table rows using the Web API")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import settle_files
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.checks import check_update
from onteg_dynamics.sandbox.people.family import family
from onteg_dynamics.sandbox.webhooks.registration import settle_registration
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.draft import read_payload
from onteg_dynamics.sandbox.write.fill import compose, settle_money, settle_owner, stamp_change
from onteg_dynamics.sandbox.write.keys import check_keys
from onteg_dynamics.sandbox.write.own import is_platforms_own
from onteg_dynamics.sandbox.write.profile import profile
from onteg_dynamics.sandbox.write.sales import settle_customer
from onteg_dynamics.sandbox.write.states import settle_state


def update_row(world: World, caller: Caller, table: Table, row: dict[str, Any], payload: dict[str, Any]) -> None:
    """Changes the columns that a payload names.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who changes.
        table: The table.
        row: The stored row.
        payload: The JSON object.

    Raises:
        Refusal: The payload does not fit, a required column becomes empty, a key is taken.
    """
    if is_platforms_own(table):
        raise refusals.abstract_table(table.logical_name)
    values = read_payload(world, table, payload, creating=False).values
    if caller.rights is not None:
        check_update(world, caller.rights, table, row, values)
    followers = list(family(world, table, row, "assign")) if _is_assigned(table, row, values) else []
    change_row(world, caller, table, row, values)
    owner = {name: value for name, value in values.items() if name in {"ownerid", "ownerid__table"}}
    for other, child in followers:
        change_row(world, caller, other, child, owner)


def _is_assigned(table: Table, row: dict[str, Any], values: dict[str, Any]) -> bool:
    """True where the row gets another owner; what lies below it then does too."""
    owner = values.get("ownerid")
    return owner is not None and owner != row.get("ownerid") and table.ownership == "UserOwned"


def change_row(
    world: World,
    caller: Caller,
    table: Table,
    row: dict[str, Any],
    values: dict[str, Any],
    *,
    by_message: bool = False,
) -> None:
    """Writes changed stored values, with all that follows from them.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who changes.
        table: The table.
        row: The stored row.
        values: Stored columns.
        by_message: True where a message may set states that a plain write may not.

    Raises:
        Refusal: A required column becomes empty, a key is taken, the state does not fit.
    """
    about = profile(table)
    row_id = str(row[table.primary_id])
    happening = world.hooks.begin(world, caller, "Update", table, row_id, given=values, before=row)
    values = dict(values)
    for column in about.required:
        if column.logical_name in values and values[column.logical_name] is None:
            raise refusals.required_missing(column.logical_name, table.logical_name)
    if "ownerid" in values and values["ownerid"] is None:
        raise refusals.required_missing("ownerid", table.logical_name)
    settle_customer(table, values)
    settle_owner(world, caller, about, values)
    settle_state(table, values, row_id, row, by_message=by_message)
    after = {**row, **values}
    settle_money(world, about, values, after)
    compose(about, values, after)
    settle_files(world, about, values, row_id, row)
    stamp_change(world, caller, about, values)
    check_keys(world, table, values, after)
    settle_registration(world, table, values, row)
    if values:
        world.store.update(table, row_id, values)
    world.hooks.end(world, happening, {**row, **values}, values)
