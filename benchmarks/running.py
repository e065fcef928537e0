"""A sandbox in a process of its own, so that a benchmark's client does not share its interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
