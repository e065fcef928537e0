"""Our errors as a message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from onteg_dynamics.cli import exits, show
from onteg_dynamics.errors import OntegError

__all__ = ["telling_errors"]


def telling_errors(command: Callable[..., None]) -> Callable[..., None]:
    """`command`, with our errors told as its ``--json`` asks for, Ctrl-C in a word, and its exit code set."""

    @wraps(command)
    def guarded(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except OntegError as exc:
            _fail(exc, as_json=options.get("as_json", False))
        except KeyboardInterrupt:
            show.errors.print("[red]✗[/] Interrupted.")
            sys.exit(exits.INTERRUPTED)

    return guarded


def _fail(error: OntegError, *, as_json: bool) -> None:
    if as_json:
        show.print_json({"ok": False, "error": error.as_dict()})
    else:
        show.print_error(error)
    sys.exit(exits.exit_code(error))
