"""Work that goes on in a thread of its own while the caller does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["begun"]

T = TypeVar("T")


def begun(work: Callable[[], T]) -> Callable[[], T]:
    """Begin `work` at once; calling what comes back waits for its result, or raises what it raised.

    A result that nobody asks for is let go; the thread keeps no program from ending.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as exc:  # noqa: BLE001 - it is raised where the result is wanted
            future.set_exception(exc)

    threading.Thread(target=run, name="onteg-ahead", daemon=True).start()
    return future.result
