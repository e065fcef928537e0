"""The service protection limits as every answer tells them (300 second windows; "Service protection API limits")."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_SECONDS = 300.0
MAX_REQUESTS = 6000
MAX_SECONDS = 1200.0
PARALLELISM = 8


@dataclass
class _Window:
    start: float
    requests: int = 0
    seconds: float = 0.0


class Meter:
    """Counts each user's requests and the time that they took.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def headers(self, user_id: str, seconds: float) -> list[tuple[str, str]]:
        """Notes a request and tells what is left.

        Args:
            user_id: Who asked.
            seconds: How long the work took.
        """
        now = self._clock()
        window = self._windows.get(user_id)
        if window is None or now - window.start >= WINDOW_SECONDS:
            window = self._windows[user_id] = _Window(now)
        window.requests += 1
        window.seconds += seconds
        return [
            ("x-ms-ratelimit-burst-remaining-xrm-requests", str(max(0, MAX_REQUESTS - window.requests))),
            ("x-ms-ratelimit-time-remaining-xrm-requests", f"{max(0.0, MAX_SECONDS - window.seconds):,.2f}"),
            ("x-ms-dop-hint", str(PARALLELISM)),
        ]
