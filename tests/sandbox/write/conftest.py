from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any

import pytest

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.world import Caller, World
from onteg_dynamics.sandbox.write import create_row, update_row
from tests.sandbox.service.client import USER, fresh_world

NOW = datetime(2024, 5, 1, 12, 30, tzinfo=timezone.utc)
TEAM = "2b6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a56"
OTHER_UNIT = "3b6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a57"
EURO = "4b6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a58"


@dataclass
class Desk:
    """A world, and somebody who writes into it."""

    world: World
    caller: Caller

    def table(self, name: str) -> Table:
        return self.world.model.tables[name]

    def create(self, table: str, /, **payload: Any) -> str:
        with self.world.store.transaction():
            return create_row(self.world, self.caller, self.table(table), payload)

    def row(self, table: str, row_id: str) -> dict[str, Any]:
        found = self.world.store.get(self.table(table), row_id)
        assert found is not None
        return found

    def update(self, table: str, row_id: str, /, **payload: Any) -> dict[str, Any]:
        with self.world.store.transaction():
            update_row(self.world, self.caller, self.table(table), self.row(table, row_id), payload)
        return self.row(table, row_id)

    def refused(self, code: str, table: str, row_id: str | None = None, /, **payload: Any) -> Refusal:
        """The refusal of a create, or of an update where a row is named."""
        write = partial(self.create, table) if row_id is None else partial(self.update, table, row_id)
        with pytest.raises(Refusal) as caught:
            write(**payload)
        assert caught.value.code == code, caught.value.message
        return caught.value


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An environment with its user, a team, a second business unit and two currencies."""
    world = fresh_world()
    world.clock = lambda: NOW
    organization = world.organization
    for table, values in (
        ("businessunit", {"businessunitid": organization.business_unit_id, "name": "Main"}),
        ("businessunit", {"businessunitid": OTHER_UNIT, "name": "Other"}),
        ("systemuser", _principal("systemuser", USER, organization.business_unit_id)),
        ("team", _principal("team", TEAM, OTHER_UNIT)),
        ("transactioncurrency", {"transactioncurrencyid": organization.base_currency_id, "exchangerate": 1.0}),
        ("transactioncurrency", {"transactioncurrencyid": EURO, "exchangerate": 0.8}),
    ):
        world.store.insert(table, values)
    yield Desk(world, Caller(USER, organization.business_unit_id))
    world.store.close()


def _principal(table: str, own: str, unit: str) -> dict[str, Any]:
    link = {"businessunitid": unit, "businessunitid__table": "businessunit"}
    return {f"{table}id": own, "ownerid": own, **link}
