"""dataverse-api against the sandbox. Runs in that client's own environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from dataverse_api.dataverse import DataverseClient
from dataverse_api.errors import DataverseAPIError

NORTHWIND = "Northwind Roasters"


@contextmanager
def client(settings: dict[str, str]) -> Iterator[DataverseClient]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {settings['token']}"
        yield DataverseClient(session, settings["endpoint_url"])


def scenario_it_learns_a_table(client: DataverseClient) -> None:
    entity = client.entity("account")
    entity.update_schema("all")
    assert entity.entity_set_name == "accounts"
    assert entity.primary_id_attr == "accountid"
    assert entity.primary_img_attr == "entityimage"
    assert entity.supports_create_multiple
    assert entity.supports_update_multiple


def scenario_read(client: DataverseClient) -> None:
    rows = client.entity("account").read(
        select=["name", "revenue"], filter="revenue gt 5000000", order_by="revenue desc", return_formatted_values=True
    )
    values = [row["revenue"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert rows[0]["revenue@OData.Community.Display.V1.FormattedValue"].startswith("$")


def scenario_pages(client: DataverseClient) -> None:
    rows = client.entity("account").read(select=["name"], page_size=3)
    assert len({row["accountid"] for row in rows}) == len(rows) >= 10


def scenario_expand(client: DataverseClient) -> None:
    (row,) = client.entity("account").read(filter=f"name eq '{NORTHWIND}'", expand="primarycontactid($select=fullname)")
    assert row["primarycontactid"]["fullname"] == "Yvonne McKay"


def scenario_create_one_by_one_in_a_batch_and_at_once(client: DataverseClient) -> None:
    entity = client.entity("lead")
    for mode in ("individual", "batch", "multiple"):
        entity.create([{"lastname": f"{mode} {number}"} for number in range(7)], mode=mode)
        assert len(entity.read(select=["lastname"], filter=f"startswith(lastname,'{mode}')")) == 7
    entity.delete(mode="batch", filter="startswith(lastname,'batch')")
    entity.delete(mode="individual", filter="startswith(lastname,'multiple')")
    assert len(entity.read(select=["lastname"], filter="startswith(lastname,'individual')")) == 7
    assert entity.read(select=["lastname"], filter="startswith(lastname,'batch')") == []


def scenario_upsert_by_id(client: DataverseClient) -> None:
    entity = client.entity("contact")
    own = "3d3c1f0e-2d45-4b0e-9a57-0c6f7a8b9c01"
    entity.upsert([{"contactid": own, "lastname": "First"}])
    entity.upsert([{"contactid": own, "lastname": "Second"}], mode="batch")
    assert [row["lastname"] for row in entity.read(filter=f"contactid eq {own}")] == ["Second"]


def scenario_columns_are_emptied(client: DataverseClient) -> None:
    entity = client.entity("contact")
    own = "3d3c1f0e-2d45-4b0e-9a57-0c6f7a8b9c02"
    entity.upsert([{"contactid": own, "lastname": "L", "firstname": "F", "jobtitle": "J"}])
    entity.delete_columns(["firstname", "jobtitle"], ids=[own])
    (row,) = entity.read(filter=f"contactid eq {own}", select=["firstname", "jobtitle", "fullname"])
    assert (row["firstname"], row["jobtitle"], row["fullname"]) == (None, None, "L")


def scenario_what_is_wrong_is_an_error(client: DataverseClient) -> None:
    (response,) = client.entity("account").create([{"nope": 1}])
    assert response.status_code == 400
    for work in (
        lambda: client.entity("account").read(select=["nope"]),
        lambda: client.entity("nothing").update_schema("all"),
    ):
        try:
            work()
        except DataverseAPIError:
            continue
        raise AssertionError("it was not refused")
