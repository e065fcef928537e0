"""Ctrl-C while an action runs: once to stop when what is under way has ended, twice to stop at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from onteg_dynamics.cli import exits

__all__ = ["interruptible"]

_TOLD = b"\nInterrupted: what is under way comes to its end. Ctrl-C once more stops at once.\n"
_CURSOR = b"\x1b[?25h"  # a spinner hides it


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within it Ctrl-C raises nothing; what is yielded tells whether it came. The second one ends the process: all that
    is kept for a later run bears that at any moment.
    """
    came = threading.Event()

    def note(*_: object) -> None:
        if came.is_set():
            os.write(2, _CURSOR if os.isatty(2) else b"")
            os._exit(exits.INTERRUPTED)
        came.set()
        os.write(2, _TOLD)  # not by a stream, which may be at work just now

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    earlier = signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, earlier)
