"""Tables whose rows only the platform writes."""

from __future__ import annotations

from onteg_dynamics.sandbox.files.settle import ATTACHMENTS
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.sharing import SHARES

BULK_DELETE_FAILURES = "bulkdeletefailure"
_NAMES = frozenset({ATTACHMENTS, SHARES, BULK_DELETE_FAILURES})


def is_platforms_own(table: Table) -> bool:
    """True where no payload makes or changes rows: views, pairs, files of columns, shares, failures."""
    return table.is_view or table.is_intersect or table.logical_name in _NAMES
