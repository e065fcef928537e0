from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sandbox.schema.bodies import column, label, primary, table
from tests.sandbox.service.client import Client, fresh_world

ROWS = "contoso_sensordatas"
TYPE = "Microsoft.Dynamics.CRM.contoso_sensordata"
KEY = "contoso_sensordataid"


def definition(**members: Any) -> dict[str, Any]:
    """The table of "Create elastic tables using code"."""
    number = column("Integer", "contoso_Value", Format="None", MinValue=-100, MaxValue=1000)
    columns = [primary("contoso_SensorType"), column("String", "contoso_DeviceId", MaxLength=100), number]
    kind = {"TableType": "Elastic", "DisplayCollectionName": label("SensorData"), "Attributes": columns}
    return table("contoso_SensorData", "SensorData", **{**kind, **members})


@dataclass
class Plant(Client):
    """An environment with an elastic table of sensor data."""

    def reading(self, partition: str | None = None, **values: Any) -> str:
        """A new row."""
        given = {} if partition is None else {"partitionid": partition}
        return self.create(ROWS, **given, **{"contoso_sensortype": "Humidity", **values})

    def values(self, query: str = "") -> list[Any]:
        """The values in a list."""
        answer = self.get(f"{ROWS}?{query}".replace(" ", "%20"))
        assert answer.status == 200, answer.body
        return sorted(row["contoso_value"] for row in answer.json()["value"])


def at(row_id: str, partition: str) -> str:
    """The address of a row in its partition."""
    return f"{ROWS}({KEY}={row_id},partitionid='{partition}')"


@pytest.fixture
def plant() -> Iterator[Plant]:
    world = fresh_world()
    found = Plant(world)
    answer = found.post("EntityDefinitions", definition())
    assert answer.status == 204, answer.body
    yield found
    world.store.close()
