"""Our errors in Airflow's terms: which task is tried again, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from onteg_dynamics.engines.failures import Verdict, judge
from onteg_dynamics.errors import OntegError

if TYPE_CHECKING:
    from airflow.sdk import Context, RetryDecision

__all__ = ["HAS_POLICIES", "DynamicsRetryPolicy", "failing_rightly", "with_policy"]

try:
    from airflow.sdk import RetryPolicy

    HAS_POLICIES = True
except ImportError:  # Airflow 3.2
    RetryPolicy = object
    HAS_POLICIES = False


class DynamicsRetryPolicy(RetryPolicy):
    """Never tries a wrong input again, and waits as long as the service says. For ``retry_policy`` (Airflow 3.3).

    Operators and sensors of this provider have it by default; a ``@task`` that uses the hook can be given it.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002
        max_tries: int,  # noqa: ARG002
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        """What to do about a failure.

        Args:
            exception: what the task raised.
            try_number: of this try.
            max_tries: the task's own limit, which stays.
            context: of the task.
        """
        from airflow.sdk import RetryDecision

        judgement = judge(exception)
        if judgement.verdict is Verdict.GIVE_UP:
            return RetryDecision.fail(judgement.reason)
        if judgement.verdict is Verdict.AGAIN:
            wait = None if judgement.wait is None else timedelta(seconds=judgement.wait)
            return RetryDecision.retry(wait, judgement.reason)
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """It has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> DynamicsRetryPolicy:  # noqa: ARG003
        """The policy again."""
        return cls()


def with_policy(arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    """An operator's arguments, with our retry policy where the DAG's author names none and Airflow knows such.

    For a ``@task`` that uses the hook: ``@task(**with_policy())``, which Airflow 3.2 takes too.

    Args:
        arguments: as given to the operator.
    """
    arguments = arguments or {}
    if not HAS_POLICIES or arguments.get("retry_policy") is not None:
        return arguments
    return {**arguments, "retry_policy": DynamicsRetryPolicy()}


@contextmanager
def failing_rightly() -> Iterator[None]:
    """Where Airflow knows no retry policies, says in its other way what must not be tried again.

    Raises:
        AirflowFailException: instead of an error that another try cannot mend.
    """
    from airflow.sdk.exceptions import AirflowFailException

    try:
        yield
    except OntegError as exc:
        if HAS_POLICIES or judge(exc).verdict is not Verdict.GIVE_UP:
            raise
        raise AirflowFailException(str(exc)) from None
