"""What a contestant took, and what is aimed at."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Aim", "AtMost", "Faster", "Measured", "Peak", "Seconds", "Share"]


@dataclass
class Measured:
    """What a contestant took.

    Attributes:
        seconds: of each round.
        processor: seconds of the processor that each round took in the contestant's own process.
        peak: megabytes that its process took at most.
        rows: that came of it in the last round.
        calls: that the server saw in the last round.
        refused: of these, with 429.
        share: of what the server's limits allow, in each round; none where there are no limits.
        error: why there are no figures, "" where there are.
    """

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: float = 0.0
    rows: int = 0
    calls: int = 0
    refused: int = 0
    share: list[float] = field(default_factory=list)
    error: str = ""

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return dict(vars(self))


Results = Mapping[str, Measured]


class Aim(Protocol):
    """What is aimed at."""

    def __str__(self) -> str:
        """As the report has it."""

    def found(self, ours: Measured, others: Results) -> tuple[float, bool] | None:
        """The figure, and whether it is good enough; None where it was not measured."""


@dataclass(frozen=True)
class Faster:
    """So many times as fast as the best of `peers`."""

    times: float
    peers: Sequence[str]

    def __str__(self) -> str:
        """As the report has it."""
        return f"at least {self.times:g} times as fast as {' and '.join(self.peers)}"

    def found(self, ours: Measured, others: Results) -> tuple[float, bool] | None:
        """As in `Aim`."""
        best = _best(others, self.peers)
        return None if best is None else _judged(best / ours.median, at_least=self.times)


@dataclass(frozen=True)
class AtMost:
    """At most so many times the time of the best of `peers`."""

    times: float
    peers: Sequence[str]

    def __str__(self) -> str:
        """As the report has it."""
        return f"at most {self.times:g} times the time of {' and '.join(self.peers)}"

    def found(self, ours: Measured, others: Results) -> tuple[float, bool] | None:
        """As in `Aim`."""
        best = _best(others, self.peers)
        return None if best is None else _judged(ours.median / best, at_most=self.times)


@dataclass(frozen=True)
class Peak:
    """At most so many megabytes."""

    megabytes: float

    def __str__(self) -> str:
        """As the report has it."""
        return f"at most {self.megabytes:g} MB of memory"

    def found(self, ours: Measured, others: Results) -> tuple[float, bool]:  # noqa: ARG002 - as `Aim` has it
        """As in `Aim`."""
        return _judged(ours.peak, at_most=self.megabytes)


@dataclass(frozen=True)
class Seconds:
    """At most so many seconds."""

    most: float

    def __str__(self) -> str:
        """As the report has it."""
        return f"at most {self.most:g} seconds"

    def found(self, ours: Measured, others: Results) -> tuple[float, bool]:  # noqa: ARG002 - as `Aim` has it
        """As in `Aim`."""
        return _judged(ours.median, at_most=self.most)


@dataclass(frozen=True)
class Share:
    """At least this share of what the service's limits allow."""

    least: float

    def __str__(self) -> str:
        """As the report has it."""
        return f"at least {self.least:.0%} of what the limits allow"

    def found(self, ours: Measured, others: Results) -> tuple[float, bool] | None:  # noqa: ARG002 - as `Aim` has it
        """As in `Aim`."""
        return _judged(statistics.median(ours.share), at_least=self.least) if ours.share else None


def _best(others: Results, names: Sequence[str]) -> float | None:
    known = [others[name].median for name in names if name in others and others[name].seconds]
    return min(known, default=None)


def _judged(figure: float, *, at_least: float | None = None, at_most: float | None = None) -> tuple[float, bool]:
    return figure, (at_least is None or figure >= at_least) and (at_most is None or figure <= at_most)
