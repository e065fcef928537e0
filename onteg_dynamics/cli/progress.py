"""How far a long action has come, shown while it runs: rows, rate, time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.status import Status
from rich.text import Text

from onteg_dynamics.cli import show
from onteg_dynamics.dataverse.progress import Progress, Report

__all__ = ["shown_progress", "words"]


@contextmanager
def shown_progress(action: str) -> Iterator[Report]:
    """Show on stderr that `action` is under way; what is yielded is told how far it has come. Nothing is shown where
    stderr is no terminal.
    """
    status = Status(Text(f"{action} …"), console=show.errors)
    with status:
        yield lambda progress: status.update(Text(f"{action} … {words(progress)}"))


def words(progress: Progress) -> str:
    """``12,000 of 100,000 rows (12 %), 8,000 a second, 11 s left``."""
    done = f"{progress.rows:,} rows"
    if progress.total:
        share = min(100 * progress.rows // progress.total, 100)
        done = f"{progress.rows:,} of {progress.total:,} rows ({share} %)"
    left = "" if progress.remaining is None else f", {_duration(progress.remaining)} left"
    return f"{done}, {progress.rate:,.0f} a second{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
