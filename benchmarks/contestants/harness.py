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
"""Does the work; what it gives is asked for its figures after the clock has stopped."""

Works = Mapping[str, Callable[[Mapping[str, Any]], Done]]


def main(works: Works) -> None:
    """Do the work that the command line names, and print its time, its peak memory and what was done."""
    settings = json.loads(os.environ["SETTINGS"])
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = settings["ca_bundle"]
    work = works[sys.argv[1]](settings)
    before = _peak()
    started = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak": _peak(), "before": before, **done}), flush=True)


def _peak() -> float:
    """Megabytes that the process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
