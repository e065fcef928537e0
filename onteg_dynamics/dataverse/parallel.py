"""Rows of a table read in several streams at a time, split by when they were created.

A cursor of the service goes on only after the page before it; where each call takes long, several cursors wait at the
same time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from queue import Full, Queue, SimpleQueue

from onteg_dynamics.dataverse.exporting.sources import Split, TableSource
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.paging import sheets
from onteg_dynamics.dataverse.shape import Row

__all__ = ["Streams"]

_WAITING = 2
"""Pages that wait to be taken, beyond the one that each stream has in hand."""
_LOOK = 0.2
"""Seconds after which a stream whose pages nobody takes looks whether it is still wanted."""


@dataclass
class Streams:
    """Iterate over it once for the pages, in no order; each row comes once. Memory holds a few pages of each stream.

    Args:
        link: the client at work.
        source: table, columns and filter.
        parallel: how many streams are read at a time.

    Attributes:
        split: how the reading was split, and why not; None before it has begun.
    """

    link: Link
    source: TableSource
    parallel: int
    split: Split | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Iterator[list[Row]]:
        """The pages.

        Raises:
            OntegError: what a stream met; the others stop.
        """
        self.split = self.source.split(self.link, self.parallel)
        paths = self.split.paths
        self._pages: Queue[list[Row] | Exception | None] = Queue(_WAITING)
        running = self._start(paths)
        try:
            while running:
                item = self._pages.get()
                if isinstance(item, Exception):
                    raise item
                running -= item is None
                if item is not None:
                    yield item
        finally:
            self._stop.set()

    def _start(self, paths: Sequence[str]) -> int:
        """Begin; tells how many are at work."""
        left: SimpleQueue[str | None] = SimpleQueue()
        workers = max(1, min(self.parallel, len(paths)))
        self._alone = workers == 1
        for path in [*paths, *[None] * workers]:
            left.put(path)
        for _ in range(workers):
            threading.Thread(target=self._work, args=(left,), name="onteg-stream", daemon=True).start()
        return workers

    def _work(self, left: SimpleQueue[str | None]) -> None:
        """Read one stream after the other."""
        try:
            while (path := left.get()) is not None:
                self._read(path)
            self._hand_over(None)
        except Exception as exc:  # noqa: BLE001 - it is raised where the pages are wanted
            self._hand_over(exc)

    def _read(self, path: str) -> None:
        after = self.source.after(self.link)
        for sheet in sheets(self.link, path, self.source.headers(), after, ahead=self._alone):
            if self._stop.is_set():
                return
            rows = sheet.page(after, self.source.selection.read).rows
            self.link.call.usage.add(pages=1, rows=len(rows))
            self._hand_over(rows)

    def _hand_over(self, item: list[Row] | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._pages.put(item, timeout=_LOOK)
            except Full:
                continue
            return
