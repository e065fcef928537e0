"""Reading many rows of a table, page by page.

Implements "Query data using the Web API": ``$select``, ``$filter``, ``$orderby``, ``$expand``, ``$count`` and paging.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import FilterTextError, check_filter, query_string, rename_columns
from onteg_dynamics.dataverse.paging import Page, Reader, follow
from onteg_dynamics.dataverse.protocol import LABELS
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Columns
from onteg_dynamics.errors import BadRequestError, InputError, OntegError, Problem, UnknownNameError

__all__ = ["LARGEST_PAGE", "Query", "checked_text", "told_by_field"]

LARGEST_PAGE = 5000
COUNT_CAP = 5000
_UNKNOWN_COLUMN = (
    re.compile(r"Could not find a property named '(?P<name>\w+)' on type 'Microsoft\.Dynamics\.CRM\.(?P<table>\w+)'"),
    re.compile(r"'(?P<table>\w+)' entity doesn't contain attribute with Name = '(?P<name>\w+)'"),
)
"""How the service says it of OData and of FetchXML."""
_TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount,Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"


@dataclass(frozen=True)
class Query:
    """What to read.

    Attributes:
        selection: table and columns.
        filter: OData ``$filter`` text; lookups may be written by their logical name.
        order_by: OData ``$orderby`` text; likewise.
        top: the most rows to read, None for all.
        page_size: rows a page, 1 to 5000.
        count: also count all rows that match (the service counts to 5,000).
        base: path of the collection to read, "" for all of the table's rows.
    """

    selection: Selection
    filter: str = ""
    order_by: str = ""
    top: int | None = None
    page_size: int = LARGEST_PAGE
    count: bool = False
    base: str = ""

    def start(self, link: Link) -> str:
        """The path of the first page.

        Raises:
            InputError: filter or order are certainly wrong.
        """
        return self.path(link.columns(self.selection.table))

    def marks(self) -> Sequence[str]:
        """What else makes it another query."""
        return [str(self.rows_a_page), str(self.selection.labels), str(self.selection.raw)]

    def pages(self, link: Link, path: str, most: int | None = None) -> Iterator[Page]:
        """The page at `path` and those after it, with rows as they go to the user.

        Raises:
            UnknownNameError: the service does not know a column; names the field.
        """
        return self.read(link, path, self.selection.read, most)

    def read(self, link: Link, path: str, reader: Reader = orjson.loads, most: int | None = None) -> Iterator[Page]:
        """The page at `path` and those after it, with rows as `reader` makes them; without one, as they are sent.

        Raises:
            UnknownNameError: the service does not know a column; names the field.
        """
        size, annotations = self.rows_a_page, self.annotations
        texts = {"filter": self.filter, "order_by": self.order_by, "expand": self.selection.expand}
        with told_by_field(link, texts):
            yield from follow(link, path, page_size=size, annotations=annotations, most=most, reader=reader)

    def path(self, columns: Columns) -> str:
        """The path of the first page.

        Raises:
            InputError: filter or order are certainly wrong.
        """
        options = {
            **self.selection.options(),
            "$filter": checked_text("filter", self.filter, columns),
            "$orderby": checked_text("order_by", self.order_by, columns),
            "$count": "true" if self.count else None,
        }
        return (self.base or self.selection.table.entity_set) + query_string(options)

    @property
    def rows_a_page(self) -> int:
        """The page size to ask for: no larger than what is wanted in all."""
        wanted = self.page_size if self.top is None else min(self.page_size, self.top)
        return max(1, min(wanted, LARGEST_PAGE))

    @property
    def annotations(self) -> str | None:
        """The annotations to ask for."""
        if self.selection.raw:
            return "*"
        wanted = [text for text, asked in ((LABELS, self.selection.annotations), (_TOTAL, self.count)) if asked]
        return ",".join(wanted) or None


@contextmanager
def told_by_field(link: Link, texts: Mapping[str, str]) -> Iterator[None]:
    """Tell of the field that names it which column the service does not know.

    Args:
        link: the client at work.
        texts: what was sent, by the name of its field.

    Raises:
        UnknownNameError: the service does not know a column that one of the texts names.
    """
    try:
        yield
    except BadRequestError as exc:
        match = next(filter(None, (one.search(exc.message) for one in _UNKNOWN_COLUMN)), None)
        named = (field for field, text in texts.items() if match and re.search(rf"\b{match['name']}\b", text))
        field = next(named, None)
        if match is None or field is None:
            raise
        hint = suggest(match["name"], _columns_of(link, match["table"]))
        message = f'{match["table"]} has no column "{match["name"]}". {hint}'.strip()
        raise UnknownNameError((Problem(field, "", message),), replace(exc.details, fix=None)) from exc


def _columns_of(link: Link, table: str) -> list[str]:
    """The names of a table's columns; none where it is no table."""
    try:
        return [column.name for column in link.columns(link.table(table)).visible()]
    except OntegError:
        return []


def checked_text(path: str, text: str, columns: Columns) -> str:
    """A filter or order with lookups by the names of their properties.

    Raises:
        InputError: it is certainly wrong.
    """
    problem = None
    try:
        check_filter(text)
    except FilterTextError as exc:
        problem = Problem(path, "", str(exc))
    if problem:
        raise InputError((problem,))
    return rename_columns(text, _renamer(columns))


def _renamer(columns: Columns) -> Callable[[str], str]:
    def rename(name: str) -> str:
        column = columns.by_name.get(name)
        return column.wire_name if column else name

    return rename
