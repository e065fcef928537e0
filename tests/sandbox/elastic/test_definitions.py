from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.elastic.conftest import ROWS, Plant, definition
from tests.sandbox.schema.bodies import choices, column, many_to_many, one_to_many, table

TABLE = "EntityDefinitions(LogicalName='contoso_sensordata')"


def test_an_elastic_table_has_columns_of_its_own(plant: Plant) -> None:
    found = plant.get(f"{TABLE}?$select=TableType,EntitySetName&$expand=Attributes($select=LogicalName),Keys").json()
    names = {one["LogicalName"] for one in found["Attributes"]}
    assert (found["TableType"], found["EntitySetName"]) == ("Elastic", ROWS)
    assert names >= {"partitionid", "ttlinseconds", "contoso_value", "ownerid", "versionnumber"}
    assert not names & {"statecode", "statuscode", "statecodename", "statuscodename"}
    key = found["Keys"][0]
    assert (key["SchemaName"], key["LogicalName"]) == (
        "KeyForNoSqlEntityWithPKPartitionId",
        "keyfornosqlentitywithpkpartitionid",
    )
    assert key["KeyAttributes"] == ["contoso_sensordataid", "partitionid"]
    assert plant.get("EntityDefinitions(LogicalName='account')?$select=TableType").json()["TableType"] == "Standard"


@pytest.mark.parametrize(
    "members",
    [
        {"TableType": "Virtual"},
        {"TableType": "Elastic", "HasActivities": True},
        {"TableType": "Elastic", "HasNotes": True},
        {"TableType": "Elastic", "IsActivity": True},
    ],
)
def test_tables_that_are_refused(plant: Plant, members: dict[str, Any]) -> None:
    answer = plant.post("EntityDefinitions", definition(SchemaName="contoso_Other", **members))
    assert (answer.status, answer.code) == (400, "0x80040203")


@pytest.mark.parametrize(
    "body",
    [
        column("Money", "contoso_Price", PrecisionSource=2),
        column("MultiSelectPicklist", "contoso_Kinds", OptionSet=choices("A", "B")),
        column("File", "contoso_Document"),
        column("Image", "contoso_Photo"),
    ],
)
def test_columns_that_are_refused(plant: Plant, body: dict[str, Any]) -> None:
    answer = plant.post(f"{TABLE}/Attributes", body)
    assert (answer.status, answer.code) == (400, "0x80040203")
    assert answer.message.startswith("Elastic tables do not support this:")


def test_columns_with_json_are_taken(plant: Plant) -> None:
    body = column("String", "contoso_EnergyConsumption", FormatName={"Value": "Json"}, MaxLength=3500)
    assert plant.post(f"{TABLE}/Attributes", body).status == 204
    text = '{"power":2,"powerUnit":"Watts"}'
    own = plant.reading(contoso_energyconsumption=text)
    assert plant.get(f"{ROWS}({own})").json()["contoso_energyconsumption"] == text


def test_keys_and_relationships_that_are_refused(plant: Plant) -> None:
    key = {"SchemaName": "contoso_Device", "KeyAttributes": ["contoso_deviceid"], "DisplayName": None}
    assert plant.post(f"{TABLE}/Keys", {**key, "DisplayName": table()["DisplayName"]}).code == "0x80040203"
    pairs = many_to_many(Entity1LogicalName="contoso_sensordata")
    assert plant.post("RelationshipDefinitions", pairs).code == "0x80040203"
    ends = {"source": "contoso_sensordata", "lookup": "contoso_ContactId"}
    cascading = one_to_many("contoso_contact_sensordata", **ends)
    assert "cascading" in plant.post("RelationshipDefinitions", cascading).message
    nothing = dict.fromkeys(("Assign", "Merge", "Reparent", "Share", "Unshare"), "NoCascade")
    plain = one_to_many("contoso_contact_sensordata", **ends, CascadeConfiguration={**nothing, "Delete": "RemoveLink"})
    assert plant.post("RelationshipDefinitions", plain).status == 204


def test_it_takes_delete_multiple_as_a_message(plant: Plant) -> None:
    query = "$filter=sdkmessageid/name eq 'DeleteMultiple' and primaryobjecttypecode eq '{}'&$select=sdkmessagefilterid"
    for name in ("contoso_sensordata", "account"):
        found = plant.get(f"sdkmessagefilters?{query.format(name)}".replace(" ", "%20"))
        assert found.status == 200
    filters = plant.world.store.select("sdkmessagefilter", {"primaryobjecttypecode": "contoso_sensordata"})
    assert len(filters) == 9
