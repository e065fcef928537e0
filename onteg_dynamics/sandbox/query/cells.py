"""Results whose columns have names of their own: FetchXML, SQL and ``$apply``; a cell without a value is not shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.model import Column, Table


@dataclass(frozen=True)
class Cell:
    """One column of a result.

    Attributes:
        key: Its name in the result.
        sql: Where its value comes from.
        column: How the value is shown, or None for a plain number or text.
        attribute: The column's name where the key is another one, or empty.
        kind: For a lookup the SQL of the table that it points into.
        currency: For money the SQL of its row's currency, or empty for the base currency.
        words: How a person reads the value where no column tells it.
    """

    key: str
    sql: str
    column: Column | None = None
    attribute: str = ""
    kind: str = ""
    currency: str = ""
    words: Callable[[Any], str] | None = None

    @property
    def selected(self) -> tuple[str, ...]:
        """What to select for it: the value, and what goes with it."""
        return tuple(part for part in (self.sql, self.kind, self.currency) if part)


@dataclass(frozen=True)
class Line:
    """One row of a result: what its cells select, in their order, and its version or None."""

    values: tuple[Any, ...]
    version: int | None = None


@dataclass(frozen=True)
class Listing:
    """One page of a result.

    Attributes:
        table: The table that the address names.
        cells: The columns.
        lines: The rows.
        shape: The properties that the context URL names.
        names: Names of rows by table and id, where they were asked for.
        symbols: Currency symbols by the currency's id.
        next_token: What leads to the next page, or None at the end.
        has_cookie: True where the next page can be found without counting.
        count: The number of all rows, at most 5,000; None where it was not asked for.
        count_exceeded: True where there are more than 5,000.
    """

    table: Table
    cells: tuple[Cell, ...]
    lines: list[Line]
    shape: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    next_token: str | None = None
    has_cookie: bool = False
    count: int | None = None
    count_exceeded: bool = False


def offsets(cells: Sequence[Cell]) -> list[int]:
    """Where each cell's value stands among the selected values."""
    found, position = [], 0
    for cell in cells:
        found.append(position)
        position += len(cell.selected)
    return found
