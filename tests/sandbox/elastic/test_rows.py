from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.sandbox.elastic.conftest import KEY, ROWS, TYPE, Plant, at
from tests.sandbox.schema.bodies import one_to_many
from tests.sandbox.service.client import ROOT

DEVICE = "deviceid-001"
NOW = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)


def test_a_row_without_a_partition_is_in_that_of_its_id(plant: Plant) -> None:
    own = plant.reading(contoso_value=40)
    assert plant.get(f"{ROWS}({own})").json()["partitionid"] == own
    assert plant.get(at(own, own)).status == 200
    assert plant.get(f"{ROWS}({own})?partitionId={own}").status == 200


@pytest.mark.parametrize("option", [f"partitionId={DEVICE}", f"partitionId='{DEVICE}'", f"partitionid=%27{DEVICE}%27"])
def test_a_row_with_a_partition_is_found_by_both(plant: Plant, option: str) -> None:
    own = plant.reading(DEVICE, contoso_value=40)
    assert plant.get(f"{ROWS}({own})?{option}").json()["contoso_value"] == 40
    assert plant.get(at(own, DEVICE)).json()["partitionid"] == DEVICE
    assert plant.get(f"{ROWS}({own})").status == 404
    assert plant.get(at(own, "other")).status == 404
    assert plant.get(f"{ROWS}({own})?partitionId=other").status == 404
    assert plant.get(f"{ROWS}({own})/contoso_value?{option}").json()["value"] == 40


def test_a_row_is_changed_by_its_key(plant: Plant) -> None:
    own = plant.reading(DEVICE, contoso_value=40, contoso_deviceid=DEVICE)
    answer = plant.patch(at(own, DEVICE), {"contoso_value": 60}, If_Match="*")
    assert (answer.status, answer.header("OData-EntityId")) == (204, f"{ROOT}{at(own, DEVICE)}")
    sample = f"{ROWS}({KEY}={own},partitionId='{DEVICE}')"
    assert (
        plant.patch(sample, {"contoso_value": 61}, If_Match="*").header("OData-EntityId") == f"{ROOT}{at(own, DEVICE)}"
    )
    body = {"contoso_value": 62, "partitionid": DEVICE}
    assert plant.patch(f"{ROWS}({own})", body, If_Match="*").status == 204
    row = plant.get(at(own, DEVICE)).json()
    assert (row["contoso_value"], row["contoso_deviceid"]) == (62, DEVICE)
    assert plant.patch(f"{ROWS}({own})?partitionId={DEVICE}", {"contoso_value": 1}, If_Match="*").status == 404
    assert plant.patch(at(own, DEVICE), {"partitionid": "other"}, If_Match="*").status == 204
    assert plant.get(at(own, DEVICE)).status == 200


def test_an_upsert_replaces_the_row(plant: Plant) -> None:
    own = plant.reading(DEVICE, contoso_value=40, contoso_deviceid=DEVICE)
    assert plant.patch(at(own, DEVICE), {"contoso_sensortype": "Pressure"}).status == 204
    row = plant.get(at(own, DEVICE)).json()
    assert (row["contoso_sensortype"], row["contoso_value"], row["contoso_deviceid"]) == ("Pressure", None, None)
    new = "ff67610c-82ce-412c-85df-0bbc6521bb01"
    assert plant.patch(at(new, DEVICE), {"contoso_value": 1}).status == 204
    assert plant.get(at(new, DEVICE)).json()["contoso_value"] == 1


def test_a_row_is_deleted_by_its_key(plant: Plant) -> None:
    first, second = plant.reading(DEVICE), plant.reading(DEVICE)
    assert plant.delete(f"{ROWS}({first})").status == 404
    assert plant.delete(f"{ROWS}({first})?partitionId={DEVICE}").status == 204
    assert plant.delete(at(second, DEVICE)).status == 204
    assert plant.world.store.count("contoso_sensordata") == 0


