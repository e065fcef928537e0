"""A button on the task's page that opens the record in Dynamics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

__all__ = ["RecordLink", "record_url"]


class RecordLink(BaseOperatorLink):
    """Opens the record that a task wrote or read. Airflow asks for it when the task is done, and keeps it."""

    name = "Open in Dynamics 365"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002
        """The record's address, "" for a task that was not about one record.

        Args:
            operator: that ran.
            ti_key: which run of it.
        """
        return str(getattr(operator, "record_url", ""))


def record_url(endpoint: str, output: dict[str, Any]) -> str:
    """The address of the record that an output is about, "" for none.

    Implements "Open apps, forms, views, dialogs, and reports with a URL".

    Args:
        endpoint: Endpoint URL of the connection.
        output: an action's.
    """
    table, row = output.get("table"), output.get("id")
    if not isinstance(table, str) or not isinstance(row, str):
        return ""
    return f"{endpoint}/main.aspx?pagetype=entityrecord&etn={table}&id={row}"
