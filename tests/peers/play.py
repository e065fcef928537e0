"""Runs inside a peer's own environment: plays every ``scenario_*`` of a file and prints one JSON line for each.

Started as ``python play.py FILE``; settings of the sandbox come as JSON in the environment variable SETTINGS.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import runpy
import sys
import traceback
from typing import Any


def main() -> None:
    settings = json.loads(os.environ["SETTINGS"])
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = settings["ca_bundle"]
    names = runpy.run_path(sys.argv[1])
    for name, scenario in names.items():
        if name.startswith("scenario_"):
            print(json.dumps({"name": name, "error": played(scenario, names["client"], settings)}), flush=True)  # noqa: T201


def played(scenario: Any, client: Any, settings: dict[str, str]) -> str | None:
    """The traceback of a scenario that failed, None for one that held."""
    try:
        if inspect.iscoroutinefunction(scenario):
            asyncio.run(played_async(scenario, client, settings))
        else:
            with client(settings) as made:
                scenario(made)
    except Exception:  # noqa: BLE001 - whatever a peer raises is told to the test
        return traceback.format_exc()
    return None


async def played_async(scenario: Any, client: Any, settings: dict[str, str]) -> None:
    async with client(settings) as made:
        await scenario(made)


if __name__ == "__main__":
    main()
