"""Microsoft's Python SDK against the sandbox: what a user of it would do. Runs in the SDK's own environment."""

from __future__ import annotations

import enum
import time
from typing import Any

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col, raw
from PowerPlatform.Dataverse.models.query_builder import ExpandOption

NORTHWIND = "Northwind Roasters"


class Credential:
    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)


def client(settings: dict[str, str]) -> DataverseClient:
    return DataverseClient(settings["endpoint_url"], Credential(settings["token"]))


def refused(work: Any, status: int) -> HttpError:
    try:
        work()
    except HttpError as error:
        assert error.status_code == status, (error.status_code, str(error))
        return error
    raise AssertionError("it was not refused")


def scenario_create_read_change_delete(client: DataverseClient) -> None:
    own = client.records.create("account", {"name": "Fabrikam", "numberofemployees": 7, "creditonhold": True})
    row = client.records.retrieve("account", own, select=["name", "numberofemployees", "creditonhold"])
    assert row is not None
    assert (row["name"], row["numberofemployees"], row["creditonhold"]) == ("Fabrikam", 7, True)
    client.records.update("account", own, {"telephone1": "555-0100", "numberofemployees": None})
    row = client.records.retrieve("account", own, select=["telephone1", "numberofemployees"])
    assert row is not None
    assert (row["telephone1"], row["numberofemployees"]) == ("555-0100", None)
    client.records.delete("account", own)
    assert client.records.retrieve("account", own) is None


def scenario_many_rows_at_once(client: DataverseClient) -> None:
    ids = client.records.create("contact", [{"lastname": f"L{number}"} for number in range(25)])
    assert len(set(ids)) == 25
    client.records.update("contact", ids, {"jobtitle": "Taster"})
    client.records.update("contact", ids[:2], [{"firstname": "A"}, {"firstname": "B"}])
    found = client.records.list("contact", filter=col("jobtitle") == "Taster", select=["fullname", "firstname"])
    assert len(found) == 25
    assert {row["fullname"] for row in found} >= {"A L0", "B L1", "L2"}
    client.records.delete("contact", ids[:3], use_bulk_delete=False)
    assert len(client.records.list("contact", filter=col("jobtitle") == "Taster", select=["contactid"])) == 22


def scenario_bulk_delete_as_a_job(client: DataverseClient) -> None:
    ids = client.records.create("contact", [{"lastname": "Gone"} for _ in range(5)])
    job = client.records.delete("contact", ids)
    assert job
    for _ in range(50):
        state = client.records.retrieve("asyncoperation", job, select=["statecode", "statuscode"])
        assert state is not None
        if state["statecode"] == 3:
            break
        time.sleep(0.05)
    assert (state["statecode"], state["statuscode"]) == (3, 30)
    assert len(client.records.list("contact", filter="lastname eq 'Gone'", select=["contactid"])) == 0


def scenario_lookups_are_bound(client: DataverseClient) -> None:
    account = client.records.list("account", filter=col("name") == NORTHWIND, select=["accountid"]).first()
    assert account is not None
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account['accountid']})"}
    own = client.records.create("contact", {"lastname": "Bound", **bind})
    row = client.records.retrieve(
        "contact",
        own,
        select=["lastname", "_parentcustomerid_value"],
        expand=["parentcustomerid_account"],
        include_annotations="*",
    )
    assert row is not None
    assert row["_parentcustomerid_value"] == account["accountid"]
    assert row["parentcustomerid_account"]["name"] == NORTHWIND
    annotation = "_parentcustomerid_value@OData.Community.Display.V1.FormattedValue"
    assert row[annotation] == NORTHWIND


def scenario_case_of_navigation_names_counts(client: DataverseClient) -> None:
    wrong = {"ParentCustomerId_Account@odata.bind": "/accounts(00000000-0000-0000-0000-000000000001)"}
    refused(lambda: client.records.create("contact", {"lastname": "X", **wrong}), 400)


def scenario_pages(client: DataverseClient) -> None:
    client.records.create("lead", [{"lastname": f"P{number:03d}"} for number in range(45)])
    pages = list(
        client.records.list_pages("lead", select=["lastname"], filter="startswith(lastname,'P')", page_size=10)
    )
    sizes = [len(page) for page in pages]
    assert sum(sizes) >= 45
    assert max(sizes) == 10
    ids = [row["leadid"] for page in pages for row in page]
    assert len(set(ids)) == len(ids)
    top = client.records.list("lead", select=["lastname"], orderby=["lastname desc"], top=3)
    assert len(top) == 3


def scenario_the_query_builder(client: DataverseClient) -> None:
    found = (
        client.query.builder("opportunity")
        .select("name", "estimatedvalue", "statuscode")
        .where((col("statecode") == 0) & (col("estimatedvalue") > 5000) & ~(col("name") == "x"))
        .order_by("estimatedvalue", descending=True)
        .include_formatted_values()
        .expand(ExpandOption("customerid_account").select("name"))
        .count()
        .execute()
    )
    values = [row["estimatedvalue"] for row in found]
    assert values == sorted(values, reverse=True)
    assert found[0]["statuscode@OData.Community.Display.V1.FormattedValue"] == "In Progress"
    assert found[0]["customerid_account"]["name"]


