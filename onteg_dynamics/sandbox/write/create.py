"""Creating a row, with the rows nested in it ("Create a table row using the Web API")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import settle_files
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.checks import check_create
from onteg_dynamics.sandbox.webhooks.registration import settle_registration
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.draft import Draft, lookup_values, read_payload
from onteg_dynamics.sandbox.write.fill import compose, settle_money, stamp_change, stamp_new
from onteg_dynamics.sandbox.write.keys import check_keys, values_from_key
from onteg_dynamics.sandbox.write.numbers import next_number
from onteg_dynamics.sandbox.write.own import check_effective, is_platforms_own
from onteg_dynamics.sandbox.write.profile import Profile, profile
from onteg_dynamics.sandbox.write.relate import associate
from onteg_dynamics.sandbox.write.sales import settle_customer
from onteg_dynamics.sandbox.write.states import settle_state
from onteg_dynamics.sandbox.write.values import new_id


def create_row(
    world: World,
    caller: Caller,
    table: Table,
    payload: dict[str, Any],
    *,
    row_id: str | None = None,
    key: dict[str, Any] | None = None,
) -> str:
    """Creates a row and whatever is nested in its payload.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who creates.
        table: The table.
        payload: The JSON object.
        row_id: The id from the address of an upsert, or None.
        key: The alternate key from the address of an upsert, or None; the payload's own values win.

    Returns:
        The id of the new row.

    Raises:
        Refusal: The payload does not fit, a required column is missing, an id or key is taken.
    """
    if is_platforms_own(table):
        raise refusals.abstract_table(table.logical_name)
    check_effective(table)
    draft = read_payload(world, table, payload, creating=True)
    if key is not None:
        draft.values = {**values_from_key(world, table, key), **draft.values}
    for relation, nested in draft.parents:
        target = world.model.tables[relation.target]
        made = create_row(world, caller, target, nested)
        draft.values |= lookup_values(relation.column, relation.target, made)
    if caller.rights is not None:
        check_create(world, caller.rights, table, draft.values)
    own = row_id or draft.values.get(table.primary_id) or new_id()
    insert_row(world, caller, table, draft.values, own)
    _join(world, caller, table, draft, own)
    return own


def insert_row(
    world: World, caller: Caller, table: Table, given: dict[str, Any], row_id: str, *, by_message: bool = False
) -> dict[str, Any]:
    """Writes a new row of stored values, with all that the platform adds.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who creates.
        table: The table.
        given: Stored columns.
        row_id: The id.
        by_message: True where a message may set states that a plain write may not.

    Returns:
        The row as stored.

    Raises:
        Refusal: The id or a key is taken, a required column is missing, the state does not fit.
    """
    if world.store.exists(table, row_id):
        raise refusals.duplicate_row()
    happening = world.hooks.begin(world, caller, "Create", table, row_id, given=given)
    about = profile(table)
    values = {**about.defaults, **{name: value for name, value in given.items() if value is not None}}
    values[table.primary_id] = row_id
    settle_customer(table, values)
    stamp_new(world, caller, about, values, row_id)
    stamp_change(world, caller, about, values)
    settle_state(table, values, row_id, None, by_message=by_message)
    settle_money(world, about, values, values)
    compose(about, values, values)
    settle_files(world, about, values, row_id)
    _number(world, about, values)
    _check_required(about, values)
    check_keys(world, table, values, values)
    settle_registration(world, table, values, None)
    world.store.insert(table.logical_name, values)
    world.hooks.end(world, happening, values, values)
    return values


def _number(world: World, about: Profile, values: dict[str, Any]) -> None:
    for name, pattern in about.numbered:
        if values.get(name) is None:
            values[name] = next_number(world, about.table, name, pattern)


def _check_required(about: Profile, values: dict[str, Any]) -> None:
    for column in about.required:
        if values.get(column.logical_name) is None:
            if column.type == "Customer":
                raise refusals.customer_missing()
            raise refusals.required_missing(column.logical_name, column.table)


def _join(world: World, caller: Caller, table: Table, draft: Draft, row_id: str) -> None:
    """Nested rows of collections, and existing rows that join them."""
    if not draft.children and not draft.members:
        return
    row = world.store.get(table, row_id)
    assert row is not None
    for navigation, nested in draft.children:
        target = world.model.tables[navigation.target]
        if navigation.relation is not None:
            link = {f"{navigation.relation.navigation}@odata.bind": f"/{table.entity_set_name}({row_id})"}
            create_row(world, caller, target, {**nested, **link})
            continue
        made = create_row(world, caller, target, nested)
        associate(world, caller, table, row, navigation, target, {target.primary_id: made})
    for navigation, target, member in draft.members:
        stored = world.store.get(target, member)
        assert stored is not None
        associate(world, caller, table, row, navigation, target, stored)
