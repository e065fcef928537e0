"""``sandbox``: a local Dataverse until stopped."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from onteg_dynamics.cli import show

if TYPE_CHECKING:
    from onteg_dynamics.sandbox import Sandbox

__all__ = ["open_sandbox", "serve"]


def serve(port: int, db: Path | None, seed: str, *, as_json: bool) -> None:
    """Run a sandbox until SIGINT or SIGTERM.

    Args:
        port: to listen on, 0 for a free one.
        db: SQLite file, None for memory.
        seed: ``demo`` or ``empty``.
        as_json: print the settings as one JSON object on the first line.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with open_sandbox(port, db, seed) as sandbox:
        settings = {**sandbox.settings(), "token": sandbox.token()}
        if as_json:
            show.print_json(settings)
        else:
            _tell(settings)
        sys.stdout.flush()
        stop.wait()


def open_sandbox(port: int, db: Path | None, seed: str) -> Sandbox:
    """A `Sandbox`, or a clear word on what is missing to run one."""
    try:
        from onteg_dynamics.sandbox import Sandbox

        return Sandbox(seed=seed, port=port, db=db)
    except ModuleNotFoundError as exc:
        missing = exc.name
    raise click.ClickException(f"The sandbox needs {missing}: pip install 'onteg-dynamics[sandbox]'")


def _tell(settings: dict[str, str]) -> None:
    show.console.print("[bold]A local Dataverse is running.[/] Stop it with Ctrl-C.\n")
    for key, value in settings.items():
        show.console.print(f"[bold]{key}[/]  {value}", soft_wrap=True, markup=True)
