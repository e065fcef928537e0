"""Operators: one for any action, and one for actions that start a job of the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator, XComArg

from onteg_dynamics.connection import endpoint_origin
from onteg_dynamics.engines.airflow.hooks import DEFAULT_CONNECTION, DynamicsHook
from onteg_dynamics.engines.airflow.links import RecordLink, record_url
from onteg_dynamics.engines.airflow.looking import ended_job, find_job, job_name
from onteg_dynamics.engines.airflow.options import check_options
from onteg_dynamics.engines.airflow.policy import failing_rightly, with_policy
from onteg_dynamics.engines.airflow.storage import stored_file
from onteg_dynamics.engines.airflow.triggers import CANCELLED, JobTrigger
from onteg_dynamics.engines.outputs import collected, handed_on
from onteg_dynamics.errors import InputError, OntegError, Problem, StoppedError

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["DynamicsJobOperator", "DynamicsOperator"]


class DynamicsOperator(BaseOperator):
    """Runs any action of the connector, its options checked when the DAG is parsed.

    Returns the action's output. Rows that are too many for Airflow's database go to a file (`output_path`).

    Args:
        action: machine name or title, such as "List Records".
        options: by key or label; all may be texts, and hold templates.
        dynamics_conn_id: the connection.
        output_path: file for the output, one JSON object a line; a path, or a URL that Airflow's object storage knows.
            Then the task returns the ``path``, how many rows were ``written``, and the rest of the output.
        deadline: seconds after which nothing more is sent.
        kwargs: as for every operator.

    Raises:
        UnknownNameError: there is no such action.
        InputError: options do not fit.
    """

    template_fields: ClassVar[Sequence[str]] = ("options", "dynamics_conn_id", "output_path")
    template_fields_renderers: ClassVar[dict[str, str]] = {"options": "json"}
    operator_extra_links = (RecordLink(),)
    ui_color = "#d9e7f5"

    def __init__(
        self,
        *,
        action: str,
        options: Mapping[str, Any] | None = None,
        dynamics_conn_id: str = DEFAULT_CONNECTION,
        output_path: str | None = None,
        deadline: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_policy(kwargs))
        self.action = action
        self.options = options or {}
        self.dynamics_conn_id = dynamics_conn_id
        self.output_path = output_path
        self.deadline = deadline
        self.record_url = ""
        self._is_stopped = False
        if not is_late(self.options, nested=False):
            self.action = check_options(action, self.options, is_late)

    def execute(self, context: Context) -> Any:  # noqa: ARG002
        """Run the action.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        with failing_rightly():
            return self._done(self.action, self.options)

    def on_kill(self) -> None:
        """Stop before the next request; what is under way is not torn down."""
        self._is_stopped = True

    @property
    def hook(self) -> DynamicsHook:
        """The connection at work."""
        return DynamicsHook(self.dynamics_conn_id)

    def _done(self, action: str, options: Mapping[str, Any]) -> dict[str, Any]:
        hook = self.hook
        stream = hook.stream(action, options, deadline=self.deadline, cancelled=lambda: self._is_stopped)
        output = handed_on(stream, self.output_path or "", stored_file)
        if stream.result is not None:
            self.log.info("%s: %s", action, stream.result.stats)
        self.record_url = record_url(endpoint_origin(hook.settings()["endpoint_url"]), output)
        return output

    def _run(self, action: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        stream = self.hook.stream(action, options, cancelled=lambda: self._is_stopped)
        return collected(stream)


class DynamicsJobOperator(DynamicsOperator):
    """Runs an action that starts a job of the service, such as "Start Bulk Delete", and waits for the job's end.

    A second try finds the job that the first one started. Returns how the job ended.

    Args:
        action: one that takes Job Name and gives a job's id.
        deferrable: wait in the triggerer, without holding a worker.
        poll_interval: seconds from one look to the next.
        kwargs: as for `DynamicsOperator`.

    Raises:
        InputError: the action starts no job, or options do not fit.
    """

    def __init__(
        self, *, action: str = "start_bulk_delete", deferrable: bool = True, poll_interval: float = 30, **kwargs: Any
    ) -> None:
        super().__init__(action=action, **kwargs)
        self.deferrable = deferrable
        self.poll_interval = poll_interval
        if not starts_job(action):
            raise InputError((Problem("action", "Action", "starts no job that can be found again"),))

    def execute(self, context: Context) -> Any:
        """Find the job or start it, then wait for its end.

        Raises:
            OntegError: what went wrong; BadRequestError where the job failed.
        """
        with failing_rightly():
            job_id = self._job(context)
            if job_id is None or self.options.get("dry_run"):
                return None
            self._show(job_id)
            if self.deferrable:
                trigger = JobTrigger(self.dynamics_conn_id, job_id, self.poll_interval)
                self.defer(trigger=trigger, method_name="ended")
            return self._waited(job_id)

    def ended(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Go on when the trigger has seen the job's end.

        Raises:
            OntegError: the job failed, or could not be watched.
        """
        with failing_rightly():
            found = found_in(event)
            self._show(found["job_id"])
            return found

    def _job(self, context: Context) -> str | None:
        """The job of this run of the task: found, or started now."""
        ti = context["ti"]
        # A cleared task has more tries before it than the one that ran first; it wants a job of its own.
        marks = (ti.dag_id, ti.task_id, ti.run_id, ti.map_index, ti.max_tries)
        name = job_name(self.options.get("job_name") or f"{ti.dag_id} {ti.task_id}", *marks)
        found = find_job(self._run, name)
        if found is not None:
            self.log.info("An earlier try has started the job %s.", found)
            return found
        started: str | None = self._run(self.action, {**self.options, "job_name": name}).get("job_id")
        return started

    def _waited(self, job_id: str) -> dict[str, Any]:
        try:
            while (found := ended_job(self._run, job_id, self.poll_interval)) is None:
                self.log.info("The job %s goes on.", job_id)
        except StoppedError:
            self._cancel(job_id)
            raise
        return found

    def _cancel(self, job_id: str) -> None:
        try:
            self.hook.run("update_record", {"table": "asyncoperation", "key": job_id, "row": CANCELLED})
        except OntegError as exc:
            self.log.warning("The job %s goes on: %s", job_id, exc)

    def _show(self, job_id: str) -> None:
        output = {"table": "asyncoperation", "id": job_id}
        self.record_url = record_url(endpoint_origin(self.hook.settings()["endpoint_url"]), output)


def is_late(value: Any, *, nested: bool = True) -> bool:
    """Whether a value is known only when the task runs: a template, another task's result.

    Args:
        value: of an option.
        nested: look inside objects and lists too.
    """
    if isinstance(value, XComArg) or (isinstance(value, str) and ("{{" in value or "{%" in value)):
        return True
    if hasattr(value, "resolve") or not nested:
        return hasattr(value, "resolve")
    if isinstance(value, Mapping):
        return any(is_late(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(is_late(item) for item in value)


def starts_job(action: str) -> bool:
    """Whether an action starts a job that can be given a name."""
    from onteg_dynamics.engines.shared import registry

    spec = registry().action(action).spec
    return "job_name" in spec.input_schema["properties"] and "job_id" in spec.output_schema["properties"]


def found_in(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a trigger found.

    Args:
        event: of a trigger of ours.

    Raises:
        AirflowFailException: it met an error that another try cannot mend.
    """
    from airflow.sdk.exceptions import AirflowFailException

    if "error" in event:
        error = event["error"]
        raise AirflowFailException(" ".join(filter(None, [error["message"], error.get("fix")])))
    found: dict[str, Any] = event["found"]
    return found
