"""Reading the rows of any query: page by page, up to a limit, on from where an earlier step stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.paging import Cursor, Page, fingerprint
from onteg_dynamics.dataverse.shape import Row

__all__ = ["Reading", "Source", "Stop"]


class Source(Protocol):
    """What can be read: OData, FetchXML or SQL."""

    @property
    def top(self) -> int | None:
        """The most rows to read, None for all."""

    def start(self, link: Link) -> str:
        """The path of the first page; what is certainly wrong is refused here."""

    def marks(self) -> Sequence[str]:
        """What else makes it another query, so that its cursors do not fit."""

    def pages(self, link: Link, path: str, most: int | None = None) -> Iterator[Page]:
        """The page at `path` and those after it, with rows as they go to the user.

        `most` of them are wanted at the most, None for all.
        """


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
    query: Source
    cursor: str = ""
    limit: int | None = None
    stop: Stop = field(default_factory=Stop)

    def __post_init__(self) -> None:
        path = self.query.start(self.link)
        self._mark = fingerprint([path, *self.query.marks()])
        self._start = Cursor.decode(self.cursor, self._mark) if self.cursor else Cursor(path, 0, self._mark)

    def __iter__(self) -> Iterator[list[Row]]:
        """The pages, each a list of rows as the query shapes them."""
        skip, given = self._start.skip, 0
        room = self._room(0)[0]
        for page in self.query.pages(self.link, self._start.link, None if room is None else skip + room):
            self._note_count(page.data)
            room, reason = self._room(given)
            taken = page.rows[skip : None if room is None else skip + room]
            given += len(taken)
            self._note_position(page, skip + len(taken), reason if self._room(given)[0] == 0 else "unfinished")
            yield taken
            if self.stop.reason != "unfinished":
                return
            skip = 0

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

    def _note_count(self, data: Mapping[str, Any]) -> None:
        count = data.get("@odata.count")
        if count is not None and self.stop.count is None:
            exceeded = bool(data.get("@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"))
            self.stop = replace(self.stop, count=count, count_is_minimum=exceeded)
