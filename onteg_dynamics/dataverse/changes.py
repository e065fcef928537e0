"""What has changed in a table since the last time, by change tracking.

Implements "Use change tracking to synchronize data with external systems" and OData 4.0 part 1, §11.3 (delta links).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.paging import Trail, fingerprint
from onteg_dynamics.dataverse.protocol import LABELS, Request, prefer
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.errors import BadRequestError, InputError, Problem, ServiceError

__all__ = ["EXPIRED", "Changes", "Position", "read_position"]

EXPIRED = "0x80044352"
NOT_TRACKED = "0x80060888"
_FIX = (
    "Turn on Track changes for the table (Power Apps > Tables > Properties > Advanced options), "
    "or use List New or Updated Records."
)


@dataclass(frozen=True)
class Position:
    """How far the changes of a table are known; small enough to keep between runs.

    Attributes:
        table: logical name.
        link: what to read next: a delta link or a page, relative to the API's root.
        skip: entries of that page that were read already.
        query: fingerprint of the columns, so that it is not used for others.
        full: whether that page belongs to a reading of all rows.
    """

    table: str
    link: str
    skip: int
    query: str
    full: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As JSON, for an engine to keep."""
        return dict(vars(self))


def read_position(state: Mapping[str, Any], selection: Selection) -> Position:
    """The position that `Position.as_dict` made.

    Raises:
        InputError: it is damaged, or belongs to another table or other columns.
    """
    try:
        position = Position(**state)
        whole = all(isinstance(one, str) for one in (position.link, position.query)) and position.skip >= 0
    except TypeError:
        whole = False
    if not whole:
        raise InputError((Problem("state", "", "is damaged; use it exactly as the earlier step gave it"),))
    if position.query != _mark(selection):
        raise InputError((Problem("state", "", "belongs to another table or other columns; start without it"),))
    return position


@dataclass
class Changes:
    """Changes under way: iterate over pages of rows that are new or changed; what was deleted gathers beside them.

    Args:
        link: the client at work.
        selection: table and columns.
        position: where an earlier reading ended; None to begin with all rows.
        limit: the most entries to hand out, None for no limit.
        only_later: to begin with, hand out nothing: only what changes from now on counts.
        known_ids: GUIDs of the rows that the caller has, by which deletes are found when the position has expired.
        annotations: what to bring beside the values; by default labels where the selection wants them.
        page_size: rows to ask for at a time; the service's own where it is None.

    Attributes:
        deleted: GUIDs of rows that are gone.
        complete: whether every change up to now was handed out.
        resynchronised: the position had expired, and all rows were read anew.
        begun: the page at hand is the first of a reading of all rows.
        full: the page at hand belongs to such a reading.
    """

    link: Link
    selection: Selection
    position: Position | None = None
    limit: int | None = None
    only_later: bool = False
    known_ids: Collection[str] = ()
    annotations: str | None = None
    page_size: int | None = None
    deleted: list[str] = field(default_factory=list)
    complete: bool = False
    resynchronised: bool = False
    begun: bool = False
    full: bool = False

    def __iter__(self) -> Iterator[list[Row]]:
        """The pages.

        Raises:
            BadRequestError: the table does not track changes.
        """
        try:
            yield from self._pages()
        except ServiceError as exc:
            if self.position is None or exc.details.code != EXPIRED:
                raise self._explained(exc) from exc
            self.position, self.resynchronised = None, True
            yield from self._all_again()

    def _all_again(self) -> Iterator[list[Row]]:
        """All rows; what the caller has beyond them was deleted."""
        missing = {own.lower() for own in self.known_ids}
        for page in self._pages():
            missing -= {str(row[self.selection.table.primary_id]).lower() for row in page}
            yield page
        if self.complete:
            self.deleted += sorted(missing)

    def _pages(self) -> Iterator[list[Row]]:
        given, trail = 0, Trail()
        self.begun = self.position is None
        position = self.position or self._beginning()
        while not self.complete:
            self.full = position.full
            trail.enter(position.link)
            data = self._fetch(position)
            entries = data["value"][position.skip :]
            room = None if self.limit is None else self.limit - given
            taken = entries if room is None else entries[:room]
            given += len(taken)
            rows = self._sorted_out(taken, show=not (self.only_later and position.full))
            self.position = position = self._after(position, len(taken), len(entries), data)
            trail.leave(data.get("@odata.nextLink"), empty=not data["value"])
            yield rows
            self.begun = False
            if self.limit is not None and given >= self.limit:
                return

    def _fetch(self, position: Position) -> Mapping[str, Any]:
        annotations = self.annotations or (LABELS if self.selection.labels else None)
        headers = dict(prefer(page_size=self.page_size, annotations=annotations))
        wish = "odata.track-changes" if position.full else ""
        headers["Prefer"] = ",".join(one for one in (wish, headers.get("Prefer", "")) if one)
        answer: Mapping[str, Any] = self.link.send(Request("GET", position.link, headers=headers)).data
        self.link.call.usage.add(pages=1, rows=len(answer["value"]))
        return answer

    def _sorted_out(self, entries: list[Row], *, show: bool) -> list[Row]:
        """The rows of a page; what was deleted is noted."""
        rows = [entry for entry in entries if entry.get("reason") != "deleted"]
        self.deleted += [entry["id"] for entry in entries if entry.get("reason") == "deleted"]
        return self.selection.shape_all(rows) if show else []

    def _after(self, position: Position, taken: int, there: int, data: Mapping[str, Any]) -> Position:
        if taken < there:
            return replace(position, skip=position.skip + taken)
        following, end = data.get("@odata.nextLink"), data.get("@odata.deltaLink")
        self.complete = following is None
        link = self._relative(following or end or position.link)
        return replace(position, link=link, skip=0, full=position.full and following is not None)

    def _relative(self, url: str) -> str:
        transport = self.link.transport
        return transport.url(url).removeprefix(transport.root)

    def _beginning(self) -> Position:
        table = self.selection.table
        path = table.entity_set + query_string(self.selection.options())
        return Position(table.name, path, 0, _mark(self.selection), full=True)

    def _explained(self, error: ServiceError) -> ServiceError:
        if not isinstance(error, BadRequestError) or error.details.code != NOT_TRACKED:
            return error
        return type(error)(f"{self.selection.table.label} does not track changes.", replace(error.details, fix=_FIX))


def _mark(selection: Selection) -> str:
    names = sorted(column.name for column in selection.columns)
    return fingerprint([selection.table.name, *names, str(selection.labels)])
