"""What names mean in a filter: properties of the row, of rows behind lookups, of a lambda's variable."""

from __future__ import annotations

from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Navigation
from onteg_dynamics.sandbox.query.sql import Place, Sql, Value
from onteg_dynamics.sandbox.query.tree import Path
from onteg_dynamics.sandbox.world import Caller, World


@dataclass(frozen=True)
class Scope:
    """Where an expression stands.

    Attributes:
        world: The sandbox.
        caller: Who asks.
        place: The table that names without a variable belong to.
        variables: The tables of lambda variables.
    """

    world: World
    caller: Caller
    place: Place
    variables: tuple[tuple[str, Place], ...] = ()

    def inside(self, variable: str, place: Place) -> Scope:
        """The scope of a lambda's body."""
        return Scope(self.world, self.caller, self.place, (*self.variables, (variable, place)))

    @property
    def innermost(self) -> Place:
        """The table that query functions speak of: that of the nearest lambda, or the query's own."""
        return self.variables[-1][1] if self.variables else self.place

    def value(self, path: Path) -> Value:
        """The column that a path leads to.

        Raises:
            Refusal: A step names nothing, or leads through a collection.
        """
        place, steps = self.start(path)
        for step in steps[:-1]:
            place = self.over(place, step)
        column = place.table.properties.get(steps[-1]) if steps else None
        if column is None:
            raise refusals.unknown_property(steps[-1] if steps else path.steps[0], place.table.type_name)
        return Value(Sql(place.column(column.logical_name)), column.edm_type, column, place)

    def start(self, path: Path) -> tuple[Place, tuple[str, ...]]:
        """The table that a path begins at, and its steps from there."""
        for name, place in reversed(self.variables):
            if path.steps[0] == name:
                return place, path.steps[1:]
        return self.place, path.steps

    def over(self, place: Place, step: str) -> Place:
        """One step over a lookup."""
        navigation = self.navigation(place, step)
        target = self.world.model.table(navigation.target)
        if navigation.is_collection or target is None:
            message = f"The parent value for a property access of a property '{step}' is not a single value."
            raise refusals.query_error(f"{message} Property access can only be applied to a single value.")
        return place.select.follow(place, navigation, target)

    def navigation(self, place: Place, name: str) -> Navigation:
        """A navigation property."""
        found = self.world.model.navigation(place.table.logical_name, name)
        if found is None:
            raise refusals.unknown_property(name, place.table.type_name)
        return found

    def column(self, name: str) -> Column:
        """A column by its logical or its property name, as query functions take it."""
        table = self.innermost.table
        column = table.properties.get(name) or table.columns.get(name)
        if column is None or not column.is_stored:
            raise refusals.unknown_property(name, table.type_name)
        return column
