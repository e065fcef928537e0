"""The row that an action is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Context

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.tables import Table

__all__ = ["row_of"]


def row_of(context: Context, options: Mapping[str, Any]) -> tuple[Table, str]:
    """The table and the GUID that the options Table and Row ID name.

    Raises:
        UnknownNameError: there is no such table.
    """
    from onteg_dynamics.dataverse.ids import as_guid

    return context.dataverse.table(options["table"]), as_guid(options["id"])
