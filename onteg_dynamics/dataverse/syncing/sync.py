"""A synchronisation on its way: changes read page by page, kept with the position they lead to, given their place.

Implements "Use change tracking to synchronize data with external systems".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from onteg_dynamics.dataverse.changes import Changes, Position, read_position
from onteg_dynamics.dataverse.exporting.sources import TableSource
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.paging import fingerprint
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Part", "Store", "Sync", "Synced", "problem"]


@dataclass(frozen=True)
class Part:
    """One page of changes, and what is known once it is kept.

    Attributes:
        rows: new or changed, as the service sends them.
        deleted: GUIDs of rows that are gone.
        state: where to go on.
        begun: the first page of a reading of all rows: what was kept of an earlier such reading is void.
        full: it belongs to such a reading; it stands beside the rows that are there until that is complete.
    """

    rows: Sequence[Row]
    deleted: Sequence[str]
    state: Mapping[str, Any]
    begun: bool
    full: bool


class Store(Protocol):
    """Where rows are kept, each part together with its state."""

    def opened(self) -> AbstractContextManager[None]:
        """The store, for this process alone.

        Raises:
            InputError: another process is at work on it, or what stands there is not ours.
        """

    def state(self) -> Mapping[str, Any] | None:
        """Where to go on: after the last part that was kept. None where nothing was."""

    def keep(self, part: Part) -> None:
        """Keep a part and its state, both or none."""

    def finish(self) -> int:
        """All changes are kept: show them. How many rows there are now."""


@dataclass(frozen=True)
class Synced:
    """What became of it.

    Attributes:
        rows: that the file has now.
        written: rows that were new or changed.
        deleted: rows that were gone.
        full: whether all rows were read.
        why: why they were, "" where it was the first time or they were not.
    """

    rows: int
    written: int
    deleted: int
    full: bool
    why: str


@dataclass
class Sync:
    """One synchronisation.

    Args:
        link: the client at work.
        source: table and columns; a filter does not go with change tracking.
        store: where rows are kept.
        anew: read all rows even where an earlier state is known.
    """

    link: Link
    source: TableSource
    store: Store
    anew: bool = False
    clock: Callable[[], float] = time.monotonic
    _why: str = ""
    _written: int = 0

    def __post_init__(self) -> None:
        """The clock runs from here."""
        self._started = self.clock()

    def run(self) -> Synced:
        """Do it.

        Raises:
            BadRequestError: the table does not track changes.
            InputError: the file is not ours, holds something else, or another process is at work on it.
            OntegError: what reading met. Run again, it goes on after the last page that was kept.
        """
        with self.store.opened():
            state = self.store.state()
            rounds = [self._round(self._position(state))]
            if state is not None and not state["complete"]:
                # What was left unfinished leads to the changes up to then, not up to now.
                rounds.append(self._round(rounds[0].position))
            rows = self.store.finish()
        if any(one.resynchronised for one in rounds):
            self._why = "the state had expired"
        deleted = sum(len(one.deleted) for one in rounds)
        return Synced(rows, self._written, deleted, any(one.full for one in rounds), self._why)

    def _round(self, position: Position | None) -> Changes:
        """Read the changes from a position on, and keep them."""
        changes, told = self._changes(position), 0
        for page in changes:
            gone = changes.deleted[told:]
            self.store.keep(Part(page, gone, self._state(changes), changes.begun, changes.full))
            told += len(gone)
            self._tell(len(page))
        return changes

    def _state(self, changes: Changes) -> dict[str, Any]:
        assert changes.position is not None
        return {
            "environment": self.link.transport.root,
            "columns": self._mark,
            "position": changes.position.as_dict(),
            "complete": changes.complete,
        }

    def _tell(self, rows: int) -> None:
        self._written += rows
        if self.link.call.report is not None:
            self.link.call.report(Progress(self._written, None, self.clock() - self._started))

    @cached_property
    def _mark(self) -> str:
        """Fingerprint of the columns."""
        return fingerprint([f"{one.name} {one.kind}" for one in self.source.fields(self.link)])

    def _changes(self, position: Position | None) -> Changes:
        lookups = any(column.is_lookup for column in self.source.columns)
        wanted = [FORMATTED] * self.source.selection.labels + [LOOKUP_TABLE] * lookups
        selection = replace(self.source.selection, raw=True)
        annotations, size = ",".join(wanted) or None, self.source.page_size
        return Changes(self.link, selection, position, annotations=annotations, page_size=size)

    def _position(self, state: Mapping[str, Any] | None) -> Position | None:
        """Where an earlier run ended; None to read all rows.

        Raises:
            InputError: the file holds another table, or one of another environment.
        """
        if state is None:
            return None
        if state["environment"] != self.link.transport.root or state["position"]["table"] != self.source.table.name:
            raise problem("holds another table, or one of another environment; choose another file")
        if self.anew or state["columns"] != self._mark:
            self._why = "it was asked for" if self.anew else "the columns are others than before"
            return None
        return read_position(state["position"], self.source.selection)


def problem(message: str) -> InputError:
    """What is wrong with the file that was named."""
    return InputError((Problem("path", "", message),))
