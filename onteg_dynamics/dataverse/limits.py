"""What the service says of its limits, and what a call has cost so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import ErrorDetails, StoppedError

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.progress import Report
    from onteg_dynamics.dataverse.rehearsal import Rehearsal

__all__ = ["Call", "Limits", "Usage"]


@dataclass(frozen=True)
class Limits:
    """The service protection limits as the last answer told them; None where it did not.

    Implements "Service protection API limits", response headers.

    Attributes:
        requests_left: requests left in the 5 minute window.
        seconds_left: execution time left in the window, in the service's own notation.
        parallelism_hint: recommended degree of parallelism (``x-ms-dop-hint``).
    """

    requests_left: int | None = None
    seconds_left: str | None = None
    parallelism_hint: int | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Limits | None:
        """The limits in these response headers, None if there are none. Header names are matched in any case."""
        left = headers.get("x-ms-ratelimit-burst-remaining-xrm-requests")
        seconds = headers.get("x-ms-ratelimit-time-remaining-xrm-requests")
        hint = headers.get("x-ms-dop-hint")
        if left is None and seconds is None and hint is None:
            return None
        return cls(_whole(left), seconds, _whole(hint))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


@dataclass
class Usage:
    """What a call has cost. Counted by the transport and the readers; safe to add to from several threads.

    Attributes:
        requests: HTTP requests sent, repeats included.
        retries: repeats among them.
        throttle_wait: seconds waited because the service asked for it.
        rows: rows read or written.
        pages: pages read.
        limits: the limits the last answer told.
    """

    requests: int = 0
    retries: int = 0
    throttle_wait: float = 0.0
    rows: int = 0
    pages: int = 0
    limits: Limits | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(
        self, *, requests: int = 0, retries: int = 0, throttle_wait: float = 0.0, rows: int = 0, pages: int = 0
    ) -> None:
        """Count what has happened."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.throttle_wait += throttle_wait
            self.rows += rows
            self.pages += pages

    def as_dict(self) -> dict[str, Any]:
        """The counts as they stand in a result's ``stats``."""
        counts = {
            "requests": self.requests,
            "retries": self.retries,
            "throttle_wait": round(self.throttle_wait, 3),
            "rows": self.rows,
            "pages": self.pages,
        }
        return {**counts, "limits": vars(self.limits) if self.limits else None}


@dataclass(frozen=True)
class Call:
    """One use of the client: what it may take, what it costs, what rides along on each request.

    Attributes:
        usage: counts what the call costs.
        deadline: `time.monotonic()` value after which nothing more is sent, None for no end.
        cancelled: asked before each request and each wait; True stops the call.
        headers: sent with every request of the call (impersonation and the like).
        parameters: added to the URL of every request for rows (``tag``, ``partitionId``).
        rehearsal: takes writes down instead of sending them; None to send them.
        left_out: gathers the columns of rows to write that cannot be set.
        report: is told how far a long piece of work has come.
        clock: tells the time the deadline is measured in.
    """

    usage: Usage = field(default_factory=Usage)
    deadline: float | None = None
    cancelled: Callable[[], bool] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None
    left_out: set[str] = field(default_factory=set)
    report: Report | None = None
    clock: Callable[[], float] = time.monotonic

    def check(self, wait: float = 0.0) -> None:
        """Stop here if the caller cancelled, or if the deadline falls within the next `wait` seconds.

        Raises:
            StoppedError: cancelled, or out of time.
        """
        if self.cancelled is not None and self.cancelled():
            raise StoppedError("The step was cancelled.")
        if self.deadline is not None and self.clock() + wait >= self.deadline:
            reason = f"waiting {wait:.0f} s, as the service asks, would pass it" if wait else "no time is left"
            raise StoppedError(
                f"The step's deadline was met: {reason}.", ErrorDetails(retryable=True, retry_after=wait or None)
            )

    def remaining(self) -> float | None:
        """Seconds until the deadline, None for no end."""
        return None if self.deadline is None else max(self.deadline - self.clock(), 0.001)
