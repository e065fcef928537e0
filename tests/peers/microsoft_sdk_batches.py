"""Batches and change sets of Microsoft's Python SDK. Runs in the SDK's own environment."""

from __future__ import annotations

import warnings

import pandas as pd
from microsoft_sdk import client
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.models.labels import Label, LocalizedLabel
from PowerPlatform.Dataverse.models.relationship import (
    LookupAttributeMetadata,
    ManyToManyRelationshipMetadata,
    OneToManyRelationshipMetadata,
)

__all__ = ["client"]


def scenario_a_batch(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.records.create("account", {"name": "In a batch"})
    batch.records.list("account", filter="name eq 'In a batch'", select=["name"])
    batch.records.create("account", [{"name": "M1"}, {"name": "M2"}])
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    assert len(result.succeeded) == 3


def scenario_a_change_set(client: DataverseClient) -> None:
    batch = client.batch.new()
    with batch.changeset() as changes:
        account = changes.records.create("account", {"name": "Together"})
        changes.records.create("contact", {"lastname": "T", "parentcustomerid_account@odata.bind": account})
        changes.records.update("account", account, {"fax": "1"})
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    row = client.records.list(
        "account", filter="name eq 'Together'", select=["fax"], expand=["contact_customer_accounts"]
    )
    assert (row[0]["fax"], len(row[0]["contact_customer_accounts"])) == ("1", 1)


def scenario_a_change_set_that_fails_is_undone(client: DataverseClient) -> None:
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("account", {"name": "Undone"})
        changes.records.create("account", {"nope": 1})
    batch.records.list("account", filter="name eq 'Undone'", select=["name"])
    result = batch.execute(continue_on_error=True)
    assert len(result.failed) == 1
    assert len(client.records.list("account", filter="name eq 'Undone'", select=["name"])) == 0


def scenario_all_that_a_batch_does_to_rows(client: DataverseClient) -> None:
    one, *others = client.records.create("contact", [{"lastname": f"B{number}"} for number in range(4)])
    batch = client.batch.new()
    batch.records.update("contact", one, {"jobtitle": "Batched"})
    batch.records.update("contact", others, {"jobtitle": "Batched"})
    batch.records.retrieve("contact", one, select=["jobtitle"], include_annotations="*")
    batch.records.list("contact", filter="jobtitle eq 'Batched'", select=["lastname"], orderby=["lastname"], count=True)
    batch.query.sql("SELECT lastname FROM contact WHERE jobtitle = 'Batched' ORDER BY lastname")
    batch.records.delete("contact", one)
    batch.records.delete("contact", others[:2], use_bulk_delete=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch.records.get("contact", others[2], select=["lastname"])
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    told = [item.data for item in result.responses if item.data]
    assert told[0]["jobtitle"] == "Batched"
    assert [row["lastname"] for row in told[1]["value"]] == [row["lastname"] for row in told[2]["value"]]
    assert told[1]["@odata.count"] == 4
    assert told[-1]["lastname"] == "B3"
    assert len(client.records.list("contact", filter="jobtitle eq 'Batched'", select=["contactid"])) == 1


def scenario_a_batch_upserts(client: DataverseClient) -> None:
    client.tables.create("new_Box", {"new_Code": "string", "new_Amount": "int"})
    client.tables.create_alternate_key("new_Box", "new_boxcode", ["new_code"])
    item = {"alternate_key": {"new_code": "O'Neil"}, "record": {"new_amount": 1}}
    batch = client.batch.new()
    batch.records.upsert("new_Box", [item])
    batch.records.upsert(
        "new_Box", [{**item, "record": {"new_amount": 2}}, {**item, "alternate_key": {"new_code": "B"}}]
    )
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    rows = client.records.list("new_Box", select=["new_code", "new_amount"], orderby=["new_code"])
    assert [(row["new_code"], row["new_amount"]) for row in rows] == [("B", 1), ("O'Neil", 2)]
    client.tables.delete("new_Box")


def scenario_a_batch_of_data_frames(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.dataframe.create("lead", pd.DataFrame([{"lastname": "BDF1"}, {"lastname": "BDF2"}]))
    assert not batch.execute().has_errors
    rows = client.records.list("lead", filter="startswith(lastname,'BDF')", select=["leadid"])
    frame = pd.DataFrame([{"leadid": row["leadid"], "firstname": "F"} for row in rows])
    batch = client.batch.new()
    batch.dataframe.update("lead", frame, id_column="leadid")
    batch.records.list("lead", filter="firstname eq 'F' and startswith(lastname,'BDF')", select=["leadid"])
    batch.dataframe.delete("lead", frame["leadid"], use_bulk_delete=False)
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    assert len(next(item.data for item in result.responses if item.data and "value" in item.data)["value"]) == 2
    assert len(client.records.list("lead", filter="startswith(lastname,'BDF')", select=["leadid"])) == 0


def scenario_a_change_set_deletes(client: DataverseClient) -> None:
    own = client.records.create("account", {"name": "To be deleted"})
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("account", {"name": "In its place"})
        changes.records.delete("account", own)
    assert not batch.execute().has_errors
    assert client.records.retrieve("account", own) is None


def scenario_a_failure_stops_a_batch(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.records.create("account", {"nope": 1})
    batch.records.create("account", {"name": "Never made"})
    result = batch.execute()
    assert (len(result.responses), result.failed[0].status_code) == (1, 400)
    assert len(client.records.list("account", filter="name eq 'Never made'", select=["name"])) == 0


def scenario_a_batch_of_definitions(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.tables.create("new_Ship", {"new_Tons": "int"}, display_name="Ship")
    batch.tables.create("new_Port", {"new_Depth": "decimal"})
    assert not batch.execute().has_errors
    lookup = LookupAttributeMetadata(schema_name="new_HomeId", display_name=_label("Home"))
    home = OneToManyRelationshipMetadata(
        schema_name="new_port_ship",
        referenced_entity="new_port",
        referencing_entity="new_ship",
        referenced_attribute="new_portid",
    )
    calls = ManyToManyRelationshipMetadata(
        schema_name="new_ship_calls", entity1_logical_name="new_ship", entity2_logical_name="new_port"
    )
    batch = client.batch.new()
    batch.tables.add_columns("new_Ship", {"new_Flag": "string"})
    batch.tables.create_one_to_many_relationship(lookup, home)
    batch.tables.create_many_to_many_relationship(calls)
    batch.tables.create_lookup_field("new_ship", "new_RefugeId", "new_port", display_name="Refuge")
    batch.tables.get("new_Ship")
    batch.tables.list(filter="LogicalName eq 'new_ship'", select=["LogicalName"])
    batch.tables.get_relationship("new_port_ship")
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    made = client.tables.get_relationship("new_ship_calls")
    assert made is not None
    batch = client.batch.new()
    batch.tables.remove_columns("new_Ship", ["new_Flag"])
    batch.tables.delete_relationship(made.relationship_id)
    batch.tables.delete("new_Ship")
    batch.tables.delete("new_Port")
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    assert client.tables.get("new_Ship") is None


def _label(text: str) -> Label:
    return Label(localized_labels=[LocalizedLabel(label=text, language_code=1033)])
