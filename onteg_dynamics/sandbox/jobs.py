"""Work that goes on after its request was answered: system jobs, a step at a time between requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator


class Jobs:
    """The jobs under way. A job is an iterator: each step of it is one stage of the work."""

    def __init__(self) -> None:
        self._waiting: deque[Iterator[None]] = deque()

    def start(self, steps: Iterator[None]) -> None:
        """Takes a job on; its first step is done after the answer that is being made now."""
        self._waiting.append(steps)

    def advance(self) -> None:
        """Does the next step of each job; a client that asks again and again sees it move."""
        for _ in range(len(self._waiting)):
            steps = self._waiting.popleft()
            if next(steps, self) is not self:
                self._waiting.append(steps)

    def __bool__(self) -> bool:
        return bool(self._waiting)
