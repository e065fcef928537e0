"""The servers that contestants meet, each in a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.running import sandbox

__all__ = ["Served", "served"]


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        settings: what contestants need to reach it.
        story: what it does; None for the sandbox.
    """

    settings: Mapping[str, Any]
    story: Mapping[str, Any] | None

    def anew(self) -> Mapping[str, Any]:
        """Begin anew; tells what was seen since the last time. The sandbox is not asked: its calls are not counted."""
        if self.story is None:
            return {}
        url, trusted = self.settings["url"], self.settings["ca_bundle"]
        answer = requests.post(f"{url}/_bench", json=dict(self.story), verify=trusted, timeout=60)
        seen: dict[str, Any] = answer.json()
        return seen


@contextmanager
def served(story: Mapping[str, Any] | None) -> Iterator[Served]:
    """A server while the block runs: of canned answers, or the sandbox where there is no story."""
    with _sandbox() if story is None else _canned(story) as server:
        yield server


@contextmanager
def _sandbox() -> Iterator[Served]:
    with sandbox("--seed", "empty") as settings:
        yield Served(
            {"url": settings["endpoint_url"], "ca_bundle": settings["ca_bundle"], "token": settings["token"]}, None
        )


@contextmanager
def _canned(story: Mapping[str, Any]) -> Iterator[Served]:
    command = [sys.executable, "-m", "benchmarks.server", json.dumps(story)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield Served({**told, "token": _token(told["url"])}, story)
        finally:
            process.terminate()


def _token(audience: str) -> str:
    """A token that says for whom and how long it is, as clients look at it; the server asks for none."""
    head, body = ({"alg": "none"}, {"aud": audience, "exp": int(time.time()) + 86_400, "iss": "benchmark"})
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, body)]
    return ".".join([*parts, "c2lnbmF0dXJl"])
