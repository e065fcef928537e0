"""Definitions of tables, columns and relationships by Microsoft's Python SDK. Runs in the SDK's own environment."""

from __future__ import annotations

import enum
import tempfile
from pathlib import Path
from typing import Any

from microsoft_sdk import client, refused
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.common.constants import CASCADE_BEHAVIOR_CASCADE, CASCADE_BEHAVIOR_RESTRICT
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.relationship import (
    CascadeConfiguration,
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)

__all__ = ["client"]


def scenario_columns_are_described(client: DataverseClient) -> None:
    names = {column["LogicalName"] for column in client.tables.list_columns("account", select=["LogicalName"])}
    assert {"name", "accountid", "primarycontactid"} <= names
    found = client.tables.get_column("account", "name", typed=True)
    assert found is not None
    assert found["MaxLength"] == 160
    assert client.tables.get("account") is not None
    assert client.tables.get("new_nothing") is None
    assert any(table["LogicalName"] == "account" for table in client.tables.list(select=["LogicalName"]))


class Priority(enum.IntEnum):
    LOW = 1
    HIGH = 2


def scenario_a_table_of_our_own(client: DataverseClient) -> None:
    columns: dict[str, Any] = {
        "new_Code": "string",
        "new_Notes": "memo",
        "new_Pieces": {"type": "int", "min_value": 0, "max_value": 50},
        "new_Price": "decimal",
        "new_Weight": "float",
        "new_Due": "datetime",
        "new_Done": "bool",
        "new_Priority": Priority,
    }
    made = client.tables.create("new_Parcel", columns, display_name="Parcel")
    assert made["table_logical_name"] == "new_parcel"
    row = {"new_code": "A1", "new_pieces": 3, "new_price": 9.5, "new_done": True, "new_priority": 2}
    own = client.records.create("new_Parcel", row)
    found = client.records.retrieve("new_Parcel", own, include_annotations="*")
    assert found is not None
    assert {name: found[name] for name in row} == row
    assert found["new_priority@OData.Community.Display.V1.FormattedValue"].lower() == "high"
    refused(lambda: client.records.create("new_Parcel", {"new_pieces": 51}), 400)
    assert client.tables.add_columns("new_Parcel", {"new_Extra": "string"})
    client.records.update("new_Parcel", own, {"new_extra": "more"})
    client.tables.update_column("new_Parcel", "new_Extra", {"max_length": 4000})
    assert client.tables.remove_columns("new_Parcel", ["new_Extra"])
    refused(lambda: client.records.update("new_Parcel", own, {"new_extra": "more"}), 400)
    client.tables.delete("new_Parcel")
    assert client.tables.get("new_Parcel") is None


def scenario_an_alternate_key(client: DataverseClient) -> None:
    client.tables.create("new_Item", {"new_Code": "string", "new_Amount": "int"})
    key = client.tables.create_alternate_key("new_Item", "new_itemcode", ["new_code"])
    assert [one.status for one in client.tables.get_alternate_keys("new_Item")] == ["Active"]
    one = {"alternate_key": {"new_code": "O'Neil & Co"}, "record": {"new_amount": 1}}
    client.records.upsert("new_Item", [one])
    client.records.upsert("new_Item", [{**one, "record": {"new_amount": 2}}])
    client.records.upsert(
        "new_Item", [{"alternate_key": {"new_code": f"M{n}"}, "record": {"new_amount": n}} for n in range(3)]
    )
    rows = client.records.list("new_Item", select=["new_code", "new_amount"])
    assert {(row["new_code"], row["new_amount"]) for row in rows} == {
        ("O'Neil & Co", 2),
        ("M0", 0),
        ("M1", 1),
        ("M2", 2),
    }
    refused(lambda: client.records.create("new_Item", {"new_code": "M1"}), 412)
    client.tables.delete_alternate_key("new_Item", key.metadata_id)
    client.tables.delete("new_Item")


def scenario_relationships(client: DataverseClient) -> None:
    client.tables.create("new_Team", {"new_Town": "string"})
    client.tables.create("new_Player", {"new_Number": "int"})
    made = client.tables.create_lookup_field("new_Player", "new_TeamId", "new_Team", display_name="Team")
    assert client.tables.get_relationship(made.relationship_schema_name) is not None
    team = client.records.create("new_Team", {"new_town": "Oslo"})
    entity_set = client.tables.get("new_Team")["entity_set_name"]
    player = client.records.create("new_Player", {"new_number": 9, "new_TeamId@odata.bind": f"/{entity_set}({team})"})
    found = client.records.retrieve("new_Player", player, expand=["new_TeamId"])
    assert found is not None
    assert found["new_TeamId"]["new_town"] == "Oslo"
    client.records.delete("new_Team", team)
    row = client.records.retrieve("new_Player", player, select=["_new_teamid_value"])
    assert row is not None
    assert row["_new_teamid_value"] is None
    client.tables.delete_relationship(made.relationship_id)
    client.tables.delete("new_Player")
    client.tables.delete("new_Team")


