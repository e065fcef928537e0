"""Has contestants do a work in turns, each time in a fresh process, against one server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.measured import Measured
from benchmarks.servers import Served, served
from benchmarks.works import OURS, Contestant, Work

__all__ = ["run_work"]

PROGRAMS = Path(__file__).parent / "contestants"
LONGEST = 900
"""Seconds that a contestant may take."""


def run_work(work: Work, rounds: int, tell: Callable[[str], None]) -> dict[str, Measured]:
    """Have all contestants of a work do it so many times, in turns.

    Args:
        work: what to do.
        rounds: how often.
        tell: is told how far it has come.
    """
    measured = {one.name: Measured() for one in work.contestants}
    with tempfile.TemporaryDirectory() as folder, served(work.story) as server:
        if work.story is None:
            _done(OURS, "fill", {**server.settings, "writes": work.expected})
        for number in range(rounds):
            for one in work.contestants:
                if not measured[one.name].error:
                    tell(f"{work.name}: {one.name}, {number + 1} of {rounds}")
                    _round(work, one, measured[one.name], server, {"folder": folder, "check": number == 0})
    return measured


def _round(work: Work, one: Contestant, measured: Measured, server: Served, more: Mapping[str, Any]) -> None:
    server.anew()
    how = {"labels": work.task == "read_labels", "canned": work.story is not None}
    told = _done(one, work.task, {**server.settings, **work.settings, **more, **how, **one.settings})
    seen = server.anew()
    if "error" in told:
        measured.error = told["error"]
        return
    measured.seconds.append(told["seconds"])
    measured.processor.append(told["processor"])
    measured.peak = max(measured.peak, told["peak"])
    measured.rows = told["rows"]
    measured.calls, measured.refused = told.get("calls", seen.get("calls", 0)), seen.get("refused", 0)
    if seen.get("share") is not None:
        measured.share.append(seen["share"] * told["rows"] / work.expected)


def _done(one: Contestant, task: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a contestant tells of a task, or under ``error`` why it could not do it."""
    python = sys.executable if one.own else peers.python()
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), settings["ca_bundle"])
    environment = {**os.environ, **trusted, "SETTINGS": json.dumps(settings)}
    command = [python, str(PROGRAMS / one.file), task]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LONGEST} seconds"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return {"error": _last_error(done.stderr)}
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def _last_error(text: str) -> str:
    """The line of a traceback that tells what was raised."""
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "Traceback", "Unclosed"))]
    errors = [line for line in lines if "Error" in line or "Exception" in line]
    return (errors or lines or ["no answer"])[-1][:300]
