"""Waking the server when a post is due that was put off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

_LONGEST = 3600.0  # seconds; whoever waits longer is asked again


class Alarm:
    """One alarm; setting it anew forgets the former time."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, seconds: float | None, wake: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Sets it, on the running loop.

        Args:
            seconds: From now; None for never.
            wake: What to do then.
        """
        if self._handle is not None:
            self._handle.cancel()
        loop = asyncio.get_running_loop()
        self._handle = None if seconds is None else loop.call_later(min(seconds, _LONGEST), self._ring, wake)

    def _ring(self, wake: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._task = asyncio.get_running_loop().create_task(wake())  # kept, so that it is not collected meanwhile
