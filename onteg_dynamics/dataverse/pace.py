"""How many requests of a connection are under way at a time: follows what the service says and how fast it answers.

Implements the client's side of "Service protection API limits" and "Send parallel requests". `Pace` decides and is
pure: the time is passed in. `Gate` lets threads through by it; whoever waits there holds no lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["MOST", "Gate", "Pace"]

MOST = 52
"""More at a time are refused by the service."""

_UNKNOWN = 8.0  # where the service has not told its recommendation yet
_CALM = 1.5  # a response time of up to this many times the best one is calm
_BUSY = 2.5  # above this many times, requests only wait for each other
_AGING = (
    1.05  # the best response time is forgotten, a little in each round: the service of noon is not that of midnight
)


@dataclass
class Pace:
    """The degree of parallelism, and when nothing may be sent at all.

    It begins at what the service recommends (``x-ms-dop-hint``) and grows by one for each answer while response times
    stay calm, so that it doubles in a round: a piece of work of 20 requests has no time for more patience. Once they do
    not, it grows by one for each round, and sinks by one where they show that requests only queue. It is halved at once
    on a 429; after that it grows fast again up to three quarters of where it was, then slowly.

    Attributes:
        degree: the requests that may be under way.
        blocked_until: the service wants to hear nothing before.
    """

    degree: float = _UNKNOWN
    blocked_until: float = float("-inf")
    _hint: int | None = None
    _goal: float = MOST  # so far it grows fast
    _halved_until: float = float("-inf")
    _best: dict[tuple[int, int], float] = field(default_factory=dict)
    _round: list[float] = field(default_factory=list)
    _size: int = 0  # of a round

    @property
    def limit(self) -> int:
        """How many requests may be under way, a whole number from 1 to `MOST`."""
        return max(1, min(int(self.degree), MOST))

    def hinted(self, hint: int) -> None:
        """The service recommends this degree; a new recommendation is followed at once."""
        hint = max(1, min(hint, MOST))
        if hint != self._hint:
            throttled = self._hint is not None and self.degree < self._hint
            self.degree = min(self.degree, hint) if throttled else float(hint)
            self._goal = self._goal if self._hint is None else min(self._goal, hint)
            self._hint = hint

    def answered(self, seconds: float, rows: int, under_way: int = MOST) -> None:
        """An answer came.

        Args:
            seconds: from sending to the last byte.
            rows: how many the request was about: only requests of about one size are compared.
            under_way: how many requests were; where that is far from all that may be, nothing is learned of more.
        """
        size = rows >> max(rows.bit_length() - 3, 0), rows.bit_length()  # within a quarter
        best = self._best[size] = min(seconds, self._best.get(size, seconds))
        ratio = seconds / best if best > 0 else 1.0
        if under_way * 2 < self.limit:
            return
        self._size = self._size if self._round else self.limit
        self._round.append(ratio)
        if self.degree < self._goal and ratio <= _CALM:
            self.degree = min(self.degree + 1, self._goal)
        if len(self._round) >= self._size:
            self._end_round()

    def _end_round(self) -> None:
        ratio = sum(self._round) / len(self._round)
        self._round.clear()
        self._best = {size: best * _AGING for size, best in self._best.items()}
        was_fast = self.degree < self._goal
        if ratio <= _CALM:
            self.degree = min(self.degree + (not was_fast), MOST)
            return
        self._goal = 0.0
        if ratio > _BUSY:
            self.degree = max(self.degree / 2 if was_fast else self.degree - 1, 1.0)

    def throttled(self, now: float, wait: float) -> float:
        """The service asks for a pause (429): nobody sends before its end, and fewer at a time afterwards.

        Args:
            now: the present.
            wait: seconds, by ``Retry-After``.

        Returns:
            Seconds by which the pause grew.
        """
        before = max(self.blocked_until, now)
        self.blocked_until = max(before, now + wait)
        if now >= self._halved_until:  # the other answers of the same moment tell nothing new
            self._goal = max(self.degree * 0.75, 1.0)
            self._halve()
        self._halved_until = self.blocked_until
        return self.blocked_until - before

    def troubled(self, now: float, pause: float) -> None:
        """The service failed (5xx), or an answer was lost: fewer at a time, halved once for each pause."""
        if now >= self._halved_until:
            self._goal = self.degree
            self._halve()
            self._halved_until = now + pause

    def _halve(self) -> None:
        self.degree = max(self.degree / 2, 1.0)
        self._round.clear()

    def wait(self, now: float, active: int, most: int) -> float:
        """Seconds until the next request may go; 0 for now, infinity for when another one is answered.

        Args:
            now: the present.
            active: requests under way.
            most: the most that the caller wants.
        """
        if now < self.blocked_until:
            return self.blocked_until - now
        return 0.0 if active < min(self.limit, most) else float("inf")


class Gate:
    """Lets threads through as `Pace` says. One for a connection, so that all its steps keep to one pace.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._pace = Pace()
        self._active = 0
        self._turn = threading.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be under way at the moment."""
        return self._pace.limit

    def enter(self, most: int, sleep: Callable[[float], None], check: Callable[[float], None]) -> None:
        """Wait for a turn. Whoever has it must `leave`.

        Args:
            most: the most requests under way that the caller wants.
            sleep: waits some seconds.
            check: told how long the wait will be; raises where the caller does not want to wait.
        """
        while (wait := self._taken(most)) != 0:
            check(0.0 if wait == float("inf") else wait)
            if wait != float("inf"):
                sleep(min(wait, 1.0))

    def _taken(self, most: int) -> float:
        """0 where the turn was taken, else the seconds to wait; infinity after a moment's wait for another's turn."""
        with self._turn:
            wait = self._pace.wait(self.clock(), self._active, most)
            if wait == float("inf"):
                self._turn.wait(0.5)  # the lock is let go of meanwhile
            self._active += wait == 0
            return wait

    def leave(self) -> None:
        """Give the turn back."""
        with self._turn:
            self._active -= 1
            self._turn.notify(2)  # the degree may have grown by one

    def answered(self, seconds: float, rows: int) -> None:
        """As `Pace.answered`."""
        with self._turn:
            self._pace.answered(seconds, rows, self._active + 1)  # the one that was answered has left

    def hinted(self, hint: int) -> None:
        """As `Pace.hinted`."""
        with self._turn:
            self._pace.hinted(hint)

    def throttled(self, wait: float) -> float:
        """As `Pace.throttled`."""
        with self._turn:
            return self._pace.throttled(self.clock(), wait)

    def troubled(self, pause: float) -> None:
        """As `Pace.troubled`."""
        with self._turn:
            self._pace.troubled(self.clock(), pause)
