"""Rows that are new or changed since the last time, by their time stamps: for tables that do not track changes.

A row's stamp is set before its transaction ends, so a row may turn up with a stamp that lies before one already seen.
Each reading therefore reaches back a little, and what it has handed out before it leaves out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from onteg_dynamics.dataverse.conditions import all_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.paging import fingerprint
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.queries import Query, told_by_field
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Mark", "Newest", "read_mark"]

OVERLAP = 60.0
"""Seconds that a reading reaches back: longer than transactions usually last."""


@dataclass(frozen=True)
class Mark:
    """How far a table was read; small enough to keep between runs.

    Attributes:
        since: the latest stamp that was seen, ISO in UTC.
        seen: what was handed out with stamps that the next reading reaches back to, each a short hash.
        query: fingerprint of table, filter and stamp column.
    """

    since: str
    seen: tuple[str, ...]
    query: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON, for an engine to keep."""
        return {"since": self.since, "seen": list(self.seen), "query": self.query}


def read_mark(state: Mapping[str, Any]) -> Mark:
    """The mark that `Mark.as_dict` made.

    Raises:
        InputError: it is damaged.
    """
    try:
        mark = Mark(str(state["since"]), tuple(map(str, state["seen"])), str(state["query"]))
        _moment(mark.since)
    except (KeyError, TypeError, ValueError):
        problem = Problem("state", "", "is damaged; use it exactly as the earlier step gave it")
    else:
        return mark
    raise InputError((problem,))


@dataclass
class Newest:
    """New rows under way: iterate over pages of them; `mark` tells at any time how far they were read.

    Args:
        link: the client at work.
        selection: table and columns; `stamp`, the key and the version are read too.
        stamp: ``modifiedon``, or ``createdon`` for new rows only.
        filter: which rows.
        mark: where an earlier reading ended; None to begin.
        since: where to begin without a mark; None for now.
        limit: the most rows to hand out, None for no limit.
        overlap: seconds to reach back.

    Attributes:
        complete: whether every row up to now was handed out.
    """

    link: Link
    selection: Selection
    stamp: str = "modifiedon"
    filter: str = ""
    mark: Mark | None = None
    since: datetime | None = None
    limit: int | None = None
    overlap: float = OVERLAP
    complete: bool = False
    _recent: dict[str, str] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[list[Row]]:
        """The pages.

        Raises:
            InputError: the mark belongs to another query.
        """
        mark = self._checked(self.mark)
        if mark is not None:
            # What lies before a moment that was given is not asked for.
            yield from self._pages(mark, self.overlap if self.mark is not None else 0.0)
        else:  # what is there now counts as seen
            self.limit = None
            for _ in self._pages(Mark(self._now(), (), self._query()), self.overlap):
                pass

    def _pages(self, mark: Mark, reach: float) -> Iterator[list[Row]]:
        seen, given = set(mark.seen), 0
        self._recent = dict.fromkeys(mark.seen, mark.since)
        self.mark = mark
        for page in self._rows(mark, reach):
            fresh = [row for row in page if _hash(self.selection, row) not in seen]
            room = None if self.limit is None else self.limit - given
            taken = fresh if room is None else fresh[:room]
            given += len(taken)
            self._note(taken)
            yield self.selection.shape_all(taken)
            if self.limit is not None and given >= self.limit:
                return
        self.complete = True

    def _rows(self, mark: Mark, reach: float) -> Iterator[list[Row]]:
        since = _moment(mark.since) - timedelta(seconds=reach)
        condition = all_of((self.filter, f"{self.stamp} ge {literal(since)}"))
        query = Query(self.selection, condition, f"{self.stamp},{self.selection.table.primary_id}")
        for page in query.read(self.link, query.start(self.link)):
            yield page.rows

    def _note(self, rows: list[Row]) -> None:
        """What the next reading will meet again."""
        self._recent |= {_hash(self.selection, row): row[self.stamp] for row in rows}
        latest = max(self._recent.values(), default=self.mark.since if self.mark else "")
        back = (_moment(latest) - timedelta(seconds=self.overlap)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._recent = {own: moment for own, moment in self._recent.items() if moment >= back}
        self.mark = Mark(latest, tuple(self._recent), self._query())

    def _checked(self, mark: Mark | None) -> Mark | None:
        if mark is None:
            return None if self.since is None else Mark(literal(self.since), (), self._query())
        if mark.query != self._query():
            raise InputError((Problem("state", "", "belongs to another table or filter; start without it"),))
        return mark

    def _query(self) -> str:
        return fingerprint([self.selection.table.name, self.stamp, self.filter])

    def _now(self) -> str:
        """The latest stamp that there is: the service's own clock, whatever ours says."""
        options = {"$select": self.stamp, "$orderby": f"{self.stamp} desc", "$top": "1", "$filter": self.filter}
        path = self.selection.table.entity_set + query_string(options)
        with told_by_field(self.link, {"filter": self.filter}):
            rows = self.link.send(Request("GET", path)).data["value"]
        return str(rows[0][self.stamp]) if rows else literal(datetime(1900, 1, 1, tzinfo=timezone.utc))


def _hash(selection: Selection, row: Row) -> str:
    """Tells a row in one version from any other."""
    text = f"{row[selection.table.primary_id]}:{row.get('@odata.etag')}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
