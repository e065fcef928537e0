"""How far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "Report"]


@dataclass(frozen=True)
class Progress:
    """How far it has come.

    Attributes:
        rows: done so far, those of an earlier run that is gone on with included.
        total: how many there will be; None where that is not known.
        seconds: since it began.
        earlier: rows that an earlier run had done.
    """

    rows: int
    total: int | None
    seconds: float
    earlier: int = 0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return (self.rows - self.earlier) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that it will take still, by the rate so far; None where that cannot be told."""
        if self.total is None or not self.rate:
            return None
        return max(self.total - self.rows, 0) / self.rate


Report = Callable[[Progress], None]
"""Is told now and then, from the thread that does the work; it must return at once."""
