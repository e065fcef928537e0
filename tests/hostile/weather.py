"""What the hostile tests have in common: bad weather, a client in a process of its own, and how it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.sandbox import Sandbox

ROWS = int(os.environ.get("ONTEG_HOSTILE_ROWS", "10000"))
"""Rows that are imported and exported; the whole size is 100000."""

SEEDS = [int(seed) for seed in os.environ.get("ONTEG_HOSTILE_SEEDS", "1").split(",")]

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
    "delay seconds=0.5",
)
"""Every way to fail that the sandbox knows."""


def spoil(sandbox: Sandbox, seed: int, share: float = 0.05) -> None:
    """From now on one answer in twenty fails, in one of all ways."""
    sandbox.faults.seed = seed
    for kind in KINDS:
        sandbox.faults.add(kind, probability=share / len(KINDS))


def fired(sandbox: Sandbox) -> int:
    """How many requests met a fault."""
    return sum(one.fired for one in sandbox.faults.ordered())


_CLIENT = """
import sys, orjson
from onteg_dynamics.executor import Executor
action, settings, options = sys.argv[1], orjson.loads(sys.argv[2]), orjson.loads(sys.argv[3])
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


def begun(action: str, settings: Mapping[str, str], options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """A process that runs an action."""
    arguments = [action, orjson.dumps(settings).decode(), orjson.dumps(options).decode()]
    return subprocess.Popen([sys.executable, "-c", _CLIENT, *arguments], stdout=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> Ending:
    """How it ended."""
    told, _ = process.communicate()
    return Ending(**orjson.loads(told))


def run(action: str, settings: Mapping[str, str], options: Mapping[str, Any]) -> Ending:
    """Run an action in a process of its own."""
    return ended(begun(action, settings, options))


def report(name: str, **figures: Any) -> None:
    """Note figures of a run in the file that ONTEG_HOSTILE_REPORT names."""
    path = os.environ.get("ONTEG_HOSTILE_REPORT")
    if path:
        with Path(path).open("ab") as file:
            file.write(orjson.dumps({"test": name, "rows": ROWS, **figures}) + b"\n")
