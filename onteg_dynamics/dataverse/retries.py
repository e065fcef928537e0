"""Whether to try again, and when. Pure: the decision is one small function over what happened.

Implements the client's side of "Service protection API limits": obey Retry-After, else back off exponentially.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from onteg_dynamics.dataverse.protocol import RETRYABLE_STATUS, Repeat

__all__ = ["Failure", "Fate", "RetryPolicy"]


class Fate(Enum):
    """What became of a request that failed."""

    UNSENT = "unsent"
    """No connection: the service knows nothing of it."""
    LOST = "lost"
    """Sent, and no whole answer came: it may have been carried out."""
    REFUSED = "refused"
    """Answered with an error status."""


@dataclass(frozen=True)
class Failure:
    """One failed attempt.

    Attributes:
        fate: what became of the request.
        status: HTTP status, where one came.
        retry_after: seconds the service asks to wait.
    """

    fate: Fate
    status: int | None = None
    retry_after: float | None = None

    @property
    def transient(self) -> bool:
        """Whether the same request may fare better later."""
        return self.fate is not Fate.REFUSED or self.status in RETRYABLE_STATUS

    @property
    def ambiguous(self) -> bool:
        """Whether the request may have been carried out all the same: all but no connection and 429."""
        return not (self.fate is Fate.UNSENT or self.status == 429)


@dataclass(frozen=True)
class RetryPolicy:
    """How patient to be.

    Attributes:
        attempts: the most attempts at one request, throttled ones not counted.
        budget: the most seconds one request may spend waiting, Retry-After included.
        base: first pause in seconds; each further one is up to twice as long.
        longest: the longest pause we choose ourselves, in seconds.
    """

    attempts: int = 6
    budget: float = 300.0
    base: float = 0.5
    longest: float = 30.0

    def pause(
        self, failure: Failure, repeat: Repeat, tried: int, waited: float, random: Callable[[], float]
    ) -> float | None:
        """Seconds to wait before the next attempt, None to give up.

        Args:
            failure: the last attempt's.
            repeat: what the request allows.
            tried: attempts made, throttled ones not counted.
            waited: seconds waited so far.
            random: gives a number from 0 to 1, for the jitter.
        """
        if repeat is Repeat.NEVER or not failure.transient or (failure.ambiguous and repeat is Repeat.UNSENT):
            return None
        if tried >= self.attempts and failure.status != 429:
            return None
        wait = self.backoff(failure, tried, waited, random)
        return wait if waited + wait <= self.budget else None

    def backoff(self, failure: Failure, tried: int, waited: float, random: Callable[[], float]) -> float:
        """Seconds to wait if there is to be another attempt; see `pause`."""
        doubled = self.base * 2.0 ** min(tried, 16)
        # A throttled attempt is not counted: what was waited so far doubles instead.
        ceiling = min(max(doubled, waited) if failure.status == 429 else doubled, self.longest)
        jittered = ceiling * (0.5 + random() / 2)
        if failure.retry_after is None:
            return jittered
        # A little more than asked, spread out, so that many workers do not come back in one instant.
        return failure.retry_after + random() * min(1.0, 0.1 + failure.retry_after / 10)
