"""``onteg-dynamics`` and ``python -m onteg_dynamics``: the command line, if what it needs is installed."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; says what to install if its libraries are missing."""
    missing = [name for name in ("click", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"The command line needs {' and '.join(missing)}: pip install 'onteg-dynamics[cli]'")
    from onteg_dynamics.cli import commands

    commands(prog_name="onteg-dynamics")


if __name__ == "__main__":
    main()