def scenario_every_column_is_described_at_once(client: DataverseClient) -> None:
    columns = {column["LogicalName"]: column for column in client.tables.list_columns("account", typed=True)}
    assert columns["name"]["MaxLength"] == 160
    assert columns["numberofemployees"]["MinValue"] == 0
    assert {"createdon", "revenue", "primarycontactid"} <= columns.keys()
    strings = client.tables.list_columns("account", filter="AttributeType eq 'String'", select=["LogicalName"])
    assert "name" in {column["LogicalName"] for column in strings}


def scenario_columns_are_changed_together(client: DataverseClient) -> None:
    made = client.tables.create("new_Shelf", {"new_Width": "int"}, primary_column="new_Label")
    assert made["table_logical_name"] == "new_shelf"
    client.tables.add_columns("new_Shelf", {"new_Note": "string"})
    changes = {"new_Width": {"min_value": 1, "max_value": 9}, "new_Note": {"max_length": 5}}
    assert client.tables.update_columns("new_Shelf", changes) == list(changes)
    client.records.create("new_Shelf", {"new_label": "A", "new_width": 9, "new_note": "12345"})
    refused(lambda: client.records.create("new_Shelf", {"new_width": 10}), 400)
    refused(lambda: client.records.create("new_Shelf", {"new_note": "123456"}), 400)
    client.flush_cache("picklist")
    client.tables.delete("new_Shelf")


def scenario_a_relationship_with_rules(client: DataverseClient) -> None:
    client.tables.create("new_Club", {"new_Town": "string"})
    client.tables.create("new_Member", {"new_Number": "int"})
    for name, rule in (
        ("new_Club_Cascade", CASCADE_BEHAVIOR_CASCADE),
        ("new_Club_Restrict", CASCADE_BEHAVIOR_RESTRICT),
    ):
        lookup = LookupAttributeMetadata(schema_name=f"{name}Id", display_name=_label(name))
        relationship = OneToManyRelationshipMetadata(
            schema_name=name,
            referenced_entity="new_club",
            referencing_entity="new_member",
            referenced_attribute="new_clubid",
            cascade_configuration=CascadeConfiguration(delete=rule),
        )
        made = client.tables.create_one_to_many_relationship(lookup, relationship)
        assert made.relationship_schema_name == name
    known = client.tables.list_table_relationships("new_Club", select=["SchemaName"])
    assert {"new_Club_Cascade", "new_Club_Restrict"} <= {one["SchemaName"] for one in known}
    (found,) = client.tables.list_relationships(filter="SchemaName eq 'new_Club_Restrict'", select=["SchemaName"])
    assert found["SchemaName"] == "new_Club_Restrict"
    clubs = client.tables.get("new_Club")["entity_set_name"]
    club, other = (client.records.create("new_Club", {"new_town": town}) for town in ("Oslo", "Bergen"))
    member = client.records.create("new_Member", {"new_Club_CascadeId@odata.bind": f"/{clubs}({club})"})
    client.records.create("new_Member", {"new_Club_RestrictId@odata.bind": f"/{clubs}({other})"})
    client.records.delete("new_Club", club)
    assert client.records.retrieve("new_Member", member) is None
    refused(lambda: client.records.delete("new_Club", other), 405)
    client.tables.delete("new_Member")
    client.tables.delete("new_Club")


def scenario_many_to_many(client: DataverseClient) -> None:
    client.tables.create("new_Course", {"new_Room": "string"})
    relationship = ManyToManyRelationshipMetadata(
        schema_name="new_course_contact", entity1_logical_name="new_course", entity2_logical_name="contact"
    )
    made = client.tables.create_many_to_many_relationship(relationship)
    found = client.tables.get_relationship("new_course_contact")
    assert found is not None
    assert found.relationship_id == made.relationship_id
    client.tables.delete_relationship(made.relationship_id)
    assert client.tables.get_relationship("new_course_contact") is None
    client.tables.delete("new_Course")


def scenario_a_file(client: DataverseClient) -> None:
    client.tables.create("new_Paper", {"new_Title": "string"})
    own = client.records.create("new_Paper", {"new_title": "T"})
    with tempfile.TemporaryDirectory() as folder:
        for mode in ("small", "chunk"):
            path = Path(folder) / f"{mode}.txt"
            path.write_bytes(mode.encode() * 1000)
            client.files.upload("new_Paper", own, "new_Document", str(path), mode=mode, if_none_match=mode == "small")
    row = client.records.retrieve("new_Paper", own, select=["new_document", "new_document_name"])
    assert row is not None
    assert (bool(row["new_document"]), row["new_document_name"]) == (True, "chunk.txt")
    client.tables.delete("new_Paper")


def _label(text: str) -> Label:
    return Label(localized_labels=[LocalizedLabel(label=text, language_code=1033)])
