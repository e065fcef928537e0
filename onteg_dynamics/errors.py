"""Every error this package raises. The ground floor: any module may import it, it imports none of ours."""

# OntegError
# ├── InputError                what a person typed: settings, options, a row, a file
# │   ├── SettingsError         the connection form
# │   ├── UnknownNameError      a table, column, choice or action that does not exist ("did you mean")
# │   └── LookupTextError       a text for a lookup that matches no row, or several
# ├── PluginError               a plugin that breaks the contract of ``hookspecs``
# ├── AuthenticationError       no token to be had, or the service refuses it (401)
# ├── TransportError            no usable answer: no connection, timeout, certificate, answer cut short
# │   └── ForeignHostError      a link or redirect that would carry the token to another host
# ├── ServiceError              the service answered "no"
# │   ├── BadRequestError       400, 405, 413, 501
# │   ├── PermissionDeniedError 403
# │   ├── NotFoundError         404
# │   ├── ConflictError         409, 412: another version, or a row with these key values
# │   ├── ThrottledError        429: service protection limits
# │   └── UnavailableError      5xx
# ├── OutputError               an answer that does not fit the action's own output schema: a bug, of ours or theirs
# ├── StoppedError              the deadline passed, or the caller cancelled
# └── UnexpectedError           a bug: an action raised what is not in this tree

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = [
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ErrorDetails",
    "ForeignHostError",
    "InputError",
    "LookupTextError",
    "NotFoundError",
    "OntegError",
    "OutputError",
    "PermissionDeniedError",
    "PluginError",
    "Problem",
    "ServiceError",
    "SettingsError",
    "StoppedError",
    "ThrottledError",
    "TransportError",
    "UnavailableError",
    "UnexpectedError",
    "UnknownNameError",
]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what a person typed.

    Attributes:
        path: where, as keys and indexes joined by dots: ``row.customerid``, ``filter``. Empty for the whole.
        label: the field's label on the form, "" where it has none.
        message: what is wrong and how to mend it; never the value itself.
    """

    path: str
    label: str
    message: str

    def __str__(self) -> str:
        """``Label (path): message``, shortened where label or path is missing."""
        where = f"{self.label} ({self.path})" if self.label and self.path else self.label or self.path
        return f"{where}: {self.message}" if where else self.message


@dataclass(frozen=True)
class ErrorDetails:
    """What is known of a failure, beside its sentence. Every attribute may be missing (None).

    Attributes:
        fix: what to do about it, in plain words.
        table: logical name of the table concerned.
        row: index of the row concerned, from 0.
        column: logical name of the column concerned.
        code: Dataverse error code (``0x80040217``) or Entra code (``AADSTS7000215``).
        status: HTTP status.
        request_id: ``x-ms-service-request-id`` of the answer, or Entra's trace id.
        retryable: whether the same call may succeed later, unchanged.
        retry_after: seconds the service asks to wait.
        outcome_unknown: the request left, no answer came: it may have been carried out.
    """

    fix: str | None = None
    table: str | None = None
    row: int | None = None
    column: str | None = None
    code: str | None = None
    status: int | None = None
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None
    outcome_unknown: bool = False


class OntegError(Exception):
    """The root of all errors of this package.

    Args:
        message: what failed and why, one or two sentences, free of secrets.
        details: the facts beside it.
    """

    def __init__(self, message: str, details: ErrorDetails | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or ErrorDetails()

    def __str__(self) -> str:
        """The message, then what to do."""
        return f"{self.message} {self.details.fix}" if self.details.fix else self.message

    def located(self, **known: Any) -> OntegError:
        """This same error with more of `ErrorDetails` filled in; what is known already stays."""
        missing = {name: value for name, value in known.items() if getattr(self.details, name) is None}
        self.details = replace(self.details, **missing)
        return self

    def followed(self, sentence: str) -> OntegError:
        """This same error with one more sentence in its message."""
        self.message = f"{self.message} {sentence}"
        self.args = (self.message,)
        return self

    def cleaned(self, clean: Callable[[str], str]) -> OntegError:
        """This same error with `clean` applied to its texts, and let go of all that hangs on it: chain and frames."""
        self.message = clean(self.message)
        self.args = (self.message,)
        self.details = replace(self.details, fix=clean(self.details.fix) if self.details.fix else None)
        self.__cause__ = self.__context__ = self.__traceback__ = None
        return self

    def as_dict(self) -> dict[str, Any]:
        """The error as JSON-ready data, as it stands in a result envelope: kind, message, and what is known."""
        known = {name: value for name, value in vars(self.details).items() if value is not None}
        return {"kind": type(self).__name__, "message": self.message, **known}


class InputError(OntegError):
    """What a person typed cannot be used. Nothing was sent to change anything.

    Args:
        problems: everything that is wrong, or one sentence.
        details: the facts beside it.
    """

    def __init__(self, problems: str | tuple[Problem, ...], details: ErrorDetails | None = None) -> None:
        self.problems = (Problem("", "", problems),) if isinstance(problems, str) else problems
        super().__init__("\n".join(str(problem) for problem in self.problems), details)

    def labelled(self, label: Callable[[str], str]) -> OntegError:
        """This same error with labels on the problems that have a path only.

        Args:
            label: the form's label for a path's first part, "" for none.
        """
        self.problems = tuple(
            problem if problem.label else replace(problem, label=label(problem.path.partition(".")[0]))
            for problem in self.problems
        )
        self.message = "\n".join(str(problem) for problem in self.problems)
        self.args = (self.message,)
        return self

    def renamed(self, paths: Mapping[str, str]) -> InputError:
        """This same error with other paths for its problems, such as the option that a column's value came from.

        Args:
            paths: new path by old path; others stay.
        """
        self.problems = tuple(
            replace(problem, path=paths[problem.path], label="") if problem.path in paths else problem
            for problem in self.problems
        )
        self.message = "\n".join(str(problem) for problem in self.problems)
        self.args = (self.message,)
        return self

    def cleaned(self, clean: Callable[[str], str]) -> OntegError:
        """As `OntegError.cleaned`, the problems too."""
        self.problems = tuple(replace(problem, message=clean(problem.message)) for problem in self.problems)
        return super().cleaned(clean)

    def as_dict(self) -> dict[str, Any]:
        """As `OntegError.as_dict`, with the problems one by one."""
        return {**super().as_dict(), "problems": [vars(problem) for problem in self.problems]}


class SettingsError(InputError):
    """The connection form is filled in wrongly."""


class UnknownNameError(InputError):
    """A table, column, choice label, setting or action that does not exist."""


class LookupTextError(InputError):
    """A text given for a lookup column matches no row, or more than one."""


class PluginError(OntegError):
    """A plugin breaks the contract: a hook or action missing, doubled or of another API version."""


class AuthenticationError(OntegError):
    """No access token could be had, or the service does not accept it (HTTP 401)."""


class TransportError(OntegError):
    """No usable answer came: no connection, a timeout, a certificate not trusted, an answer cut short."""


class ForeignHostError(TransportError):
    """A link or redirect leads to a host other than the connection's own. Nothing was sent there."""


class ServiceError(OntegError):
    """The service answered with an error."""


class BadRequestError(ServiceError):
    """The service cannot do what was asked (HTTP 400, 405, 413, 501)."""


class PermissionDeniedError(ServiceError):
    """The user lacks a role, a privilege or access to the row (HTTP 403)."""


class NotFoundError(ServiceError):
    """The row, table or function does not exist (HTTP 404)."""


class ConflictError(ServiceError):
    """Another version of the row stands there, or a row with these key values (HTTP 409, 412)."""


class ThrottledError(ServiceError):
    """A service protection limit was met, and the retry budget is used up (HTTP 429)."""


class UnavailableError(ServiceError):
    """The service or a gateway before it failed (HTTP 5xx), and the retry budget is used up."""


class OutputError(OntegError):
    """An action's output does not fit its own output schema."""


class StoppedError(OntegError):
    """The deadline passed, or the caller cancelled."""


class UnexpectedError(OntegError):
    """An action raised an error of another kind: a bug in it."""
