"""What the exit codes of the command line mean."""

from __future__ import annotations

from onteg_dynamics.errors import (
    AuthenticationError,
    InputError,
    OntegError,
    PermissionDeniedError,
)

__all__ = ["DENIED", "FAILED", "HELP", "LATER", "OK", "WRONG_INPUT", "exit_code"]

OK, FAILED, WRONG_INPUT, DENIED, LATER = 0, 1, 2, 3, 4

HELP = """\b
Exit codes:
  0    done
  1    failed; the message says why
  2    wrong input: a setting, an option, a name that does not exist
  3    not allowed: no token, no application user, a privilege missing
  4    may work later, unchanged: throttled, out of reach, out of time
  130  interrupted
"""


def exit_code(error: OntegError) -> int:
    """The exit code for an error."""
    if isinstance(error, InputError):
        return WRONG_INPUT
    if isinstance(error, (AuthenticationError, PermissionDeniedError)):
        return DENIED
    return LATER if error.details.retryable else FAILED
