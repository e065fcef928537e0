"""What the exit codes of the command line mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.errors import (
    AuthenticationError,
    InputError,
    OntegError,
    PermissionDeniedError,
)

__all__ = [
    "DENIED",
    "FAILED",
    "HELP",
    "INTERRUPTED",
    "LATER",
    "OK",
    "PARTLY",
    "WRONG_INPUT",
    "exit_code",
    "exit_code_of_output",
]

OK, FAILED, WRONG_INPUT, DENIED, LATER, PARTLY = 0, 1, 2, 3, 4, 5
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it

HELP = """\b
Exit codes:
  0    done
  1    failed; the message says why
  2    wrong input: a setting, an option, a name that does not exist
  3    not allowed: no token, no application user, a privilege missing
  4    may work later, unchanged: throttled, out of reach, out of time
  5    done in part: some rows failed, or a budget left them out; the result says which
  130  interrupted
"""


def exit_code(error: OntegError) -> int:
    """The exit code for an error."""
    if isinstance(error, InputError):
        return WRONG_INPUT
    if isinstance(error, (AuthenticationError, PermissionDeniedError)):
        return DENIED
    return LATER if error.details.retryable else FAILED


def exit_code_of_output(output: Mapping[str, Any]) -> int:
    """The exit code for an action that did what it could: rows may have failed, or not have been tried."""
    is_short = "unsent" in output and not output.get("complete")
    return PARTLY if output.get("failed") or is_short else OK
