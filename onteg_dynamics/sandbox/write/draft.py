"""A JSON payload → a draft: columns to store, rows to make before and after, rows to link.

Follows "Create a table row using the Web API" (deep insert, ``@odata.bind``) and "Update and delete table rows".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, ManyToOne, Model, Navigation, Table
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.references import resolve
from onteg_dynamics.sandbox.write.values import stored_value

_BIND = "odata.bind"


@dataclass
class Draft:
    """What a payload asks for.

    Attributes:
        values: Stored columns; a lookup ``x`` comes with ``x__table``.
        parents: Rows to create first, each with the lookup that will point at it.
        children: Rows to create afterwards, each with the collection that they join.
        members: Existing rows that join a collection afterwards.
    """

    values: dict[str, Any] = field(default_factory=dict)
    parents: list[tuple[ManyToOne, dict[str, Any]]] = field(default_factory=list)
    children: list[tuple[Navigation, dict[str, Any]]] = field(default_factory=list)
    members: list[tuple[Navigation, Table, str]] = field(default_factory=list)


def read_payload(world: World, table: Table, payload: dict[str, Any], *, creating: bool) -> Draft:
    """Sorts a payload.

    Args:
        world: The sandbox.
        table: The table of the row.
        payload: The JSON object.
        creating: True for a create; an update may not nest rows.

    Raises:
        Refusal: A property that does not exist, a value that does not fit, an address that leads nowhere.
    """
    return _Reader(world, table, payload, creating=creating).read()


def lookup_values(column: str, table: str | None, row_id: str | None) -> dict[str, Any]:
    """The two stored columns of a lookup."""
    return {column: row_id, f"{column}__table": table}


def reaches(model: Model, wanted: str, actual: Table) -> bool:
    """True where a navigation property to a table may lead to rows of another: owners and activities are many."""
    if wanted == actual.logical_name:
        return True
    target = model.table(wanted)
    if target is None or not target.is_view:
        return False
    return actual.logical_name in {"systemuser", "team"} if wanted == "owner" else actual.is_activity


class _Reader:
    def __init__(self, world: World, table: Table, payload: dict[str, Any], *, creating: bool) -> None:
        self._world = world
        self._table = table
        self._payload = payload
        self._creating = creating
        self._draft = Draft()
        self._cleared: list[str] = []

    def read(self) -> Draft:
        navigations = self._world.model.navigations(self._table.logical_name)
        for name, value in self._payload.items():
            column = self._table.properties.get(name)
            if column is not None:
                self._column(column, value)
            elif name in navigations:
                self._navigation(navigations[name], value)
            else:
                self._other(name, value)
        for column_name in self._cleared:
            # Another property of the same polymorphic lookup may have set it in this very payload.
            if column_name not in self._draft.values:
                self._draft.values |= lookup_values(column_name, None, None)
        return self._draft

    @property
    def _set(self) -> str:
        return self._table.entity_set_name

    def _column(self, column: Column, value: Any) -> None:
        if column.is_lookup:
            raise refusals.lookup_value_in_payload()
        stored = stored_value(column, value, self._set)
        if self._creating and column.type == "Image" and not column.is_primary_image:
            raise refusals.image_on_create(column.logical_name, column.table)
        if self._is_writable(column):
            self._draft.values[column.logical_name] = stored

    def _other(self, name: str, value: Any) -> None:
        prefix, at, annotation = name.partition("@")
        if not at:
            raise refusals.unknown_payload_property(name, self._table.type_name, self._set)
        if not prefix:
            if annotation == "odata.type":
                self._check_type(value)
            return
        navigation = self._world.model.navigation(self._table.logical_name, prefix)
        if annotation == _BIND and navigation is not None:
            self._bind(navigation, value)
        elif navigation is None and prefix not in self._table.properties:
            raise refusals.undeclared_navigation(prefix, self._set)

    def _check_type(self, value: Any) -> None:
        given = str(value).lstrip("#")
        if given != self._table.type_name:
            raise refusals.wrong_odata_type(given, self._table.type_name, self._set)

    def _navigation(self, navigation: Navigation, value: Any) -> None:
        if navigation.is_collection:
            self._nest_many(navigation, value)
        elif value is None:
            self._clear(navigation)
        elif not isinstance(value, dict):
            raise refusals.primitive_for_navigation(navigation.name, self._set)
        elif not self._creating:
            raise refusals.deep_update(navigation.name, self._set)
        else:
            assert navigation.relation is not None
            self._draft.parents.append((navigation.relation, value))

    def _nest_many(self, navigation: Navigation, value: Any) -> None:
        if not self._creating:
            raise refusals.collection_on_update(navigation.name, self._set)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise refusals.primitive_for_navigation(navigation.name, self._set)
        self._draft.children.extend((navigation, row) for row in value)

    def _bind(self, navigation: Navigation, value: Any) -> None:
        if navigation.is_collection:
            self._bind_many(navigation, value)
        elif value is None:
            self._clear(navigation)
        else:
            assert navigation.relation is not None
            target, row_id = self._target(navigation, value)
            if self._is_writable(self._table.columns[navigation.relation.column]):
                self._draft.values |= lookup_values(navigation.relation.column, target.logical_name, row_id)

    def _bind_many(self, navigation: Navigation, value: Any) -> None:
        if not self._creating:
            raise refusals.collection_on_update(navigation.name, self._set)
        if not isinstance(value, list):
            raise refusals.bind_value_null_in_collection(navigation.name, self._set)
        for address in value:
            target, row_id = self._target(navigation, address)
            self._draft.members.append((navigation, target, row_id))

    def _target(self, navigation: Navigation, address: Any) -> tuple[Table, str]:
        target, row_id = resolve(self._world, address, self._set)
        if not reaches(self._world.model, navigation.target, target):
            expected = f"Microsoft.Dynamics.CRM.{navigation.target}"
            raise refusals.wrong_reference_type(navigation.name, expected, target.type_name, self._set)
        return target, row_id

    def _clear(self, navigation: Navigation) -> None:
        assert navigation.relation is not None
        column = self._table.columns.get(navigation.relation.column)
        if column is not None and self._is_writable(column):
            self._cleared.append(column.logical_name)

    def _is_writable(self, column: Column) -> bool:
        """Read-only columns in a payload are passed over, as the service does."""
        return column.valid_for_create if self._creating else column.valid_for_update
