"""Triggers: waiting that holds no worker. The triggerer runs many of them in one event loop."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from onteg_dynamics.engines.airflow.hooks import DynamicsHook
from onteg_dynamics.engines.airflow.looking import Run, ended_job, newest_change
from onteg_dynamics.engines.failures import Verdict, judge
from onteg_dynamics.engines.shared import executor
from onteg_dynamics.errors import OntegError

__all__ = ["ChangesTrigger", "JobTrigger"]

CANCELLED = {"statecode": 3, "statuscode": 32}


class _Watch(BaseTrigger):
    """Looks again and again until there is something. What passes by itself is waited for."""

    def __init__(self, dynamics_conn_id: str, poll_interval: float) -> None:
        super().__init__()
        self.dynamics_conn_id = dynamics_conn_id
        self.poll_interval = poll_interval

    @abstractmethod
    def look(self, run: Run) -> dict[str, Any] | None:
        """What was waited for, None while it is not there. Runs in a thread."""

    def arguments(self) -> dict[str, Any]:
        """What makes this trigger again elsewhere."""
        return {"dynamics_conn_id": self.dynamics_conn_id, "poll_interval": self.poll_interval}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class and arguments, kept in Airflow's database; no secret is among them."""
        return f"{type(self).__module__}.{type(self).__qualname__}", self.arguments()

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event: ``found``, or the ``error`` that ended the watch."""
        while True:
            pause = self.poll_interval
            try:
                found = await self._looked()
            except OntegError as exc:
                judgement = judge(exc)
                if judgement.verdict is not Verdict.AGAIN:
                    yield TriggerEvent({"error": exc.as_dict()})
                    return
                self.log.warning("%s", exc)
                found, pause = None, max(pause, judgement.wait or 0)
            if found is not None:
                yield TriggerEvent({"found": found})
                return
            await asyncio.sleep(pause)

    async def _looked(self) -> dict[str, Any] | None:
        """Requests wait for answers, so they are made in a thread of their own."""
        return await asyncio.to_thread(self.look, await self._running())

    async def _running(self) -> Run:
        settings = await DynamicsHook(self.dynamics_conn_id).asettings()

        def run(action: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
            return executor().run(action, options, settings).unwrap()

        return run


class ChangesTrigger(_Watch):
    """Waits until rows of a table have changed.

    Args:
        dynamics_conn_id: the connection.
        table: the rows' table.
        since: a moment in UTC; later changes count.
        condition: which rows count, as an OData filter.
        poll_interval: seconds from one look to the next.
    """

    def __init__(
        self, dynamics_conn_id: str, table: str, since: str, condition: str = "", poll_interval: float = 60
    ) -> None:
        super().__init__(dynamics_conn_id, poll_interval)
        self.table = table
        self.since = since
        self.condition = condition

    def arguments(self) -> dict[str, Any]:
        """What makes this trigger again elsewhere."""
        return {**super().arguments(), "table": self.table, "since": self.since, "condition": self.condition}

    def look(self, run: Run) -> dict[str, Any] | None:
        """The newest change, None where there is none."""
        return newest_change(run, self.table, self.since, self.condition)


class JobTrigger(_Watch):
    """Waits until a system job of the service has ended.

    Args:
        dynamics_conn_id: the connection.
        job_id: the job.
        poll_interval: seconds from one look to the next.
    """

    def __init__(self, dynamics_conn_id: str, job_id: str, poll_interval: float = 30) -> None:
        super().__init__(dynamics_conn_id, poll_interval)
        self.job_id = job_id

    def arguments(self) -> dict[str, Any]:
        """What makes this trigger again elsewhere."""
        return {**super().arguments(), "job_id": self.job_id}

    def look(self, run: Run) -> dict[str, Any] | None:
        """How the job ended, None while it has not."""
        return ended_job(run, self.job_id)

    async def on_kill(self) -> None:
        """Cancels the job when a person stops the task that waits for it."""
        run = await self._running()
        options = {"table": "asyncoperation", "key": self.job_id, "row": CANCELLED}
        await asyncio.to_thread(run, "update_record", options)
