"""Has contestants do a work in turns, each time in a fresh process, against one server."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from benchmarks.works import API, ASYNC, FLOOR, OURS, PARSE, SDK, Work

__all__ = ["Measured", "run_work"]

HERE = Path(__file__).parent
PEERS = ("PowerPlatform-Dataverse-Client[async]==1.1.0", "dataverse-api==1.4.3", "orjson", "pyarrow")
FOLDER = HERE.parent / ".venv-benchmarks"
_FILES = {
    OURS: "ours.py",
    SDK: "sdk.py",
    ASYNC: "sdk_async.py",
    API: "dataverse_api_client.py",
    FLOOR: "floors.py",
    PARSE: "floors.py",
}
_OWN = {OURS, FLOOR, PARSE}
LONGEST = 900


@dataclass
class Measured:
    """What a contestant took.

    Attributes:
        seconds: of each round.
        peak: megabytes that its process took at most.
        rows: that came of it in the last round.
        calls: that the server saw in the last round.
        refused: of these, with 429.
        error: why there are no figures, "" where there are.
        more: what else it told in the last round.
    """

    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0
    rows: int = 0
    calls: int = 0
    refused: int = 0
    error: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def run_work(work: Work, rounds: int, tell: Callable[[str], None]) -> dict[str, Measured]:
    """Have all contestants of a work do it so many times, in turns.

    Args:
        work: what to do.
        rounds: how often.
        tell: is told how far it has come.
    """
    measured = {name: Measured() for name in work.contestants}
    with tempfile.TemporaryDirectory() as folder, _served(work.story) as server:
        tell(f"{work.name}: the server makes its answers")
        _done(FLOOR, work.task, {**server, **work.settings, "token": "none"})
        for number in range(rounds):
            for name in work.contestants:
                if not measured[name].error:
                    tell(f"{work.name}: {name}, {number + 1} of {rounds}")
                    _round(work, name, measured[name], {**server, "folder": folder})
    return measured


def _round(work: Work, name: str, measured: Measured, server: Mapping[str, Any]) -> None:
    task = "parse" if name == PARSE else work.task
    settings = {**server, **work.settings, "token": _token(server["url"])}
    _control(server, work.story)
    told = _done(name, task, settings)
    seen = _control(server, work.story)
    if "error" in told:
        measured.error = told["error"]
        return
    measured.seconds.append(told.pop("seconds"))
    measured.peak = max(measured.peak, told.pop("peak"))
    measured.rows, measured.calls, measured.refused = told.pop("rows"), seen["calls"], seen["refused"]
    measured.more = told | {"written": seen["written"]}


def _done(name: str, task: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    python = sys.executable if name in _OWN else str(_peers())
    command = [python, str(HERE / "contestants" / _FILES[name]), task]
    environment = {**os.environ, "SETTINGS": json.dumps(settings)}
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LONGEST} seconds"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return {"error": (done.stderr.strip().splitlines() or ["no answer"])[-1][:300]}
    told: dict[str, Any] = json.loads(lines[-1])
    return told


@contextmanager
def _served(story: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A server in a process of its own while the block runs."""
    command = [sys.executable, "-m", "benchmarks.server", json.dumps(story)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _control(server: Mapping[str, Any], story: Mapping[str, Any]) -> dict[str, int]:
    """What the server saw since the last time; it begins anew."""
    answer = requests.post(f"{server['url']}/_bench", json=story, verify=server["ca_bundle"], timeout=60)
    seen: dict[str, int] = answer.json()
    return seen


def _token(audience: str) -> str:
    """A token that says for whom and how long it is, as clients look at it; the server asks for none."""
    head, body = ({"alg": "none"}, {"aud": audience, "exp": int(time.time()) + 86_400, "iss": "benchmark"})
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, body)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


def _peers() -> Path:
    """A Python that has the peers and nothing of ours; made once."""
    python = FOLDER / "bin" / "python"
    if not (FOLDER / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
        (FOLDER / "ready").touch()
    return python
