"""Sensors: wait for changes in a table, or for the end of a job of the service."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue

from onteg_dynamics.engines.airflow.hooks import DEFAULT_CONNECTION, DynamicsHook
from onteg_dynamics.engines.airflow.looking import ended_job, newest_change
from onteg_dynamics.engines.airflow.operators import found_in
from onteg_dynamics.engines.airflow.policy import failing_rightly, with_policy
from onteg_dynamics.engines.airflow.triggers import ChangesTrigger, JobTrigger
from onteg_dynamics.engines.failures import Verdict, judge
from onteg_dynamics.errors import OntegError

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["DynamicsChangesSensor", "DynamicsJobSensor"]


class _Sensor(BaseSensorOperator):
    """Waits on a worker, or in the triggerer where it is deferrable."""

    def __init__(self, *, dynamics_conn_id: str = DEFAULT_CONNECTION, deferrable: bool = True, **kwargs: Any) -> None:
        super().__init__(**with_policy(kwargs))
        self.dynamics_conn_id = dynamics_conn_id
        self.deferrable = deferrable

    @abstractmethod
    def look(self) -> dict[str, Any] | None:
        """What is waited for, None while it is not there."""

    @abstractmethod
    def trigger(self) -> ChangesTrigger | JobTrigger:
        """What waits in the triggerer."""

    def execute(self, context: Context) -> Any:
        """Wait, here or in the triggerer; what is there already is not waited for.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        if not self.deferrable:
            return super().execute(context)
        seen = self.poke(context)
        if seen.is_done:
            return seen.xcom_value
        self.defer(trigger=self.trigger(), method_name="seen", timeout=self._longest())
        return None

    def poke(self, context: Context) -> PokeReturnValue:  # noqa: ARG002
        """Look once. What may pass by itself counts as nothing seen yet."""
        with failing_rightly():
            try:
                found = self.look()
            except OntegError as exc:
                if judge(exc).verdict is not Verdict.AGAIN:
                    raise
                self.log.warning("%s", exc)
                found = None
        return PokeReturnValue(found is not None, found)

    def seen(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Go on when the trigger has seen it.

        Raises:
            AirflowFailException: it met an error that another try cannot mend.
        """
        return found_in(event)

    def _longest(self) -> Any:
        from datetime import timedelta

        return timedelta(seconds=self.timeout)


class DynamicsChangesSensor(_Sensor):
    """Waits until rows of a table have changed; returns ``table``, ``since``, ``until`` and a ``filter`` for the rows.

    Changes are told by ``modifiedon``; rows that were deleted cannot be seen this way.

    Args:
        table: the rows' table.
        since: a moment in UTC as the service writes it, ``2026-11-24T08:00:00Z``; later changes count.
        condition: which rows count, as an OData filter.
        dynamics_conn_id: the connection.
        deferrable: wait in the triggerer, without holding a worker.
        kwargs: as for every sensor.
    """

    template_fields = ("table", "since", "condition", "dynamics_conn_id")

    def __init__(self, *, table: str, since: str, condition: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.since = since
        self.condition = condition

    def look(self) -> dict[str, Any] | None:
        """The newest change, None where there is none."""
        return newest_change(DynamicsHook(self.dynamics_conn_id).run, self.table, self.since, self.condition)

    def trigger(self) -> ChangesTrigger:
        """What waits in the triggerer."""
        return ChangesTrigger(self.dynamics_conn_id, self.table, self.since, self.condition, self.poke_interval)


class DynamicsJobSensor(_Sensor):
    """Waits until a system job of the service has ended; fails where the job failed.

    Args:
        job_id: the job, such as another task's ``job_id``.
        dynamics_conn_id: the connection.
        deferrable: wait in the triggerer, without holding a worker.
        kwargs: as for every sensor.
    """

    template_fields = ("job_id", "dynamics_conn_id")

    def __init__(self, *, job_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job_id = job_id

    def look(self) -> dict[str, Any] | None:
        """How the job ended, None while it has not."""
        return ended_job(DynamicsHook(self.dynamics_conn_id).run, self.job_id)

    def trigger(self) -> JobTrigger:
        """What waits in the triggerer."""
        return JobTrigger(self.dynamics_conn_id, self.job_id, self.poke_interval)
