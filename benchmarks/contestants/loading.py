"""onteg-dynamics loaded in a fresh interpreter, as an engine does when it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROGRAM = """
import time
started, processor = time.perf_counter(), time.process_time()
from onteg_dynamics.registry import load
names = sorted(load().actions)
print(time.perf_counter() - started, time.process_time() - processor, len(names))
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _loaded() -> Mapping[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2]
    )
    seconds, processor, actions, peak = map(float, done.stdout.split())
    assert actions > 100, "the actions are not all there"
    return {"seconds": seconds, "processor": processor, "peak": peak, "rows": 0}


if __name__ == "__main__":
    _loaded()  # compiles what was never compiled
    print(json.dumps(_loaded()))
