from __future__ import annotations

from typing import Any

import orjson

from tests.sandbox.elastic.conftest import KEY, ROWS, TYPE, Plant, at
from tests.sandbox.service.client import Answer

DETAILS = "@Microsoft.PowerApps.CDS.ErrorDetails.Plugin.BulkApiErrorDetails"
DEVICE = "Device-ABC-1234"
STRANGER = "6114ca58-0928-ee11-9965-6045bd5cd155"


def _send(plant: Plant, name: str, *rows: dict[str, Any], **headers: str) -> Answer:
    targets = [{"@odata.type": TYPE, **row} for row in rows]
    return plant.post(f"{ROWS}/Microsoft.Dynamics.CRM.{name}", {"Targets": targets}, **headers)


def test_rows_are_made_changed_and_deleted_together(plant: Plant) -> None:
    made = _send(plant, "CreateMultiple", *({"partitionid": DEVICE, "contoso_value": value} for value in (1, 2)))
    assert made.header("x-ms-session-token")
    keys = [{KEY: own, "partitionid": DEVICE} for own in made.json()["Ids"]]
    changed = _send(plant, "UpdateMultiple", *({**key, "contoso_value": 5} for key in keys))
    assert (changed.status, plant.values()) == (204, [5, 5])
    other = {KEY: STRANGER, "partitionid": "b", "contoso_value": 7}
    assert _send(plant, "UpsertMultiple", {**keys[0], "contoso_value": 6}, other).status == 204
    assert plant.values() == [5, 6, 7]
    assert _send(plant, "DeleteMultiple", *keys).status == 204
    assert plant.values() == [7]


def test_each_row_stands_for_itself(plant: Plant) -> None:
    own = plant.reading(DEVICE, contoso_value=1)
    rows = ({KEY: own, "partitionid": DEVICE, "contoso_value": 2}, {KEY: STRANGER, "contoso_value": 3})
    answer = _send(plant, "UpdateMultiple", *rows, Prefer="odata.include-annotations=*")
    assert (answer.status, answer.code) == (404, "0x80040217")
    assert plant.values() == [2]
    assert orjson.loads(answer.json()["error"][DETAILS]) == [
        {"RequestIndex": 0, "Id": own, "StatusCode": 200},
        {"RequestIndex": 1, "Id": STRANGER, "StatusCode": 404},
    ]
    plain = _send(plant, "UpdateMultiple", *rows)
    assert set(plain.json()["error"]) == {"code", "message"}


def test_some_rows_are_made(plant: Plant) -> None:
    answer = _send(plant, "CreateMultiple", {"contoso_value": 1}, {"contoso_value": 99_999}, {"contoso_value": 2})
    assert answer.status == 400
    assert plant.values() == [1, 2]


def test_deleting_asks_for_the_partition(plant: Plant) -> None:
    own = plant.reading(DEVICE)
    assert _send(plant, "DeleteMultiple", {KEY: own}).status == 404
    assert plant.get(at(own, DEVICE)).status == 200
    assert _send(plant, "DeleteMultiple", {"contoso_value": 1}).status == 400


def test_standard_tables_have_no_delete_multiple(plant: Plant) -> None:
    own = plant.create("accounts", name="x")
    rows = {"Targets": [{"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": own}]}
    answer = plant.post("accounts/Microsoft.Dynamics.CRM.DeleteMultiple", rows)
    assert (answer.status, answer.message) == (501, "DeleteMultiple has not yet been implemented.")
    assert b'Name="DeleteMultiple"' not in plant.get("$metadata").body
