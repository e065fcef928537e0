"""A SELECT whose columns are cells: run, and remembered where it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.cells import Cell, Line, Listing, offsets
from onteg_dynamics.sandbox.query.names import currency_symbols, row_names
from onteg_dynamics.sandbox.query.order import SortKey, order_by, token
from onteg_dynamics.sandbox.query.query import MAX_ROWS
from onteg_dynamics.sandbox.query.sql import Sql
from onteg_dynamics.sandbox.world import World


@dataclass(frozen=True)
class Statement:
    """A SELECT.

    Attributes:
        table: The table that the address names.
        cells: What it selects.
        source: FROM and WHERE.
        keys: What rows are ordered by.
        cookie: The keys that find the next page without counting, or none where that is not possible.
        version: The SQL of a row's version, or empty.
        group: GROUP BY with its list, or empty.
        shape: The properties that the context URL names.
    """

    table: Table
    cells: tuple[Cell, ...]
    source: Sql
    keys: tuple[SortKey, ...] = ()
    cookie: tuple[SortKey, ...] = ()
    version: str = ""
    group: str = ""
    shape: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Which of the rows: so many from an offset, perhaps behind a row; a page goes on, a cut does not."""

    limit: int
    offset: int = 0
    after: Sql | None = None
    page: int = 1
    goes_on: bool = True


def run_statement(world: World, statement: Statement, stretch: Stretch, *, names: bool, count: bool) -> Listing:
    """One page of a statement's rows.

    Args:
        world: The sandbox.
        statement: What to read.
        stretch: Which rows.
        names: True to look up names and currency symbols.
        count: True to count all rows.
    """
    found = _fetch(world, statement, stretch)
    next_token = None
    if stretch.goes_on and len(found) > stretch.limit:
        found = found[: stretch.limit]
        next_token = _token(statement, stretch, found)
    number = _count(world, statement) if count else None
    return Listing(
        table=statement.table,
        cells=statement.cells,
        lines=_lines(statement, found),
        shape=statement.shape,
        names=_names(world, statement.cells, found) if names else {},
        symbols=_symbols(world, statement.cells, found) if names else {},
        next_token=next_token,
        has_cookie=bool(statement.cookie),
        count=None if number is None else min(number, MAX_ROWS),
        count_exceeded=(number or 0) > MAX_ROWS,
    )


def _fetch(world: World, statement: Statement, stretch: Stretch) -> list[tuple[Any, ...]]:
    selected = [*_selected(statement), *(key.sql for key in statement.cookie)]
    after = f" AND {stretch.after.text}" if stretch.after is not None else ""
    order = f" ORDER BY {order_by(statement.keys)}" if statement.keys else ""
    text = f"SELECT {', '.join(selected)} {statement.source.text}{after} {statement.group}{order} LIMIT ? OFFSET ?"
    limit = stretch.limit + 1 if stretch.goes_on else stretch.limit
    more = stretch.after.parameters if stretch.after is not None else ()
    return world.store.db.execute(text, (*statement.source.parameters, *more, limit, stretch.offset)).fetchall()


def _selected(statement: Statement) -> list[str]:
    parts = [part for cell in statement.cells for part in cell.selected]
    return [*parts, statement.version] if statement.version else parts or ["1"]


def _token(statement: Statement, stretch: Stretch, found: list[tuple[Any, ...]]) -> str:
    width = len(statement.cookie)
    first, last = (row[len(row) - width :] for row in (found[0], found[-1]))
    return token(stretch.page, statement.cookie, first, last)


def _count(world: World, statement: Statement) -> int:
    """How many rows there are; counting stops behind what the service tells."""
    selected = "1" if statement.version else ", ".join(_selected(statement))
    text = f"SELECT count(*) FROM (SELECT {selected} {statement.source.text} {statement.group} LIMIT ?)"
    return int(world.store.db.execute(text, (*statement.source.parameters, MAX_ROWS + 1)).fetchone()[0])


def _lines(statement: Statement, found: list[tuple[Any, ...]]) -> list[Line]:
    if not statement.version:
        return [Line(row) for row in found]
    position = sum(len(cell.selected) for cell in statement.cells)
    return [Line(row, row[position]) for row in found]


def _names(world: World, cells: Sequence[Cell], found: list[tuple[Any, ...]]) -> dict[str, dict[str, str]]:
    wanted: dict[str, set[str]] = {}
    for cell, position in zip(cells, offsets(cells), strict=True):
        if cell.kind:
            for row in found:
                if row[position] is not None:
                    wanted.setdefault(row[position + 1] or "", set()).add(row[position])
    return row_names(world, wanted)


def _symbols(world: World, cells: Sequence[Cell], found: list[tuple[Any, ...]]) -> dict[str, str]:
    places = [position + 1 for cell, position in zip(cells, offsets(cells), strict=True) if cell.currency]
    wanted = {row[place] for row in found for place in places} - {None}
    return currency_symbols(world, wanted) if wanted else {}
