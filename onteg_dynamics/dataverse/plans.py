"""What rows with the same columns need to become bodies, worked out once for all of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from onteg_dynamics.dataverse.tables import Column
from onteg_dynamics.dataverse.values import Fits
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Plan", "Source", "Step", "Trouble", "by_column", "remembering", "sources"]

_Found = TypeVar("_Found")

Trouble = tuple[type[InputError], Problem]
"""What is wrong with one column of one row, and the kind of error it is when nothing else is wrong."""


@dataclass(frozen=True)
class Source:
    """Where a column's value stands in a row.

    Attributes:
        name: the column, as rows name it.
        value: place of its value among the values of a row.
        table: place of the name of a lookup's table, None where it is not said.
    """

    name: str
    value: int
    table: int | None = None

    def tables(self, columns: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """The names of the lookup's tables, one for each row; None where it is not said."""
        return [None] * len(columns[self.value]) if self.table is None else columns[self.table]


@dataclass(frozen=True)
class Step:
    """What one column of all these rows needs.

    Attributes:
        source: where its values stand.
        column: the column; None for a member that the Web API itself knows.
        fits: tells the values that go as they are; None where each is to be looked at.
        wrong: why no row can set the column.
    """

    source: Source
    column: Column | None = None
    fits: Fits | None = None
    wrong: Trouble | None = None

    @property
    def member(self) -> str:
        """What holds a value that goes as it is."""
        return self.source.name if self.column is None else self.column.name


@dataclass(frozen=True)
class Plan:
    """What rows with the same columns need.

    Attributes:
        steps: one for each column that is set.
        is_plain: whether rows whose values all go as they are, are bodies already.
        finishes: whether a body is to be looked at as a whole.
    """

    steps: Sequence[Step]
    is_plain: bool
    finishes: bool

    def fits(self, columns: Sequence[Sequence[Any]]) -> bool:
        """Whether rows with these values are bodies already."""
        return self.is_plain and all(
            step.fits is not None and all(map(step.fits, columns[step.source.value])) for step in self.steps
        )


def by_column(rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The values of rows with the same columns, column by column."""
    return [[row[name] for row in rows] for name in rows[0]]


def sources(names: Sequence[str]) -> Iterator[Source]:
    """The columns of rows that have these names: what rows that were read hold beside a value is taken together.
    ``name.table`` stands beside a lookup; ``name.label`` is the value where there is no other.
    """
    places = {name: place for place, name in enumerate(names)}
    for name, place in places.items():
        base, _, part = name.partition(".")
        if part == "label" and base not in places:
            yield Source(base, place, places.get(f"{base}.table"))
        elif part not in ("label", "table"):
            yield Source(name, place, places.get(f"{name}.table"))


def remembering(look: Callable[[Any, Any], _Found]) -> Callable[[Any, Any], _Found]:
    """`look`, asked but once for each text: names, labels and days come again and again in the rows of a list."""
    seen: dict[tuple[str, str | None], _Found] = {}

    def again(value: Any, table: Any) -> _Found:
        if type(value) is not str or not (table is None or type(table) is str):
            return look(value, table)
        if (value, table) not in seen:
            seen[value, table] = look(value, table)
        return seen[value, table]

    return again
