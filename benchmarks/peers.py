"""An environment that has the peers and nothing of ours, made once."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

__all__ = ["python"]

FOLDER = Path(__file__).parent.parent / ".venv-benchmarks"
PEERS = (
    "PowerPlatform-Dataverse-Client[async]==1.1.0",
    "dataverse-api==1.4.3",
    "aiohttp==3.14.5",
    "orjson==3.13.0",
    "pyarrow==26.0.1",
)


@lru_cache(maxsize=1)
def python() -> str:
    """Its interpreter."""
    found, ready = FOLDER / "bin" / "python", FOLDER / "ready"
    wanted = "\n".join(PEERS)
    if not ready.is_file() or ready.read_text("utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        subprocess.run([str(found), "-m", "pip", "install", "--quiet", *PEERS], check=True)
        ready.write_text(wanted, "utf-8")
    return str(found)
