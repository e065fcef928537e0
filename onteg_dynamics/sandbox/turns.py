"""Whose turn it is: one operation at a time touches the rows, and none of them holds up the server.

Reads and quick writes are done on the event loop's own thread. A write that posts to an endpoint and waits for its
answer is done on a thread of its own; while it waits, others may read (they see what it has done so far: there is one
connection to the rows), and further writes queue up behind it.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from onteg_dynamics.sandbox.workers import Workers

T = TypeVar("T")


def at_once() -> bool:
    """The word of work that waits for nobody."""
    return False


class Turns:
    """Takes turns among those who touch the rows."""

    def __init__(self) -> None:
        self._queue = asyncio.Lock()
        self._rows = threading.Lock()
        self._worker = Workers("onteg-sandbox-write", 1)
        self._is_waiting = threading.local()

    def read(self, work: Callable[[], T]) -> T:
        """Does something that changes nothing, at once.

        Args:
            work: What to do; its result is returned, its exception raised.
        """
        with self._rows:
            return work()

    async def write(self, work: Callable[[], T], slowly: Callable[[], bool] = at_once) -> T:
        """Does something that may change rows, once everyone before has done so.

        Args:
            work: What to do; its result is returned, its exception raised.
            slowly: Asked when its turn comes: True where it may wait for others; then the server goes on meanwhile.
        """
        async with self._queue:
            if not slowly():
                return self.read(work)
            run = contextvars.copy_context().run
            return await asyncio.wrap_future(self._worker.submit(lambda: run(self._alone, work)))

    @property
    def is_free(self) -> bool:
        """True where nobody is in the middle of a write."""
        return not self._queue.locked()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Lets others read while the work at hand waits for somebody; for work that is done `slowly`."""
        if not getattr(self._is_waiting, "may", False):
            yield
            return
        self._rows.release()
        try:
            yield
        finally:
            self._rows.acquire()

    def close(self) -> None:
        """Ends the thread; work that waits for somebody is not waited for."""
        self._worker.close()

    def _alone(self, work: Callable[[], T]) -> T:
        self._is_waiting.may = True
        return self.read(work)
