"""The hook: a connection of Airflow's, and the actions that run with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airflow.sdk import BaseHook

from onteg_dynamics.engines.airflow import partitions
from onteg_dynamics.engines.airflow.form import CONNECTION_TYPE, settings_of
from onteg_dynamics.engines.airflow.provider import HOOK_NAME
from onteg_dynamics.engines.connected import tried
from onteg_dynamics.engines.shared import executor
from onteg_dynamics.executor import Executor, Stream

__all__ = ["DEFAULT_CONNECTION", "DynamicsHook"]

DEFAULT_CONNECTION = "dynamics_default"


class DynamicsHook(BaseHook):
    """Runs actions with a connection of Airflow's; for ``@task`` functions and for operators.

    Args:
        dynamics_conn_id: the connection.
    """

    conn_name_attr = "dynamics_conn_id"
    default_conn_name = DEFAULT_CONNECTION
    conn_type = CONNECTION_TYPE
    hook_name = HOOK_NAME

    def __init__(self, dynamics_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dynamics_conn_id = dynamics_conn_id

    def get_conn(self) -> Executor:
        """The executor; its connections and tokens are shared by all tasks of this process."""
        return executor()

    def settings(self) -> dict[str, Any]:
        """The connection's settings, as the connector's form has them. They hold the secrets."""
        return settings_of(self.get_connection(self.dynamics_conn_id))

    async def asettings(self) -> dict[str, Any]:
        """As `settings`, for code that runs in an event loop, as triggers do."""
        return settings_of(await self.aget_connection(self.dynamics_conn_id))

    def run(self, action: str, options: Mapping[str, Any], *, deadline: float | None = None) -> Mapping[str, Any]:
        """The output of an action.

        Args:
            action: machine name or title.
            options: by key or label; all may be texts.
            deadline: seconds after which nothing more is sent.

        Raises:
            OntegError: what went wrong; secrets are taken out.
        """
        return self.get_conn().run(action, options, self.settings(), deadline=deadline).unwrap()

    def stream(
        self,
        action: str,
        options: Mapping[str, Any],
        *,
        deadline: float | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Stream:
        """The rows of an action page by page, however many.

        Args:
            action: machine name or title.
            options: by key or label; all may be texts.
            deadline: seconds after which nothing more is sent.
            cancelled: asked again and again; True stops the action.
        """
        return self.get_conn().stream(action, options, self.settings(), deadline=deadline, cancelled=cancelled)

    def split(self, table: str, parts: int = 4, condition: str = "") -> list[dict[str, Any]]:
        """A table's rows in parts of about the same size; map a task over them.

        Args:
            table: the rows' table.
            parts: how many at most.
            condition: which rows, as an OData filter.

        Returns:
            For each part its ``filter`` and how many ``rows`` it has now.
        """
        return partitions.parts_of(self.run, table, parts, condition)

    def check_counts(self, table: str, parts: Sequence[Mapping[str, Any]], written: int) -> dict[str, int]:
        """Make sure that all rows of all parts were carried over; the last step after `split`.

        Args:
            table: the rows' table.
            parts: from `split`.
            written: rows that arrived.

        Raises:
            OntegError: rows are missing, or there are too many.
        """
        return partitions.check_counts(self.run, table, list(parts), written)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the connection works, and in one line what was verified or what to do."""
        return tried(self.settings())
