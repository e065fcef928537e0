"""Duplicate detection on create and update ("Manage duplicate detection during create and update").

The rules are those that an environment has published on its first day: rows with the same e-mail address.
"""

from __future__ import annotations

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.world import World

RULES: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("emailaddress1",),),
    "contact": (("emailaddress1",),),
    "lead": (("emailaddress1",),),
}


def refuse_duplicates(world: World, table: Table, row_id: str) -> None:
    """Refuses a row that was just written where a published rule finds another like it.

    Args:
        world: The sandbox; a transaction is open.
        table: The row's table.
        row_id: The row.

    Raises:
        Refusal: There is a duplicate.
    """
    row = world.store.get(table, row_id)
    assert row is not None
    for columns in RULES.get(table.logical_name, ()):
        match = {name: row[name] for name in columns}
        if None in match.values():
            continue  # a rule says nothing of rows without a value
        if len(world.store.select(table.logical_name, match, (table.primary_id,), limit=2)) > 1:
            raise refusals.duplicate_detected()
