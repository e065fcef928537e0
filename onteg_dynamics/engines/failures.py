"""Which failures are worth another try, and when. Imports nothing of any engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from onteg_dynamics.errors import OntegError, StoppedError, UnexpectedError

__all__ = ["Judgement", "Verdict", "judge"]


class Verdict(Enum):
    """What to do about a failure."""

    AGAIN = "again"
    GIVE_UP = "give up"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Judgement:
    """What to do about a failure.

    Attributes:
        verdict: try again, give up, or leave it to the task's own settings.
        wait: seconds that the service asks to wait, None where it says nothing.
        reason: one sentence for the log.
    """

    verdict: Verdict
    wait: float | None = None
    reason: str = ""


def judge(error: BaseException) -> Judgement:
    """What to do about `error`.

    What is wrong stays wrong: a wrong input, a missing right, a row that is not there. What passes by itself may be
    tried again, once the time is over that the service asked for. Where nobody knows whether a write was done, a
    second try might do it twice.

    Args:
        error: what a task raised.
    """
    if not isinstance(error, OntegError) or isinstance(error, UnexpectedError):
        return Judgement(Verdict.UNDECIDED)
    details = error.details
    if details.outcome_unknown:
        return Judgement(
            Verdict.GIVE_UP, reason="It is not known whether the write was done; see before it is repeated."
        )
    if details.retryable:
        return Judgement(Verdict.AGAIN, details.retry_after, f"{type(error).__name__} may pass by itself.")
    if isinstance(error, StoppedError):
        return Judgement(Verdict.UNDECIDED)
    return Judgement(Verdict.GIVE_UP, reason=f"{type(error).__name__}: another try would end the same way.")
