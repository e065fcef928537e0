"""The row that an action is about, and how it stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import UnknownNameError
from onteg_dynamics.hookspecs import Context

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.standing import Standing
    from onteg_dynamics.dataverse.tables import Table

__all__ = ["row_of", "table_of", "was"]


def row_of(context: Context, options: Mapping[str, Any]) -> tuple[Table, str]:
    """The table and the GUID that the options Table and Row ID name.

    Raises:
        UnknownNameError: there is no such table.
    """
    from onteg_dynamics.dataverse.ids import as_guid

    return context.dataverse.table(options["table"]), as_guid(options["id"])


def table_of(context: Context, name: str, option: str) -> Table:
    """The table of this name.

    Args:
        context: of the step.
        name: as it was typed.
        option: the option with it.

    Raises:
        UnknownNameError: there is no such table; told by the option.
    """
    try:
        return context.dataverse.table(name)
    except UnknownNameError as exc:
        exc.renamed({"table": option})
        raise


def was(at: Standing) -> dict[str, Any]:
    """The row that an action moved on, and the state it was in before."""
    return {"table": at.table.name, "id": at.id, "name": at.name, "was": at.label}
