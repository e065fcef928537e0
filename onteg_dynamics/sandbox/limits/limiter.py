"""The service protection limits: who may come in now, and how long the others must wait.

Follows "Service protection API limits". A batch is one request here, however many operations it has; their time counts.
What the page leaves open: a caller who does not wait makes his wait longer, by a three-hundredth of the window for each
request that comes later than the first few; too many requests at once are told to wait for a sixtieth of the window.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.limits.settings import Limits
from onteg_dynamics.sandbox.limits.usage import SLICES, Usage
from onteg_dynamics.sandbox.refusals import Refusal

PARALLELISM = 8
_CONCURRENT_WAIT = 60


@dataclass
class _User:
    usage: Usage
    active: int = 0
    blocked_since: float = -math.inf
    blocked_until: float = -math.inf
    reason: Callable[[float], Refusal] = field(default=lambda wait: refusals.too_many_at_once(0, wait))


class Limiter:
    """Counts each user's requests, and turns away whoever is above a limit.

    Args:
        limits: The limits; None counts against the real ones and turns nobody away.
        clock: Seconds that only grow.
    """

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.enforces = limits is not None
        self.clock = clock
        self._limits = limits or Limits()
        self._step = self._limits.window / SLICES
        self._users: dict[str, _User] = {}

    @property
    def scale(self) -> float:
        """How long the window is, measured by the real one."""
        return self._limits.window / Limits().window

    def enter(self, user_id: str) -> None:
        """Lets a request in; whoever was let in must `leave`.

        Args:
            user_id: Who asks.

        Raises:
            Refusal: 429, with the seconds to wait.
        """
        user, now = self._user(user_id), self.clock()
        user.usage.forget(now)
        if self.enforces:
            self._check(user, now)
        user.usage.note(now, requests=1)
        user.active += 1

    def leave(self, user_id: str, seconds: float) -> None:
        """Notes that a request is answered.

        Args:
            user_id: Who asked.
            seconds: How long the work took.
        """
        user = self._user(user_id)
        user.usage.note(self.clock(), seconds=seconds)
        user.active = max(0, user.active - 1)

    def headers(self, user_id: str, seconds: float = 0.0) -> list[tuple[bytes, bytes]]:
        """What an answer tells about what is left.

        Args:
            user_id: Who asked.
            seconds: How long the work took that is not noted yet.
        """
        usage, limits = self._user(user_id).usage, self._limits
        left = max(0.0, limits.seconds - usage.seconds - seconds)
        return [
            (b"x-ms-ratelimit-burst-remaining-xrm-requests", b"%d" % max(0, limits.requests - usage.requests)),
            (b"x-ms-ratelimit-time-remaining-xrm-requests", f"{left:,.2f}".encode()),
            (b"x-ms-dop-hint", b"%d" % min(PARALLELISM, limits.concurrent)),
        ]

    def forget(self) -> None:
        """Everyone starts again with a fresh window."""
        self._users.clear()

    def _user(self, user_id: str) -> _User:
        found = self._users.get(user_id)
        if found is None:
            found = self._users[user_id] = _User(Usage(self._limits.window))
        return found

    def _check(self, user: _User, now: float) -> None:
        limits, usage = self._limits, user.usage
        if now < user.blocked_until:
            raise self._pushed(user, now)
        if usage.requests >= limits.requests:
            until = usage.fits_at(requests=limits.requests - 1, seconds=math.inf)
            raise _blocked(user, now, until, self._too_many)
        if usage.seconds > limits.seconds:
            until = usage.fits_at(requests=math.inf, seconds=limits.seconds)
            raise _blocked(user, now, until, self._too_long)
        if user.active >= limits.concurrent:
            raise refusals.too_many_at_once(limits.concurrent, limits.window / _CONCURRENT_WAIT)

    def _pushed(self, user: _User, now: float) -> Refusal:
        """The answer to a request that did not wait; those that were under way already cost nothing more."""
        if now - user.blocked_since > self._step:
            user.blocked_until = min(now + self._limits.window, user.blocked_until + self._step)
        return user.reason(user.blocked_until - now)

    def _too_many(self, wait: float) -> Refusal:
        return refusals.too_many_requests(self._limits.requests, self._limits.window, wait)

    def _too_long(self, wait: float) -> Refusal:
        return refusals.too_much_time(self._limits.seconds, self._limits.window, wait)


def _blocked(user: _User, now: float, until: float, reason: Callable[[float], Refusal]) -> Refusal:
    user.blocked_since, user.blocked_until, user.reason = now, until, reason
    return reason(until - now)
