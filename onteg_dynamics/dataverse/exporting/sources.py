"""What can be exported: rows of a table, and the rows of a FetchXML query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from onteg_dynamics.dataverse.conditions import all_of
from onteg_dynamics.dataverse.exporting.fields import Field, Kind, fields_of
from onteg_dynamics.dataverse.fetchxml import FetchQuery, Shown, next_page
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.paging import After, next_link
from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE, Request, prefer
from onteg_dynamics.dataverse.queries import LARGEST_PAGE, Query, checked_text
from onteg_dynamics.dataverse.ranges import STAMP, Measure, Range, condition, split
from onteg_dynamics.dataverse.selection import Selection, choose
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.errors import BadRequestError, InputError, OntegError, Problem

__all__ = ["FetchSource", "Source", "Split", "TableSource", "table_source"]

SMALL = 20_000
"""A stream of so few rows is not split: four pages."""
MOST, QUESTIONS, AT_ONCE = 48, 80, 8
_NOT_IN_FILES = {"PartyList", "Virtual", "CalendarRules", "ManagedProperty", "EntityName", "Image"}
_TOO_MANY = "0x8004e023"
_WHOLE = frozenset({"count", "countcolumn", "dategrouping"})
_WIDER: Mapping[tuple[str, Kind], Kind] = {
    ("sum", "whole"): "big",
    ("avg", "whole"): "number",
    ("avg", "big"): "number",
}


@dataclass(frozen=True)
class Split:
    """How the reading is split.

    Attributes:
        paths: the first page of each stream.
        total: how many rows there are, None where that is not known.
        why_one: why there is only one stream, "" where it is by choice or there are several.
    """

    paths: Sequence[str]
    total: int | None = None
    why_one: str = ""


class Source(Protocol):
    """What is exported."""

    @property
    def table(self) -> Table:
        """The rows' table."""

    def fields(self, link: Link) -> list[Field]:
        """The columns of the file."""

    def headers(self) -> Mapping[str, str]:
        """Sent with the request for each page."""

    def after(self, link: Link) -> After:
        """How to go on."""

    def whole(self, link: Link) -> str:
        """The first page of the only stream."""

    def split(self, link: Link, parallel: int) -> Split:
        """Streams of which so many can be read at the same time; together they have each row once."""


@dataclass(frozen=True)
class TableSource:
    """Rows of a table.

    Attributes:
        selection: table and columns.
        columns: the columns of the file.
        filter: which rows, "" for all.
        page_size: rows a page.
    """

    selection: Selection
    columns: Sequence[Column]
    filter: str = ""
    page_size: int = LARGEST_PAGE

    @property
    def table(self) -> Table:
        """As in `Source`."""
        return self.selection.table

    def fields(self, link: Link) -> list[Field]:
        """As in `Source`."""
        return fields_of(link, self.table, self.columns, labels=self.selection.labels)

    def headers(self) -> Mapping[str, str]:
        """As in `Source`."""
        lookups = any(column.is_lookup for column in self.columns)
        wanted = [FORMATTED] * self.selection.labels + [LOOKUP_TABLE] * lookups
        return prefer(page_size=self.page_size, annotations=",".join(wanted) or None)

    def after(self, link: Link) -> After:
        """As in `Source`."""
        return next_link(link)

    def whole(self, link: Link) -> str:
        """As in `Source`."""
        return self._query(self.filter).start(link)

    def split(self, link: Link, parallel: int) -> Split:
        """By the moment that rows were created. What cannot be split safely is one stream."""
        why = self._why_not(link)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            extent = None if why else self._extent(link, pool)
            if extent is None:
                return Split([self.whole(link)], why_one=why)
            measure = Measure(SMALL, _fair(extent[2], parallel), MOST, QUESTIONS)
            ranges = split(*extent, lambda wanted: list(pool.map(lambda one: self._rows(link, one), wanted)), measure)
        counts = [one.rows for one in ranges]
        total = None if None in counts else sum(rows or 0 for rows in counts)
        if len(ranges) == 1:
            why = "" if total is not None and total <= SMALL else "all rows were created in the same second"
        return Split([self._part(link, one) for one in ranges], total, why)

    def _why_not(self, link: Link) -> str:
        stamp = link.columns(self.table).find(STAMP)
        if stamp is None or stamp.type != "DateTime" or not stamp.readable:
            return f"{self.table.name} has no column {STAMP}"
        kind = self.table.kind
        return "" if kind == "Standard" else f"{self.table.name} is no standard table ({kind})"

    def _extent(self, link: Link, pool: Executor) -> tuple[datetime, datetime, int | None] | None:
        """When the first and the last row was created and how many there are; None where it cannot be told."""
        rows = pool.submit(self._count, link, self.filter)
        try:
            first, last = pool.map(lambda order: self._end(link, order), ("asc", "desc"))
            return (first, last, rows.result()) if first and last else None
        except BadRequestError:
            return None

    def _end(self, link: Link, order: str) -> datetime | None:
        text = self._checked(link, all_of((self.filter, f"{STAMP} ne null")))
        options = {"$select": STAMP, "$filter": text, "$orderby": f"{STAMP} {order}", "$top": "1"}
        rows = link.send(Request("GET", self.table.entity_set + query_string(options))).data["value"]
        return datetime.fromisoformat(rows[0][STAMP].replace("Z", "+00:00")) if rows else None

    def _rows(self, link: Link, one: Range) -> int | None:
        return self._count(link, all_of((self.filter, condition(one))))

    def _count(self, link: Link, text: str) -> int | None:
        """How many rows there are; None for more than the service counts."""
        checked = self._checked(link, text)
        apply = (f"filter({checked})/" if checked else "") + "aggregate($count as count)"
        try:
            rows = link.send(Request("GET", self.table.entity_set + query_string({"$apply": apply}))).data["value"]
        except OntegError as exc:
            if (exc.details.code or "").lower() != _TOO_MANY:
                raise
            return None
        return int(rows[0].get("count", 0)) if rows else 0

    def _part(self, link: Link, one: Range) -> str:
        return self._query(all_of((self.filter, condition(one)))).start(link)

    def _query(self, text: str) -> Query:
        return Query(self.selection, text, page_size=self.page_size)

    def _checked(self, link: Link, text: str) -> str:
        return checked_text("filter", text, link.columns(self.table))


