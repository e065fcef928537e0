"""How often one may search: once a second for each user, 150 times a minute for all of them.

Follows "Search for Dataverse records", "Service protection limits".
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from onteg_dynamics.sandbox import refusals

USER_SECONDS = 1.0
ALL_SECONDS = 60.0
ALL_REQUESTS = 150


class Pace:
    """Turns away whoever searches too often.

    Args:
        scale: How much shorter all times are than in the real service; 1 for as long.
        clock: Seconds that only grow.
    """

    def __init__(self, scale: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._scale = scale
        self._clock = clock
        self._last: dict[str, float] = {}
        self._all: deque[float] = deque()

    def enter(self, user_id: str) -> None:
        """Lets a search in.

        Args:
            user_id: Who searches.

        Raises:
            Refusal: 429, with the seconds to wait.
        """
        now, gap, window = self._clock(), USER_SECONDS * self._scale, ALL_SECONDS * self._scale
        while self._all and self._all[0] <= now - window:
            self._all.popleft()
        if now - self._last.get(user_id, now - gap) < gap:
            raise refusals.search_too_often(self._last[user_id] + gap - now)
        if len(self._all) >= ALL_REQUESTS:
            raise refusals.search_too_often(self._all[0] + window - now)
        self._last[user_id] = now
        self._all.append(now)

    def forget(self) -> None:
        """Everyone starts again."""
        self._last.clear()
        self._all.clear()