def scenario_every_kind_of_filter(client: DataverseClient) -> None:
    def names(expression: Any) -> set[str]:
        return {row["name"] for row in client.records.list("account", filter=expression, select=["name"])}

    everything = names(None)
    assert names(col("name").in_([NORTHWIND, "Fourth Coffee"])) == {NORTHWIND, "Fourth Coffee"}
    assert names(col("name").not_in([NORTHWIND])) == everything - {NORTHWIND}
    assert names(col("name").contains("coffee")) == {"Fourth Coffee"}
    assert names(col("name").startswith("north")) == {NORTHWIND}
    assert names(col("name").endswith("roasters")) == {NORTHWIND}
    assert names(col("name").like("%oast%")) == {NORTHWIND}
    assert names(col("name").not_like("%oast%")) == everything - {NORTHWIND}
    assert NORTHWIND in names(col("numberofemployees").between(80, 90))
    assert NORTHWIND not in names(col("numberofemployees").not_between(80, 90))
    assert names(col("fax").is_null()) == everything
    assert names(col("fax").is_not_null()) == set()
    assert names(raw("Microsoft.Dynamics.CRM.OlderThanXDays(PropertyName='createdon',PropertyValue=1)"))


def scenario_expanding_a_collection(client: DataverseClient) -> None:
    rows = client.records.list(
        "account",
        filter=col("name") == "Alpine Ski House",
        select=["name"],
        expand=["contact_customer_accounts($select=fullname;$orderby=fullname)"],
    )
    row = rows.first()
    assert row is not None
    assert [contact["fullname"] for contact in row["contact_customer_accounts"]] == ["Lena Brunner", "Marco Frei"]


def scenario_unknown_things_are_refused(client: DataverseClient) -> None:
    refused(lambda: client.records.create("account", {"nope": 1}), 400)
    refused(lambda: client.records.list("account", select=["nope"]), 400)
    refused(lambda: client.records.update("account", "00000000-0000-0000-0000-000000000009", {"name": "x"}), 404)


def scenario_fetchxml(client: DataverseClient) -> None:
    xml = """<fetch count="4"><entity name="contact"><attribute name="fullname"/><order attribute="fullname"/>
      <link-entity name="account" from="accountid" to="parentcustomerid" alias="a">
      <attribute name="name"/></link-entity>
      </entity></fetch>"""
    pages = list(client.query.fetchxml(xml).execute_pages())
    rows = [row for page in pages for row in page]
    assert len(pages) > 1
    assert len({row["contactid"] for row in rows}) == len(rows)
    assert all(row["a.name"] for row in rows)


def scenario_fetchxml_aggregates(client: DataverseClient) -> None:
    xml = """<fetch aggregate="true"><entity name="opportunity"><attribute name="estimatedvalue" aggregate="sum"
      alias="total"/><attribute name="statecode" groupby="true" alias="state"/></entity></fetch>"""
    (row,) = client.query.fetchxml(xml).execute()
    assert row["state"] == 0
    assert row["total"] > 100_000


def scenario_sql(client: DataverseClient) -> None:
    rows = client.query.sql("SELECT TOP 3 name, revenue FROM account WHERE revenue > 1000000 ORDER BY revenue DESC")
    values = [row["revenue"] for row in rows]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)
    joined = client.query.sql(
        "SELECT c.fullname AS person, a.name AS company "
        "FROM contact c JOIN account a ON c.parentcustomerid = a.accountid"
    )
    assert {"Yvonne McKay"} <= {row["person"] for row in joined}
    counted = client.query.sql("SELECT statecode, COUNT(opportunityid) AS n FROM opportunity GROUP BY statecode")
    assert counted[0]["n"] > 5


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


def scenario_a_data_frame(client: DataverseClient) -> None:
    import pandas as pd

    ids = client.dataframe.create("lead", pd.DataFrame([{"lastname": "DF1"}, {"lastname": "DF2"}]))
    frame = client.query.builder("lead").select("lastname").where(col("lastname").startswith("DF")).to_dataframe()
    assert set(frame["lastname"]) == {"DF1", "DF2"}
    assert len(ids) == 2


def scenario_columns_are_described(client: DataverseClient) -> None:
    names = {column["LogicalName"] for column in client.tables.list_columns("account", select=["LogicalName"])}
    assert {"name", "accountid", "primarycontactid"} <= names
    found = client.tables.get_column("account", "name", typed=True)
    assert found is not None
    assert found["MaxLength"] == 160
    assert "primarycontactid" in {one["nav_property"] for one in client.query.odata_expands("account")}
    assert client.query.odata_bind("contact", "account", "00000000-0000-0000-0000-000000000001")
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