def test_writes_give_a_token_and_reads_take_it(plant: Plant) -> None:
    made = plant.post(ROWS, {"partitionid": DEVICE, "contoso_value": 1})
    token = made.header("x-ms-session-token")
    assert token is not None
    assert token.startswith("240:8#")
    own = str(made.header("OData-EntityId")).rsplit("(", 1)[1][:-1]
    sent = {"MSCRM.SessionToken": token}
    assert plant.get(at(own, DEVICE), **sent).status == 200
    changed = plant.patch(at(own, DEVICE), {"contoso_value": 2}, **sent).header("x-ms-session-token")
    assert changed not in {None, token}
    assert plant.delete(at(own, DEVICE)).header("x-ms-session-token") is None
    assert plant.get(ROWS).header("x-ms-session-token") is None
    assert plant.post("accounts", {"name": "x"}).header("x-ms-session-token") is None


def test_a_partition_is_listed_alone(plant: Plant) -> None:
    for partition, value in (("a", 1), ("a", 2), ("b", 3)):
        plant.reading(partition, contoso_value=value)
    assert plant.values() == [1, 2, 3]
    assert plant.values("partitionId='a'") == [1, 2]
    assert plant.values("partitionId=a&$filter=contoso_value gt 1 or contoso_value eq 0") == [2]
    assert plant.get(f"{ROWS}/$count?partitionId=a").body.endswith(b"2")
    page = plant.get(f"{ROWS}?partitionId=a", Prefer="odata.maxpagesize=1").json()
    rest = plant.get(page["@odata.nextLink"].removeprefix(ROOT), Prefer="odata.maxpagesize=1").json()
    assert [row["partitionid"] for row in (*page["value"], *rest["value"])] == ["a", "a"]


@pytest.mark.parametrize("value", ["a/b", "a:b", "a&b", "50%", "a?"])
def test_partitions_that_are_refused(plant: Plant, value: str) -> None:
    assert plant.post(ROWS, {"partitionid": value}).code == "0x80040203"


def test_rows_live_as_long_as_they_are_told(plant: Plant) -> None:
    plant.world.clock = lambda: NOW
    own = plant.reading(contoso_value=1, ttlinseconds=86400)
    plant.reading(contoso_value=2)
    plant.world.clock = lambda: NOW + timedelta(seconds=86399)
    assert plant.values() == [1, 2]
    plant.world.clock = lambda: NOW + timedelta(seconds=86400)
    assert plant.values() == [2]
    assert plant.get(f"{ROWS}({own})").status == 404


def test_tables_are_not_joined(plant: Plant) -> None:
    nothing = dict.fromkeys(("Assign", "Merge", "Reparent", "Share", "Unshare"), "NoCascade")
    link = one_to_many(
        "contoso_contact_data",
        lookup="contoso_Person",
        source="contoso_sensordata",
        CascadeConfiguration={**nothing, "Delete": "RemoveLink"},
    )
    assert plant.post("RelationshipDefinitions", link).status == 204
    person = plant.create("contacts", lastname="x")
    own = plant.reading(**{"contoso_Person@odata.bind": f"/contacts({person})"})
    fetch = (
        "<fetch><entity name='contoso_sensordata'><link-entity name='contact' from='contactid' to='contoso_person'/>"
        "</entity></fetch>"
    )
    for url in (
        f"{ROWS}?fetchXml={fetch}",
        f"{ROWS}?$filter=contoso_Person/lastname eq 'x'",
        f"{ROWS}?$expand=contoso_Person($select=lastname)",
        "contacts?$filter=contoso_contact_data/any(d:d/contoso_value eq 1)",
        "contacts?$expand=contoso_contact_data($select=contoso_value)",
    ):
        answer = plant.get(url.replace(" ", "%20"))
        assert (answer.status, answer.code) == (400, "0x80048d0b"), url
    row = plant.get(f"{ROWS}({own})?$expand=contoso_Person($select=lastname)").json()
    assert row["contoso_Person"]["lastname"] == "x"
    assert plant.get(f"contacts({person})/contoso_contact_data?$select={KEY}").json()["value"][0][KEY] == own


def test_an_elastic_row_is_not_shared(plant: Plant) -> None:
    own = plant.reading()
    who = plant.get("WhoAmI").json()["UserId"]
    principal = {"@odata.type": "Microsoft.Dynamics.CRM.systemuser", "systemuserid": who}
    access = {"AccessMask": "ReadAccess", "Principal": principal}
    body = {"Target": {"@odata.type": TYPE, KEY: own}, "PrincipalAccess": access}
    assert plant.post("GrantAccess", body).code == "0x80040800"
