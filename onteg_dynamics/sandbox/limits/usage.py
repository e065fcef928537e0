"""What one user has used in the sliding window, in slices of a three-hundredth of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SLICES = 300
_ROUNDING = 1e-6


@dataclass
class _Slice:
    number: int
    requests: int = 0
    seconds: float = 0.0


class Usage:
    """Counts of the latest window; what it takes does not grow with the number of requests.

    Args:
        window: The window in seconds.
    """

    def __init__(self, window: float) -> None:
        self._width = window / SLICES
        self._slices: deque[_Slice] = deque()
        self.requests = 0
        self.seconds = 0.0

    def forget(self, now: float) -> None:
        """Drops what lies a whole window back."""
        oldest = self._number(now) - SLICES
        while self._slices and self._slices[0].number < oldest:
            gone = self._slices.popleft()
            self.requests -= gone.requests
            self.seconds -= gone.seconds
        if not self._slices:
            self.seconds = 0.0  # what rounding left over

    def note(self, now: float, *, requests: int = 0, seconds: float = 0.0) -> None:
        """Adds to what is used."""
        number = self._number(now)
        if not self._slices or self._slices[-1].number < number:
            self._slices.append(_Slice(number))
        last = self._slices[-1]
        last.requests += requests
        last.seconds += seconds
        self.requests += requests
        self.seconds += seconds

    def fits_at(self, *, requests: float, seconds: float) -> float:
        """The moment from which no more than this is in the window, if nothing is added."""
        count, spent, end = self.requests, self.seconds, 0.0
        for one in self._slices:
            if count <= requests and spent <= seconds:
                break
            count -= one.requests
            spent -= one.seconds
            end = (one.number + SLICES + 1) * self._width
        return end

    def _number(self, now: float) -> int:
        """The slice of a moment; one that is a slice's very beginning is in it, whatever floats make of it."""
        return int(now / self._width + _ROUNDING)
