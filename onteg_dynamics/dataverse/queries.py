"""Reading many rows of a table, page by page.

Implements "Query data using the Web API": ``$select``, ``$filter``, ``$orderby``, ``$expand``, ``$count`` and paging.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import FilterTextError, check_filter, query_string, rename_columns
from onteg_dynamics.dataverse.paging import Cursor, Page, fingerprint, follow
from onteg_dynamics.dataverse.protocol import LABELS
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Columns
from onteg_dynamics.errors import BadRequestError, InputError, OntegError, Problem, UnknownNameError

__all__ = ["LARGEST_PAGE", "Query", "Reading", "Stop"]

LARGEST_PAGE = 5000
COUNT_CAP = 5000
_UNKNOWN_PROPERTY = re.compile(
    r"Could not find a property named '(?P<name>\w+)' on type 'Microsoft\.Dynamics\.CRM\.(?P<table>\w+)'"
)
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
    """

    selection: Selection
    filter: str = ""
    order_by: str = ""
    top: int | None = None
    page_size: int = LARGEST_PAGE
    count: bool = False

    def path(self, columns: Columns) -> str:
        """The path of the first page.

        Raises:
            InputError: filter or order are certainly wrong.
        """
        options = {
            **self.selection.options(),
            "$filter": _checked("filter", "Filter", self.filter, columns),
            "$orderby": _checked("order_by", "Order By", self.order_by, columns),
            "$count": "true" if self.count else None,
        }
        return self.selection.table.entity_set + query_string(options)

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
        wanted = [text for text, asked in ((LABELS, self.selection.labels), (_TOTAL, self.count)) if asked]
        return ",".join(wanted) or None


def _checked(path: str, label: str, text: str, columns: Columns) -> str:
    problem = None
    try:
        check_filter(text)
    except FilterTextError as exc:
        problem = Problem(path, label, str(exc))
    if problem:
        raise InputError((problem,))
    return rename_columns(text, _renamer(columns))


def _renamer(columns: Columns) -> Callable[[str], str]:
    def rename(name: str) -> str:
        column = columns.by_name.get(name)
        return column.wire_name if column else name

    return rename


@dataclass
class Stop:
    """How a reading ended.

    Attributes:
        complete: whether every row that matches was read.
        reason: ``end``, ``top``, ``limit`` (of what fits in a step's output) or ``unfinished``.
        cursor: goes on where the reading ended; None when it is complete.
        count: all rows that match, where asked for.
        count_is_minimum: there are more than the service counts.
    """

    complete: bool = False
    reason: str = "unfinished"
    cursor: str | None = None
    count: int | None = None
    count_is_minimum: bool = False


@dataclass
class Reading:
    """A query under way: iterate over its pages of rows; `stop` tells at any time how it stands.

    Args:
        link: the client at work.
        query: what to read.
        cursor: where an earlier reading ended, "" to begin.
        limit: the most rows to hand out before stopping with reason ``limit``; None for no limit.
    """

    link: Link
    query: Query
    cursor: str = ""
    limit: int | None = None
    stop: Stop = field(default_factory=Stop)

    def __post_init__(self) -> None:
        selection = self.query.selection
        self._path = self.query.path(self.link.columns(selection.table))
        self._mark = fingerprint([self._path, str(self.query.rows_a_page), str(selection.labels), str(selection.raw)])
        self._start = Cursor.decode(self.cursor, self._mark) if self.cursor else Cursor(self._path, 0, self._mark)

    def __iter__(self) -> Iterator[list[Row]]:
        """The pages, each a list of rows as `Selection.shape` makes them."""
        skip, given = self._start.skip, 0
        for page in self._pages():
            self._note_count(page.data)
            room, reason = self._room(given)
            taken = page.rows[skip : None if room is None else skip + room]
            given += len(taken)
            self._note_position(page, skip + len(taken), reason if self._room(given)[0] == 0 else "unfinished")
            yield self.query.selection.shape_all(taken)
            if self.stop.reason != "unfinished":
                return
            skip = 0

    def _pages(self) -> Iterator[Page]:
        try:
            yield from follow(
                self.link, self._start.link, page_size=self.query.rows_a_page, annotations=self.query.annotations
            )
        except BadRequestError as exc:
            raise self._explained(exc) from exc

    def _explained(self, refusal: BadRequestError) -> OntegError:
        """The service's "could not find a property", said of the field that names it."""
        match = _UNKNOWN_PROPERTY.search(refusal.message)
        told = match and self._field_with(match["name"])
        if not match or not told:
            return refusal
        table = self.query.selection.table
        known = [column.name for column in self.link.columns(table).visible()] if match["table"] == table.name else []
        message = f'{match["table"]} has no column "{match["name"]}". {suggest(match["name"], known)}'.strip()
        return UnknownNameError((Problem(told, "", message),), replace(refusal.details, fix=None))

    def _field_with(self, name: str) -> str:
        """The field whose text names this column, "" for none."""
        texts = {"filter": self.query.filter, "order_by": self.query.order_by, "expand": self.query.selection.expand}
        return next((field for field, text in texts.items() if re.search(rf"\b{re.escape(name)}\b", text)), "")

    def _room(self, given: int) -> tuple[int | None, str]:
        """How many more rows may be handed out, and what forbids more."""
        bounds = [
            (bound - given, reason)
            for bound, reason in ((self.query.top, "top"), (self.limit, "limit"))
            if bound is not None
        ]
        return min(bounds, default=(None, ""))

    def _note_position(self, page: Page, used: int, reason: str) -> None:
        if used >= len(page.rows) and page.next_link is None:
            self.stop = replace(self.stop, complete=True, reason="end", cursor=None)
            return
        here = (
            Cursor(page.link, used, self._mark)
            if used < len(page.rows)
            else Cursor(page.next_link or "", 0, self._mark)
        )
        self.stop = replace(self.stop, complete=False, reason=reason, cursor=here.encode())

    def _note_count(self, data: dict[str, Any]) -> None:
        count = data.get("@odata.count")
        if count is not None and self.stop.count is None:
            exceeded = bool(data.get("@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"))
            self.stop = replace(self.stop, count=count, count_is_minimum=exceeded)
