"""What an address leads to: rows, one row, a property, a link … found segment by segment.

Follows OData URL conventions 4.0, section 4, as far as Dataverse goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Navigation, Table
from onteg_dynamics.sandbox.service.path import NAMESPACE, Segment
from onteg_dynamics.sandbox.service.uncovered import nothing_here
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.references import parse_key, row_by_key

RowKey = str | dict[str, Any]


@dataclass(frozen=True)
class Link:
    """The way from a row over one of its navigation properties."""

    table: Table
    row: Mapping[str, Any]
    navigation: Navigation

    @property
    def row_id(self) -> str:
        """The id of the row that the way starts from."""
        return str(self.row[self.table.primary_id])


@dataclass(frozen=True)
class Rows:
    """A table's rows, or those that a row's collection holds."""

    table: Table
    link: Link | None = None


@dataclass(frozen=True)
class OneRow:
    """One row by its key, there or not; ``key_text`` is the key as the address wrote it."""

    table: Table
    key: RowKey
    key_text: str
    link: Link | None = None


@dataclass(frozen=True)
class Nothing:
    """A lookup that is empty."""

    link: Link


@dataclass(frozen=True)
class Property:
    """A column of a row."""

    row: OneRow
    column: Column


@dataclass(frozen=True)
class RawValue:
    """A column's bare value (``$value``)."""

    row: OneRow
    column: Column


@dataclass(frozen=True)
class Count:
    """How many rows there are (``$count``)."""

    rows: Rows


@dataclass(frozen=True)
class Reference:
    """Addresses instead of rows (``$ref``)."""

    of: Rows | OneRow | Nothing


@dataclass(frozen=True)
class Call:
    """A function or action; ``target`` is what it is bound to, ``is_qualified`` whether its namespace is told."""

    name: str
    arguments: str | None
    target: Rows | OneRow | None = None
    is_qualified: bool = True


Resource = Rows | OneRow | Nothing | Property | RawValue | Count | Reference | Call


def find(world: World, segments: tuple[Segment, ...]) -> Resource:
    """The resource that an address below an entity set, or the name of a message, leads to.

    Raises:
        Refusal: A segment names nothing; a row on the way does not exist.
    """
    first, *rest = segments
    table = world.model.by_entity_set(first.name)
    if table is None:
        if rest:
            raise nothing_here(first.name)
        return Call(first.name, first.key)
    here: Resource = Rows(table) if first.key is None else _row(table, first.key)
    for segment in rest:
        here = _step(world, here, segment)
    return here


def stored_row(world: World, row: OneRow) -> dict[str, Any]:
    """All stored values of a row.

    Raises:
        Refusal: There is no such row.
    """
    found = row_by_key(world, row.table, row.key)
    if found is None:
        raise missing(row)
    return found


def missing(row: OneRow) -> refusals.Refusal:
    """The refusal for a row that is not there."""
    name = row.table.logical_name
    return refusals.no_such_row(name, row.key) if isinstance(row.key, str) else refusals.no_row_for_key(name)


def _row(table: Table, key_text: str, link: Link | None = None) -> OneRow:
    key = parse_key(key_text)
    if key is None:
        raise refusals.bad_request_uri(f"The key '{key_text[:200]}' cannot be read.")
    return OneRow(table, key, key_text, link)


def _step(world: World, here: Resource, segment: Segment) -> Resource:
    if isinstance(here, Rows):
        return _below_rows(world, here, segment)
    if isinstance(here, OneRow):
        return _below_row(world, here, segment)
    if isinstance(here, Property) and segment == Segment("$value"):
        return RawValue(here.row, here.column)
    if isinstance(here, Nothing) and segment == Segment("$ref"):
        return Reference(here)
    if isinstance(here, Nothing):
        raise refusals.no_such_row(here.link.navigation.target, "")
    raise refusals.no_such_segment(segment.name)


def _below_rows(world: World, rows: Rows, segment: Segment) -> Resource:
    if segment.name == "$count":
        return Count(rows)
    if segment.name == "$ref":
        return Reference(rows)
    if segment.operation is None:
        return Call(segment.name, segment.key, rows, is_qualified=False)
    cast = world.model.table(segment.operation)
    if cast is None:
        return Call(segment.operation, segment.key, rows)
    if cast is not rows.table:
        raise refusals.no_such_segment(segment.name)
    return rows if segment.key is None else _row(cast, segment.key, rows.link)


def _below_row(world: World, row: OneRow, segment: Segment) -> Resource:
    if segment.name == "$ref":
        return Reference(row)
    if segment.operation is not None:
        return _bound(world, row, segment)
    column = row.table.properties.get(segment.name)
    if column is not None and segment.key is None:
        return Property(row, column)
    navigation = world.model.navigation(row.table.logical_name, segment.name)
    if navigation is None:
        return Call(segment.name, segment.key, row, is_qualified=False)
    return _follow(world, Link(row.table, stored_row(world, row), navigation), segment)


def _bound(world: World, row: OneRow, segment: Segment) -> Resource:
    name = segment.name[len(NAMESPACE) :]
    cast = world.model.table(name)
    if cast is None:
        return Call(name, segment.key, row)
    if cast is not row.table and not row.table.is_view:
        raise refusals.no_such_segment(segment.name)
    return OneRow(cast, row.key, row.key_text, row.link)


def _follow(world: World, link: Link, segment: Segment) -> Resource:
    navigation = link.navigation
    target = world.model.table(navigation.target)
    if target is None:
        raise refusals.no_such_segment(navigation.name)
    if not navigation.is_collection:
        if segment.key is not None:
            raise refusals.no_such_segment(segment.name)
        return _looked_up(world, link, target)
    if segment.key is None:
        return Rows(target, link)
    row = _row(target, segment.key, link)
    if not _is_member(world, link, stored_row(world, row)):
        raise missing(row)
    return row


def _looked_up(world: World, link: Link, target: Table) -> OneRow | Nothing:
    assert link.navigation.relation is not None
    column = link.navigation.relation.column
    row_id, table_name = link.row.get(column), link.row.get(f"{column}__table")
    actual = world.model.table(table_name or target.logical_name)
    if not row_id or actual is None or (actual is not target and not target.is_view):
        return Nothing(link)
    return OneRow(actual, str(row_id), str(row_id), link)


def _is_member(world: World, link: Link, row: Mapping[str, Any]) -> bool:
    navigation = link.navigation
    if navigation.relation is not None:
        column = navigation.relation.column
        return row.get(column) == link.row_id
    assert navigation.many is not None
    target = world.model.tables[navigation.target]
    pair = {navigation.near: link.row_id, navigation.far: row[target.primary_id]}
    return bool(world.store.select(navigation.many.intersect, pair, limit=1))
