"""The model: all tables and relationships of one moment. Immutable; a change makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onteg_dynamics.sandbox.model.types import ManyToMany, ManyToOne, OptionSet, Table


@dataclass(frozen=True)
class Navigation:
    """One navigation property of a table.

    ``kind`` is ``lookup`` (single-valued, ``relation`` is the ManyToOne of this table), ``collection`` (the other side
    of a ManyToOne) or ``many`` (a ManyToMany; ``near`` and ``far`` are the intersect table's columns for this row and
    the other).
    """

    name: str
    kind: str
    table: str
    target: str
    relation: ManyToOne | None = None
    many: ManyToMany | None = None
    near: str = ""
    far: str = ""

    @property
    def is_collection(self) -> bool:
        """True when the property holds many rows."""
        return self.kind != "lookup"


@dataclass(frozen=True)
class Model:
    """All metadata. Tables by logical name; relationships once each, by schema name where it is unique."""

    tables: Mapping[str, Table]
    many_to_one: tuple[ManyToOne, ...]
    many_to_many: tuple[ManyToMany, ...]
    option_sets: Mapping[str, OptionSet]
    version: int = 1

    def table(self, logical_name: str) -> Table | None:
        """The table of that logical name, or None."""
        return self.tables.get(logical_name)

    def by_entity_set(self, name: str) -> Table | None:
        """The table behind an entity set name (case-sensitive, as the service is), or None."""
        return self._entity_sets.get(name)

    def navigations(self, table: str) -> Mapping[str, Navigation]:
        """The navigation properties of a table by name."""
        return self._navigations.get(table, {})

    def navigation(self, table: str, name: str) -> Navigation | None:
        """One navigation property, or None."""
        return self.navigations(table).get(name)

    def lookups_of(self, table: str) -> tuple[ManyToOne, ...]:
        """The relationships in which the table holds the lookup."""
        return self._outgoing.get(table, ())

    def pointing_at(self, table: str) -> tuple[ManyToOne, ...]:
        """The relationships in which other rows point at the table."""
        return self._incoming.get(table, ())

    def lookup_navigation(self, table: str, column: str, target: str) -> str | None:
        """The single-valued navigation property through which a lookup column reaches a target table."""
        names = self._lookup_names.get((table, column), {})
        return names.get(target) or names.get("owner")

    def with_tables(self, tables: Iterable[Table]) -> Model:
        """A new model in which these tables are added or replaced."""
        merged = {**self.tables, **{table.logical_name: table for table in tables}}
        return replace(self, tables=merged, version=self.version + 1)

    @cached_property
    def _entity_sets(self) -> dict[str, Table]:
        return {table.entity_set_name: table for table in self.tables.values() if table.entity_set_name}

    @cached_property
    def _outgoing(self) -> dict[str, tuple[ManyToOne, ...]]:
        return _grouped(self.many_to_one, lambda relation: relation.table)

    @cached_property
    def _incoming(self) -> dict[str, tuple[ManyToOne, ...]]:
        return _grouped(self.many_to_one, lambda relation: relation.target)

    @cached_property
    def _lookup_names(self) -> dict[tuple[str, str], dict[str, str]]:
        names: dict[tuple[str, str], dict[str, str]] = {}
        for relation in self.many_to_one:
            names.setdefault((relation.table, relation.column), {}).setdefault(relation.target, relation.navigation)
        return names

    @cached_property
    def _navigations(self) -> dict[str, dict[str, Navigation]]:
        found: dict[str, dict[str, Navigation]] = {}
        for navigation in self._all_navigations():
            # Two relationships may carry one name (email's acceptingentityid): the first one is the property.
            found.setdefault(navigation.table, {}).setdefault(navigation.name, navigation)
        return found

    def _all_navigations(self) -> Iterable[Navigation]:
        for one in self.many_to_one:
            yield Navigation(one.navigation, "lookup", one.table, one.target, relation=one)
            if one.collection:
                yield Navigation(one.collection, "collection", one.target, one.table, relation=one)
        for many in self.many_to_many:
            yield Navigation(
                many.navigation1, "many", many.table1, many.table2, many=many, near=many.column1, far=many.column2
            )
            yield Navigation(
                many.navigation2, "many", many.table2, many.table1, many=many, near=many.column2, far=many.column1
            )


def _grouped(relations: Iterable[ManyToOne], key: Callable[[ManyToOne], str]) -> dict[str, tuple[ManyToOne, ...]]:
    groups: dict[str, list[ManyToOne]] = {}
    for relation in relations:
        groups.setdefault(key(relation), []).append(relation)
    return {name: tuple(found) for name, found in groups.items()}
