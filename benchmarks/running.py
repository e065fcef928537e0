"""A sandbox in a process of its own, so that a benchmark's client does not share its interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PROCESS = "process"


def process_of(settings: dict[str, str]) -> int:
    """The process id of the sandbox with these settings."""
    return int(settings[_PROCESS])


@contextmanager
def sandbox(*words: str) -> Iterator[dict[str, str]]:
    """The settings of a sandbox that runs while the block does.

    Args:
        words: more words for ``onteg-dynamics sandbox``.
    """
    command = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield {**json.loads(process.stdout.readline()), _PROCESS: str(process.pid)}
        finally:
            process.terminate()
