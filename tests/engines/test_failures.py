"""Which failures are worth another try."""

from __future__ import annotations

import pytest

from onteg_dynamics import errors
from onteg_dynamics.engines.failures import Verdict, judge
from onteg_dynamics.errors import ErrorDetails


@pytest.mark.parametrize(
    "error",
    [
        errors.InputError("wrong"),
        errors.SettingsError("wrong"),
        errors.PermissionDeniedError("no"),
        errors.NotFoundError("gone"),
        errors.AuthenticationError("no"),
        errors.OutputError("bug"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_wrong_stays_wrong(error: errors.OntegError) -> None:
    assert judge(error).verdict is Verdict.GIVE_UP
    assert type(error).__name__ in judge(error).reason


def test_the_services_wait_is_kept() -> None:
    found = judge(errors.ThrottledError("slow", ErrorDetails(retryable=True, retry_after=42)))
    assert (found.verdict, found.wait) == (Verdict.AGAIN, 42)


def test_what_passes_by_itself_is_tried_again() -> None:
    found = judge(errors.TransportError("cut", ErrorDetails(retryable=True)))
    assert (found.verdict, found.wait) == (Verdict.AGAIN, None)


def test_a_write_that_may_have_been_done_is_not_repeated() -> None:
    details = ErrorDetails(retryable=True, outcome_unknown=True)
    assert judge(errors.TransportError("cut", details)).verdict is Verdict.GIVE_UP


@pytest.mark.parametrize("error", [ValueError("x"), errors.UnexpectedError("bug"), errors.StoppedError("cancelled")])
def test_the_rest_is_left_to_the_task(error: Exception) -> None:
    assert judge(error).verdict is Verdict.UNDECIDED
