"""Which columns of a row to read, and how they come out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import orjson

from onteg_dynamics.dataverse.protocol import LABELS
from onteg_dynamics.dataverse.shape import PARTY_ROLES, Row, page_reader, page_shaper, party_values, plain_row
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Columns, Table
from onteg_dynamics.errors import ErrorDetails, Problem, UnknownNameError

__all__ = ["Selection", "choose", "named"]

_PARTIES = "PartyList"
_PARTY = "$select=participationtypemask,addressused,_partyid_value"


@dataclass
class Selection:
    """What of a table's rows to read.

    Attributes:
        table: the table.
        columns: the columns, none for all of them.
        expand: ``$expand`` text, "" for none.
        labels: bring labels and lookup tables beside the values.
        raw: leave the rows as the service sends them, annotations included.
        known: the table's columns, needed for labels when all columns are read.
    """

    table: Table
    columns: Sequence[Column] = ()
    expand: str = ""
    labels: bool = False
    raw: bool = False
    known: Columns | None = None

    def options(self) -> dict[str, str | None]:
        """The query options that ask for it."""
        names = ",".join(column.wire_name for column in self.columns if column.name not in self._party_columns)
        expand = ",".join(filter(None, (self.expand, f"{self._parties}({_PARTY})" if self._party_columns else "")))
        return {"$select": names or None, "$expand": expand or None}

    @property
    def annotations(self) -> str | None:
        """The annotations that its rows need; None for none."""
        return LABELS if self.labels or self._party_columns else None

    @property
    def _parties(self) -> str:
        """The navigation property that holds all who take part in an activity."""
        return f"{self.table.name}_activity_parties"

    @cached_property
    def _party_columns(self) -> dict[str, int]:
        """The party columns among the columns: they are no properties of a row, but rows of their own."""
        return {
            one.name: PARTY_ROLES[one.name] for one in self.columns if one.type == _PARTIES and one.name in PARTY_ROLES
        }

    def shape(self, row: Row) -> Row:
        """`row` as it goes to the user."""
        return self.shape_all([dict(row)])[0]

    def shape_all(self, rows: list[Row]) -> list[Row]:
        """The rows of one page as they go to the user. Those given are used up: they are changed where they stand."""
        if self.raw or not rows:
            return rows
        if not self.columns and not self.labels:
            return [plain_row(row) for row in rows]
        for row in rows if self._party_columns else ():
            found = row.pop(self._parties, None) or ()
            row.update({name: party_values(found, role) for name, role in self._party_columns.items()})
        columns = self.columns or self._present(rows[0])
        return page_shaper(columns, labels=self.labels, expanded=_navigations(self.expand))(rows)

    def read(self, array: memoryview) -> list[Row]:
        """The rows of one page, by their bytes, as they go to the user.

        Raises:
            ValueError: they are damaged.
        """
        if self.columns and not (self.raw or self.expand or self._party_columns):
            with suppress(ValueError, RecursionError):  # what else they may be, is told where all is read
                return page_reader(self.columns, labels=self.labels)(array)
        return self.shape_all(orjson.loads(array))

    def _present(self, row: Row) -> list[Column]:
        """All columns, as the service sends them when none is chosen: each row has the same."""
        known = self.known.visible() if self.known else ()
        return [column for column in known if column.wire_name in row]


def named(columns: Columns, names: Sequence[str], field: str) -> list[Column]:
    """The columns with these names, in their order.

    Args:
        columns: of a table.
        names: logical names.
        field: what they are called where something is wrong with them.

    Raises:
        UnknownNameError: some do not exist; names each, with what may be meant.
    """
    found = {name: columns.find(name) for name in names}
    unknown = [name for name, column in found.items() if column is None]
    if unknown:
        raise _unknown(columns, unknown, field)
    return [column for column in found.values() if column is not None]


def _unknown(columns: Columns, names: Sequence[str], field: str) -> UnknownNameError:
    table = columns.table.name
    told = [f'{table} has no column "{name}". {_meant(columns, name)}'.strip() for name in names]
    return UnknownNameError(tuple(Problem(field, "", text) for text in told), ErrorDetails(table=table))


def _meant(columns: Columns, name: str) -> str:
    """What may be meant by the name of a column that does not exist."""
    base, _, beside = name.partition(".")
    if beside in ("label", "table") and columns.find(base) is not None:
        return f"It comes beside {base} where Labels is on."
    return suggest(name, [column.name for column in columns.visible()])


def choose(columns: Columns, names: Sequence[str]) -> list[Column]:
    """The columns with these names; the primary key is always among them.

    Raises:
        UnknownNameError: some do not exist; names each, with what may be meant.
    """
    chosen = {column.name: column for column in named(columns, names, "select")}
    key = columns.find(columns.table.primary_id)
    return list({**chosen, **({key.name: key} if key else {})}.values())


def _navigations(expand: str) -> list[str]:
    """The navigation properties at the top of an ``$expand`` text."""
    depth, names, current = 0, [], ""
    for char in expand + ",":
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            names.append(re.split(r"[(/]", current.strip())[0].strip())
            current = ""
        else:
            current += char
    return [name for name in names if name]
