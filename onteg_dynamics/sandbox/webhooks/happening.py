"""One thing that happens to a row, from its beginning to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.webhooks.circumstances import Circumstances
from onteg_dynamics.sandbox.webhooks.registry import Step

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.world import Caller

Values = Mapping[str, Any]


@dataclass
class Happening:
    """A message on a row.

    Attributes:
        message: ``Create``, ``Update``, ``Delete``, ``Associate`` or ``Disassociate``.
        table: The row's table.
        row_id: The row's id.
        caller: Who does it.
        circumstances: What the request says beside.
        given: The stored columns that the caller sets.
        before: The row as it was; None for a new one.
        after: The row as it is in the end; None until then, and where it is gone.
        written: The stored columns that are written in the end, the platform's own with them.
        steps: The steps of this message on this table.
        called: For a deletion: the callback registrations that are about it, as the row was.
        link: For associations: relationship, and table and id of the other row.
    """

    message: str
    table: Table
    row_id: str
    caller: Caller
    circumstances: Circumstances
    given: Values = field(default_factory=dict)
    before: Values | None = None
    after: Values | None = None
    written: Values = field(default_factory=dict)
    link: tuple[str, Table, str] | None = None
    steps: list[Step] = field(default_factory=list)
    called: list[Values] = field(default_factory=list)

    def touches(self, columns: frozenset[str]) -> bool:
        """True where no columns are named, or one of them is set; only an update is of single columns."""
        return not columns or self.message != "Update" or not columns.isdisjoint(self.given)
