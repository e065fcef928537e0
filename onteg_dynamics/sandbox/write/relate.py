"""Linking rows and taking links away ("Associate and disassociate table rows using the Web API")."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Navigation, Table
from onteg_dynamics.sandbox.people.checks import check_link
from onteg_dynamics.sandbox.webhooks.happening import Happening
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write.draft import lookup_values, reaches
from onteg_dynamics.sandbox.write.update import change_row
from onteg_dynamics.sandbox.write.values import new_id


def associate(
    world: World,
    caller: Caller,
    table: Table,
    row: dict[str, Any],
    navigation: Navigation,
    target_table: Table,
    target_row: dict[str, Any],
) -> None:
    """Links two rows: sets a lookup on one side, or adds a pair to an intersect table.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who links.
        table: The table of the row whose navigation property is used.
        row: That row as stored.
        navigation: The navigation property.
        target_table: The other row's table.
        target_row: The other row as stored.

    Raises:
        Refusal: The navigation property leads to another table; the pair is there already.
    """
    if not reaches(world.model, navigation.target, target_table):
        expected = f"Microsoft.Dynamics.CRM.{navigation.target}"
        raise refusals.wrong_reference_type(navigation.name, expected, target_table.type_name, table.entity_set_name)
    if caller.rights is not None:
        check_link(caller.rights, navigation, (table, row), (target_table, target_row))
    own, other = str(row[table.primary_id]), str(target_row[target_table.primary_id])
    if navigation.kind == "many":
        happening = _telling(world, caller, "Associate", table, own, navigation, target_table, other)
        _pair(world, navigation, own, other)
        world.hooks.end(world, happening)
        return
    assert navigation.relation is not None
    if navigation.is_collection:
        link = lookup_values(navigation.relation.column, table.logical_name, own)
        change_row(world, caller, target_table, target_row, link)
    else:
        link = lookup_values(navigation.relation.column, target_table.logical_name, other)
        change_row(world, caller, table, row, link)


def disassociate(
    world: World,
    caller: Caller,
    table: Table,
    row: dict[str, Any],
    navigation: Navigation,
    target_row: dict[str, Any] | None,
) -> None:
    """Takes a link away; one that is not there is left alone.

    Args:
        world: The sandbox; a transaction is open.
        caller: Who unlinks.
        table: The table of the row whose navigation property is used.
        row: That row as stored.
        navigation: The navigation property.
        target_row: The row to take out of a collection; None for a lookup.

    Raises:
        Refusal: The lookup is required.
    """
    target = world.model.tables[navigation.target]
    if caller.rights is not None:
        check_link(caller.rights, navigation, (table, row), None if target_row is None else (target, target_row))
    if navigation.kind == "many":
        assert target_row is not None
        own, other = str(row[table.primary_id]), str(target_row[target.primary_id])
        happening = _telling(world, caller, "Disassociate", table, own, navigation, target, other)
        _unpair(world, navigation, own, other)
        world.hooks.end(world, happening)
        return
    assert navigation.relation is not None
    cleared = lookup_values(navigation.relation.column, None, None)
    if not navigation.is_collection:
        change_row(world, caller, table, row, cleared)
    elif target_row is not None and target_row.get(navigation.relation.column) == row[table.primary_id]:
        change_row(world, caller, *_concrete(world, target, target_row), cleared)


def _concrete(world: World, table: Table, row: dict[str, Any]) -> tuple[Table, dict[str, Any]]:
    """A row of all activities as the row of its own table that it is."""
    actual = world.model.table(str(row.get("activitytypecode"))) if table.is_view else None
    if actual is None:
        return table, row
    return actual, world.store.get(actual, str(row[table.primary_id])) or row


def _telling(
    world: World,
    caller: Caller,
    message: str,
    table: Table,
    own: str,
    navigation: Navigation,
    other_table: Table,
    other: str,
) -> Happening | None:
    assert navigation.many is not None
    link = (navigation.many.schema_name, other_table, other)
    return world.hooks.begin(world, caller, message, table, own, link=link)


def _pair(world: World, navigation: Navigation, own: str, other: str) -> None:
    assert navigation.many is not None
    intersect = world.model.tables[navigation.many.intersect]
    pair = {navigation.near: own, navigation.far: other}
    if world.store.select(intersect.logical_name, pair, limit=1):
        raise refusals.duplicate_insert()
    values: dict[str, Any] = {intersect.primary_id: new_id(), **pair}
    if "versionnumber" in intersect.columns:
        values["versionnumber"] = world.store.next_version()
    world.store.insert(intersect.logical_name, values)


def _unpair(world: World, navigation: Navigation, own: str, other: str) -> None:
    assert navigation.many is not None
    intersect = world.model.tables[navigation.many.intersect]
    for found in world.store.select(intersect.logical_name, {navigation.near: own, navigation.far: other}):
        world.store.delete(intersect, str(found[intersect.primary_id]))
