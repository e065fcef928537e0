"""What the hostile tests have in common: bad weather, a client in a process of its own, and how it ended."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.sandbox import Sandbox

ROWS = int(os.environ.get("ONTEG_HOSTILE_ROWS", "10000"))
"""Rows that are imported and exported; the whole size is 100000."""

SEEDS = [int(seed) for seed in os.environ.get("ONTEG_HOSTILE_SEEDS", "1").split(",")]

TOO_LATE = "delay seconds=6"
"""The client has given up (its Read Timeout is 4 seconds) and asked again, when the work is done after all."""

KINDS = (
    "429 code=0x80072322 retry-after=1",
    "429 code=0x80072321 retry-after=1",
    "429 code=0x80072326 retry-after=1",
    "429",
    "408",
    "500",
    "500 after=true",
    "502 body=html",
    "503 retry-after=1",
    "503 after=true",
    "504 body=html",
    "504 body=html after=true",
    "drop-before",
    "drop-after",
    "truncate keep=0",
    "truncate keep=0.5",
    "truncate keep=0.95",
    "expired-token",
    "slow seconds=0.5",
    TOO_LATE,
)
"""Every way to fail that the sandbox knows."""

TOKEN_KINDS = ("503 retry-after=1", "drop-after", "truncate keep=0.5", "502 body=html")
"""Ways in which the token service fails, each at another request for a token."""

SHARE = 20
"""One answer of so many fails."""

MOST_MEMORY = 200  # MB, for every action, however many rows it moves


def spoil(sandbox: Sandbox, seed: int, kinds: Sequence[str] = KINDS) -> None:
    """From now on one answer in twenty fails: each time in another way until every way had its turn, then anew."""
    draw, order = random.Random(seed), list[str]()
    for block in range(max(ROWS // SHARE // 10, 2 * len(kinds))):
        order = order or draw.sample(kinds, len(kinds))
        sandbox.faults.add(order.pop(), nth=block * SHARE + draw.randint(1, SHARE))
    for number, kind in enumerate(TOKEN_KINDS):
        sandbox.faults.add(kind, path="*/oauth2/*", nth=2 * number + 1)


def spoil_for_ever(sandbox: Sandbox, seed: int) -> None:
    """As `spoil`, but without an end, and without turns: chance decides how each answer fails."""
    sandbox.faults.seed = seed
    for kind in KINDS:
        sandbox.faults.add(kind, probability=1 / SHARE / len(KINDS))


def asked(sandbox: Sandbox) -> int:
    """How many requests came since the weather turned bad."""
    return sandbox.faults.ordered()[0].matched


def fired(sandbox: Sandbox) -> dict[str, int]:
    """How many requests met each kind of fault."""
    found: Counter[str] = Counter()
    for one in sandbox.faults.ordered():
        told = {name: value for name, value in one.rule.to_json().items() if name not in ("kind", "nth", "path")}
        words = [f"{name}={value}" for name, value in told.items()]
        found[" ".join(["token"] * bool(one.rule.path) + [one.rule.kind, *words])] += one.fired
    return dict(found)


_CLIENT = """
import sys, orjson
from onteg_dynamics.executor import Executor
action, settings, options = orjson.loads(sys.stdin.buffer.read())
with Executor() as executor:
    result = executor.run(action, options, settings)
memory = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
told = {"output": dict(result.output), "stats": dict(result.stats), "error": result.error, "memory": memory}
print(orjson.dumps(told, default=str).decode())
"""


@dataclass(frozen=True)
class Ending:
    """How an action ended in a process of its own; `memory` is the most it had, in MB."""

    output: Mapping[str, Any]
    stats: Mapping[str, Any]
    error: Mapping[str, Any] | None
    memory: int


def begun(action: str, sandbox: Sandbox, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """A process that runs an action."""
    process = subprocess.Popen([sys.executable, "-c", _CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(orjson.dumps([action, {**sandbox.settings(), "read_timeout": 4}, options]))
    process.stdin.close()
    process.stdin = None  # `communicate` would close it again
    return process


def ended(process: subprocess.Popen[bytes]) -> Ending:
    """How it ended."""
    told, _ = process.communicate()
    return Ending(**orjson.loads(told))


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[bytes], more: float) -> None:
    """Wait until something is so, and some seconds more; or until a process has ended."""
    while not reached() and process.poll() is None:
        time.sleep(0.002)
    time.sleep(more)


def run(action: str, sandbox: Sandbox, options: Mapping[str, Any]) -> Ending:
    """Run an action in a process of its own."""
    return ended(begun(action, sandbox, options))


def finished(
    ending: Ending, name: str, sandbox: Sandbox, *, met_all: bool = True, inline: bool = False, **more: Any
) -> None:
    """Check that it ended well and met faults on its way, and note its figures.

    Args:
        ending: how it ended.
        name: what the figures are of.
        sandbox: where it was at work.
        met_all: whether it sent so many requests that every kind of fault must have had its turn.
        inline: whether all rows, or results for them, are options or output: memory grows with them then.
        more: figures to note.
    """
    figures = {key: ending.stats[key] for key in ("requests", "retries", "throttle_wait", "seconds")}
    met = fired(sandbox)
    report(name, **figures, memory=ending.memory, faults=sum(met.values()), kinds=met, **more)
    assert ending.error is None, ending.error
    some = [number for kind, number in met.items() if not kind.startswith("token")]
    assert all(some) if met_all else any(some), met
    assert inline or ending.memory < MOST_MEMORY


def report(name: str, **figures: Any) -> None:
    """Note figures of a run in the file that ONTEG_HOSTILE_REPORT names."""
    path = os.environ.get("ONTEG_HOSTILE_REPORT")
    if path:
        with Path(path).open("ab") as file:
            file.write(orjson.dumps({"test": name, "rows": ROWS, **figures}) + b"\n")
