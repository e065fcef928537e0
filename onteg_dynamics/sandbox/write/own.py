"""Tables whose rows only the platform writes."""

from __future__ import annotations

from collections.abc import Mapping

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.files.settle import ATTACHMENTS
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.sharing import SHARES

BULK_DELETE_FAILURES = "bulkdeletefailure"
_NAMES = frozenset({ATTACHMENTS, SHARES, BULK_DELETE_FAILURES})

_IDLE: Mapping[str, str] = {
    "fieldsecurityprofile": "column security",
    "teamtemplate": "access teams",
    "workflow": "workflows and flows",
}


def check_effective(table: Table) -> None:
    """Refuses rows that would do something in the service and nothing here.

    Raises:
        Refusal: 501; the table is one of them.
    """
    if table.logical_name in _IDLE:
        raise refusals.not_covered(_IDLE[table.logical_name])


def is_platforms_own(table: Table) -> bool:
    """True where no payload makes or changes rows: views, pairs, files of columns, shares, failures."""
    return table.is_view or table.is_intersect or table.logical_name in _NAMES
