"""dataverse-api against the sandbox. Runs in that client's own environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from dataverse_api.dataverse import DataverseClient
from dataverse_api.entity import DataverseEntity
from dataverse_api.errors import DataverseAPIError
from dataverse_api.metadata.attributes import (
    BooleanAttributeMetadata,
    DateTimeAttributeMetadata,
    DecimalAttributeMetadata,
    IntegerAttributeMetadata,
    LookupAttributeMetadata,
    MemoAttributeMetadata,
    StringAttributeMetadata,
)
from dataverse_api.metadata.complex_properties import create_label
from dataverse_api.metadata.entity import define_entity
from dataverse_api.metadata.enums import OwnershipType
from dataverse_api.metadata.relationships import OneToManyRelationshipMetadata
from dataverse_api.utils.batching import BatchCommand, RequestMethod

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


def scenario_rows_are_given_back_and_duplicates_found(client: DataverseClient) -> None:
    entity = client.entity("contact")
    row = {"lastname": "Twice", "firstname": "T", "emailaddress1": "twice@example.com"}
    (first,) = entity.create([row], return_created=True)
    assert first.json()["fullname"] == "T Twice"
    (second,) = entity.create([row], detect_duplicates=True)
    assert second.status_code == 412
    assert len(entity.read(select=["fullname"], filter="lastname eq 'Twice'")) == 1


def scenario_columns_are_emptied_in_a_batch(client: DataverseClient) -> None:
    entity = client.entity("contact")
    entity.create([{"lastname": "Emptied", "jobtitle": "J"} for _ in range(3)])
    entity.delete_columns(["jobtitle"], mode="batch", filter="lastname eq 'Emptied'", threading=True)
    assert entity.read(select=["jobtitle"], filter="lastname eq 'Emptied' and jobtitle ne null") == []
    assert len(entity.read(select=["jobtitle"], filter="lastname eq 'Emptied'", top=2)) == 2


def scenario_a_batch_of_ones_own(client: DataverseClient) -> None:
    made = BatchCommand(url="leads", method=RequestMethod.POST, data={"lastname": "By hand"})
    read = BatchCommand(url="leads?$select=lastname&$filter=lastname eq 'By hand'", method=RequestMethod.GET)
    (answer,) = client.submit_batch([made, read])
    assert answer.status_code == 200
    assert "By hand" in answer.text


def scenario_languages(client: DataverseClient) -> None:
    assert client.get_language_codes() == [1033]


def made_table(client: DataverseClient, name: str) -> DataverseEntity:
    columns = [
        StringAttributeMetadata(schema_name="new_Code", is_primary_name=True),
        IntegerAttributeMetadata(schema_name="new_Pieces", min_value=0, max_value=99),
        DecimalAttributeMetadata(schema_name="new_Price", min_value=0, max_value=99, precision=2),
        DateTimeAttributeMetadata(schema_name="new_Due"),
        MemoAttributeMetadata(schema_name="new_Notes"),
        BooleanAttributeMetadata(schema_name="new_Done"),
    ]
    table = define_entity(name, columns, display_name=name, ownership_type=OwnershipType.USER_OWNED)
    assert client.create_entity(table, return_representation=True).ok
    entity = client.entity(name.lower())
    entity.update_schema("all")
    return entity


def scenario_a_table(client: DataverseClient) -> None:
    entity = made_table(client, "new_Crate")
    entity.create([{"new_code": "A", "new_pieces": 3, "new_price": 1.5, "new_done": True, "new_notes": "N"}])
    (row,) = entity.read(select=["new_code", "new_pieces", "new_price", "new_done"])
    assert (row["new_pieces"], row["new_price"], row["new_done"]) == (3, 1.5, True)
    definition = client.get_entity_definition("new_crate")
    assert definition.ownership_type == OwnershipType.USER_OWNED
    definition.display_name = create_label(label="Another name")
    assert client.update_entity(definition, preserve_localized_labels=True).ok
    assert client.get_entity_definition("new_crate").display_name.localized_labels[0].label == "Another name"
    assert entity.add_attribute(StringAttributeMetadata(schema_name="new_Extra")).ok
    entity.create([{"new_code": "B", "new_extra": "more"}])
    assert entity.remove_attribute(logical_name="new_extra").ok
    (refused,) = entity.create([{"new_extra": "more"}])
    assert refused.status_code == 400
    assert client.delete_entity("new_crate").ok


def scenario_upsert_by_an_alternate_key(client: DataverseClient) -> None:
    entity = made_table(client, "new_Pallet")
    # The client's own add_alternate_key asks for an address that Dataverse does not have.
    key = {"SchemaName": "new_byCode", "KeyAttributes": ["new_code", "new_pieces"]}
    key["DisplayName"] = create_label(label="By code").dump_to_dataverse()
    client._api_call(RequestMethod.POST, "EntityDefinitions(LogicalName='new_pallet')/Keys", json=key)
    entity.update_schema("altkeys")
    assert entity.alternate_keys == {"new_byCode": ["new_code", "new_pieces"]}
    rows = [{"new_code": f"C {number}", "new_pieces": number, "new_notes": "first"} for number in range(3)]
    entity.upsert(rows, altkey_name="new_byCode")
    entity.upsert([{**row, "new_notes": "second"} for row in rows], altkey_name="new_byCode", mode="batch")
    assert [row["new_notes"] for row in entity.read(select=["new_notes"])] == ["second"] * 3
    client.delete_entity("new_pallet")


def scenario_a_relationship(client: DataverseClient) -> None:
    entity = made_table(client, "new_Wagon")
    lookup = LookupAttributeMetadata(schema_name="new_OwnerAccountId", display_name=create_label(label="Owner"))
    relationship = OneToManyRelationshipMetadata(
        schema_name="new_account_wagon",
        referencing_entity="new_wagon",
        referenced_entity="account",
        referenced_attribute="accountid",
        lookup=lookup,
    )
    assert client.create_relationship(relationship).ok
    found = client.get_relationship_definition("new_account_wagon")
    assert found.schema_name == "new_account_wagon"
    assert client.update_relationship(found, preserve_localized_labels=True).ok
    entity.update_schema("all")
    assert "new_OwnerAccountId" in entity.relationships.single_valued
    client.delete_entity("new_wagon")


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
