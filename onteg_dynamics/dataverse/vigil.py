"""Answers that never end: a server may send one byte a minute, and no timeout of a single read would notice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Vigil", "Watched"]

_STEP = 1.0  # seconds between two looks


class Ended(Protocol):
    """An answer that is being read; urllib3's is one."""

    def shutdown(self) -> None:
        """End it, from whatever thread."""


@dataclass(eq=False)
class Watched:
    """An answer that is being read.

    Attributes:
        answer: the answer.
        until: when it must be whole.
        is_late: whether it was not, and was ended.
    """

    answer: Ended
    until: float
    is_late: bool = False


class Vigil:
    """Ends answers that are not whole in time, from one thread for all of them, which rests while there are none.

    The thread rests only after a second without an answer: to wake it for each one would cost as much as the answer.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._watched: set[Watched] = set()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_busy = False
        self._is_resting = False

    def begin(self, answer: Ended, seconds: float) -> Watched:
        """Watch an answer that must be whole within some seconds."""
        watched = Watched(answer, self._clock() + seconds)
        with self._news:
            self._watched.add(watched)
            self._is_busy = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="onteg-vigil", daemon=True)
                self._thread.start()
            elif self._is_resting:
                self._news.notify_all()
        return watched

    def end(self, watched: Watched) -> bool:
        """Let go of an answer; whether it was late."""
        with self._news:
            self._watched.discard(watched)
        return watched.is_late

    def close(self) -> None:
        """End the thread."""
        with self._news:
            thread, self._thread = self._thread, None
            self._news.notify_all()
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        with self._news:
            while self._thread is threading.current_thread():  # an answer that begins meanwhile starts another one
                self._is_resting, self._is_busy = not self._is_busy, bool(self._watched)
                self._news.wait(None if self._is_resting else _STEP)
                self._end_late()

    def _end_late(self) -> None:
        now = self._clock()
        for watched in [one for one in self._watched if now >= one.until]:
            self._watched.discard(watched)
            watched.is_late = True
            with suppress(OSError, ValueError):  # it has ended in this very moment
                watched.answer.shutdown()
