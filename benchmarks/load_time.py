"""Importing the package and loading the registry, in fresh interpreters, beside importing requests alone."""

from __future__ import annotations

import statistics
import subprocess
import sys

OURS = "import onteg_dynamics; from onteg_dynamics.registry import load; load()"
WAYS = {"onteg_dynamics with its registry": OURS, "import requests": "import requests", "import msal": "import msal"}
ROUNDS = 15


def main() -> None:
    """Print the median milliseconds of each way."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, code in WAYS.items():
            timed = f"import time; t = time.perf_counter(); {code}; print((time.perf_counter() - t) * 1000)"
            told = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True).stdout
            times[name].append(float(told))
    for name, kept in times.items():
        print(f"{name}: {statistics.median(kept):.0f} ms")


if __name__ == "__main__":
    main()
