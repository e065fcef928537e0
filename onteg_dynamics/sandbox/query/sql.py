"""Pieces of SQL with their parameters, and the tables that a SELECT stands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Column, Model, Navigation, Table
from onteg_dynamics.sandbox.people.rights import Rights
from onteg_dynamics.sandbox.query.visible import readable
from onteg_dynamics.sandbox.store.ddl import quoted


@dataclass(frozen=True)
class Sql:
    """SQL text and the parameters of its question marks, in their order."""

    text: str
    parameters: tuple[Any, ...] = ()


NEVER, ALWAYS = Sql("0"), Sql("1")
_CHAIN = 200


def joined(parts: Iterable[Sql], word: str) -> Sql:
    """Parts in parentheses with a word between them; very many are nested, as SQLite takes no chain of a thousand."""
    found = list(parts)
    while len(found) > _CHAIN:
        found = [_chain(found[start : start + _CHAIN], word) for start in range(0, len(found), _CHAIN)]
    return found[0] if len(found) == 1 else _chain(found, word)


def _chain(parts: Sequence[Sql], word: str) -> Sql:
    text = f" {word} ".join(part.text for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.parameters))


def run_on(parts: Iterable[Sql]) -> Sql:
    """Parts one behind the other."""
    found = list(parts)
    return Sql("".join(part.text for part in found), tuple(value for part in found for value in part.parameters))


@dataclass
class Select:
    """The tables that one SELECT stands on; lookups are joined as they are followed.

    Args:
        model: The metadata.
        rights: What whoever asks may read; None for everything.
        aliases: Numbers for aliases, shared with the SELECTs inside.
        root: The first table; an elastic one stands alone.
    """

    model: Model
    rights: Rights | None = None
    aliases: count[int] = field(default_factory=count)
    root: Table | None = None
    joins: list[str] = field(default_factory=list)
    _followed: dict[tuple[str, str], Place] = field(default_factory=dict)

    def place(self, table: Table) -> Place:
        """A table under a new alias.

        Raises:
            Refusal: Whoever asks has no privilege to read it; it is joined, or to be joined, with an elastic table.
        """
        if self.root is None:
            self.root = table
        elif self.root.is_elastic or table.is_elastic:
            raise refusals.no_links()
        if self.rights is not None:
            self.rights.demand_on("Read", table)
        return Place(self, table, f"t{next(self.aliases)}")

    def inner(self) -> Select:
        """A SELECT inside this one."""
        return Select(self.model, self.rights, self.aliases, self.root)

    def follow(self, place: Place, navigation: Navigation, target: Table) -> Place:
        """The row that a lookup points at, by an outer join made once."""
        found = self._followed.get((place.alias, navigation.name))
        if found is None:
            found = self._followed[place.alias, navigation.name] = self.place(target)
            self.joins.append(_join(place, found, navigation))
        return found


@dataclass(frozen=True)
class Place:
    """A table in a SELECT."""

    select: Select
    table: Table
    alias: str

    def column(self, name: str) -> str:
        """A column's SQL name; one that cannot be read is empty for everybody."""
        known = self.table.columns.get(name)
        return f"{self.alias}.{quoted(name)}" if known is None or known.valid_for_read else "NULL"

    @property
    def key(self) -> str:
        """The primary key's SQL name."""
        return self.column(self.table.primary_id)

    @property
    def source(self) -> str:
        """What stands after FROM."""
        return f"{readable(self.table, self.select.rights)} AS {self.alias}"


@dataclass(frozen=True)
class Value:
    """An operand: its SQL, its Edm type, the column that it comes from, and the table of that."""

    sql: Sql
    kind: str
    column: Column
    place: Place


def restricted(place: Place, column: str, table: str) -> str:
    """The condition that a lookup points into a table; views stand for several, so nothing is asked of them."""
    target = place.select.model.table(table)
    if target is None or target.is_view:
        return "1"
    return f"{place.column(f'{column}__table')} = '{table}'"


def _join(place: Place, target: Place, navigation: Navigation) -> str:
    assert navigation.relation is not None
    column = navigation.relation.column
    kind = restricted(place, column, navigation.target)
    return f" LEFT JOIN {target.source} ON {target.key} = {place.column(column)} AND {kind}"


def sql_columns(table: Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """The SQLite columns that some columns are kept in, with the version and the key."""
    found: dict[str, None] = {}
    for column in columns:
        found[column.logical_name] = None
        if column.is_lookup:
            found[f"{column.logical_name}__table"] = None
    found[table.primary_id] = None
    if "versionnumber" in table.columns:
        found["versionnumber"] = None
    return tuple(found)
