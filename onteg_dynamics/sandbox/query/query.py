"""A query as data, and what it gives: pages of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onteg_dynamics.sandbox.model import Column, Navigation, Table
from onteg_dynamics.sandbox.query.tree import Expression, Operand

MAX_ROWS = 5000


@dataclass(frozen=True)
class Order:
    """One part of ``$orderby``."""

    operand: Operand
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """What to read of one table.

    Attributes:
        table: The table.
        columns: The columns to show.
        asked: ``$select`` as written, for the context URL; empty for all columns.
        filter: The condition, or None.
        order: ``$orderby``.
        top: At most so many rows, or None.
        count: True where the number of rows is asked for.
        expands: Related rows to show with each row.
        token: ``$skiptoken``, or None.
    """

    table: Table
    columns: tuple[Column, ...]
    asked: tuple[str, ...] = ()
    filter: Expression | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    count: bool = False
    expands: tuple[Expand, ...] = ()
    token: str | None = None


@dataclass(frozen=True)
class Expand:
    """One part of ``$expand``: a navigation property and what to read of its rows.

    Attributes:
        navigation: The navigation property.
        query: What to read.
        options: The text between the parentheses.
        reference: True for ``/$ref``: addresses instead of rows.
    """

    navigation: Navigation
    query: Query
    options: str = ""
    reference: bool = False


@dataclass(frozen=True)
class Base:
    """Restricts a query to the rows that a row's collection holds."""

    navigation: Navigation
    row_id: str


@dataclass(frozen=True)
class Row:
    """One row of a result.

    Attributes:
        table: Its table.
        columns: The columns to show.
        values: Stored values by column; a lookup ``x`` comes with ``x__table``, and with ``x__name`` where names were
            asked for. A row with money has ``__symbol``, its currency's.
        version: The row's version, or None where none is to be shown.
        expanded: Related rows by navigation property: a row, a list of rows, or None.
        links: Where a collection goes on, by navigation property: a query below the row's address.
        reference: True where only the row's address is to be shown.
    """

    table: Table
    columns: tuple[Column, ...]
    values: Mapping[str, Any]
    version: int | None = None
    expanded: Mapping[str, Row | list[Row] | None] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    reference: bool = False

    @property
    def row_id(self) -> str:
        """The primary key."""
        return str(self.values[self.table.primary_id])


@dataclass(frozen=True)
class Page:
    """One page of a result.

    Attributes:
        rows: The rows.
        next_token: What ``$skiptoken`` must be to go on, or None at the end.
        count: The number of all rows, at most 5,000; None where it was not asked for.
        count_exceeded: True where there are more than 5,000.
    """

    rows: list[Row]
    next_token: str | None = None
    count: int | None = None
    count_exceeded: bool = False