def _fair(rows: int | None, parallel: int) -> int:
    """How many rows a stream should have, so that all workers end at about the same time."""
    rounds = max(-(-rows // (SMALL * parallel)), 1) if rows else 1
    return -(-rows // (rounds * parallel)) if rows else SMALL


def table_source(
    link: Link, table: Table, select: Sequence[str], condition: str, *, labels: bool, page_size: int
) -> TableSource:
    """Rows of `table`; all columns that fit a file where none is named.

    Raises:
        UnknownNameError: a column does not exist.
    """
    columns = link.columns(table)
    chosen = choose(columns, select) if select else ()
    kept = chosen or [column for column in columns.visible() if column.type not in _NOT_IN_FILES]
    return TableSource(Selection(table, chosen, labels=labels), kept, condition, page_size)


@dataclass(frozen=True)
class FetchSource:
    """The rows of a FetchXML query; a saved view is one too.

    Attributes:
        query: the query.
        table: the table it reads.
    """

    query: FetchQuery
    table: Table

    def fields(self, link: Link) -> list[Field]:
        """Every column that the query names.

        Raises:
            InputError: it names none.
        """
        found = [field for one in self.query.shown(link) for field in self._fields(link, one)]
        if not found:
            raise InputError((Problem("fetchxml", "", "names no columns; the file needs to know them"),))
        return found

    def _fields(self, link: Link, one: Shown) -> list[Field]:
        if one.column is None:
            return [_figure(link, one)]
        column = one.column
        return [
            replace(
                field,
                name=one.name + field.name.removeprefix(column.name),
                source=one.source + field.source.removeprefix(column.wire_name),
            )
            for field in fields_of(link, one.table, [column], labels=self.query.labels)
        ]

    def headers(self) -> Mapping[str, str]:
        """As in `Source`."""
        return self.query.headers(LOOKUP_TABLE)

    def after(self, link: Link) -> After:
        """As in `Source`."""
        return next_page(link)

    def whole(self, link: Link) -> str:
        """As in `Source`."""
        return self.query.start(link)

    def split(self, link: Link, _: int) -> Split:
        """As in `Source`."""
        return Split([self.whole(link)], why_one="a FetchXML query is read in one stream")


def _figure(link: Link, one: Shown) -> Field:
    """A figure of a column: counts and parts of dates are whole numbers, all others are of the column's own kind, with
    room for sums and means.
    """
    if one.figure in _WHOLE:
        return Field(one.name, one.source, "big", "BigInt")
    if one.figure_of is None:
        return Field(one.name, one.source, "text", "")
    field = fields_of(link, one.table, [one.figure_of], labels=False)[0]
    return replace(field, name=one.name, source=one.source, kind=_WIDER.get((one.figure, field.kind), field.kind))
