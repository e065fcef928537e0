"""A few threads that do what they are given; they start with the first work and hold up nobody's end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Work = Callable[[], None]


class Workers:
    """Threads with one queue.

    Args:
        name: What the threads are called.
        count: How many there are.
    """

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Queues some work; its result or exception comes with the future."""
        future: Future[T] = Future()
        self._queue.put(lambda: _do(work, future))
        if len(self._threads) < self._count:
            number = len(self._threads)
            thread = threading.Thread(target=self._run, name=f"{self._name}-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def close(self) -> None:
        """Ends the threads once what they are at is done; it is not waited for, and what is queued is dropped."""
        while not self._queue.empty():
            self._queue.get()
        for _ in self._threads:
            self._queue.put(None)
        self._threads = []

    def _run(self) -> None:
        for work in iter(self._queue.get, None):
            work()


def _do(work: Callable[[], Any], future: Future[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
        future.set_exception(error)
