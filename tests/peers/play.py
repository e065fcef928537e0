"""Runs inside a peer's own environment: plays every ``scenario_*`` of some files and prints one JSON line for each.

Started as ``python play.py FILE …``; the first file's ``client`` plays all of them.
Settings of the sandbox come as JSON in the environment variable SETTINGS.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from typing import Any


def main() -> None:
    settings = json.loads(os.environ["SETTINGS"])
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = settings["ca_bundle"]
    files = [runpy.run_path(file) for file in sys.argv[1:]]
    scenarios = {name: found for names in files for name, found in names.items() if name.startswith("scenario_")}
    for name, scenario in scenarios.items():
        print(json.dumps({"name": name, "error": played(scenario, files[0]["client"], settings)}), flush=True)  # noqa: T201


def played(scenario: Any, client: Any, settings: dict[str, str]) -> str | None:
    """The traceback of a scenario that failed, None for one that held."""
    try:
        with client(settings) as made:
            scenario(made)
    except Exception:  # noqa: BLE001 - whatever a peer raises is told to the test
        return traceback.format_exc()
    return None


if __name__ == "__main__":
    main()
