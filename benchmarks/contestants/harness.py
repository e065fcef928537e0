"""Runs one piece of work in a contestant's own process and prints what it took. Uses the standard library alone.

Started as ``python CONTESTANT.py WORK``; settings come as JSON in the environment variable SETTINGS. A contestant
prepares the work (client, connection, metadata: what a program does once), then does it against the clock, then shows
that it was done.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Done", "Works", "main"]

Done = Callable[[], Mapping[str, Any]]
"""Does the work and gives its figures. A function under ``check`` is called after the clock has stopped, and raises
where the work was not done rightly."""

Works = Mapping[str, Callable[[Mapping[str, Any]], Done]]


def main(works: Works) -> None:
    """Do the work that the command line names, and print its time, its peak memory and what was done."""
    settings = json.loads(os.environ["SETTINGS"])
    work = works[sys.argv[1]](settings)
    started, processor = time.perf_counter(), time.process_time()
    done = dict(work())
    seconds, spent = time.perf_counter() - started, time.process_time() - processor
    peak = _peak()
    check = done.pop("check", None)
    if check is not None and settings.get("check"):
        check()
    print(json.dumps({"seconds": seconds, "processor": spent, "peak": peak, **done}), flush=True)


def _peak() -> float:
    """Megabytes that the process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
