"""An action in a process that is killed at a known moment: at a call that is counted, however busy the machine is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

__all__ = ["Moment", "dies"]

_PROGRAM = """
import importlib, itertools, os, signal, sys
import orjson
from onteg_dynamics.executor import Executor

action, settings, options, place, when, count = orjson.loads(sys.argv[1])
module, _, path = place.partition(":")
owner, _, name = path.partition(".")
owner = getattr(importlib.import_module(module), owner)
work, calls = getattr(owner, name), itertools.count(1)

def mortal(*args, **kwargs):
    is_last = next(calls) == count
    if is_last and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = work(*args, **kwargs)
    if is_last:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, mortal)
with Executor() as executor:
    executor.run(action, options, settings).unwrap()
"""


@dataclass(frozen=True)
class Moment:
    """When a process dies.

    Attributes:
        count: at which call.
        when: before it, or after it.
        place: of what, as module and class with method.
    """

    count: int
    when: Literal["before", "after"]
    place: str = "urllib3.connectionpool:HTTPConnectionPool.urlopen"


def dies(action: str, settings: Mapping[str, str], options: Mapping[str, Any], moment: Moment) -> bool:
    """Run an action in a process of its own; whether it died, and did not come to its end before."""
    told = [action, settings, options, moment.place, moment.when, moment.count]
    command = [sys.executable, "-c", _PROGRAM, orjson.dumps(told).decode()]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
