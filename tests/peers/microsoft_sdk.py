"""Microsoft's Python SDK against the sandbox: what a user of it would do. Runs in the SDK's own environment."""

from __future__ import annotations

import time
from typing import Any

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col, raw
from PowerPlatform.Dataverse.models.query_builder import ExpandOption
from PowerPlatform.Dataverse.models.upsert import UpsertItem

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


def scenario_data_frames(client: DataverseClient) -> None:
    import pandas as pd

    frame = pd.DataFrame([{"lastname": "DF1", "jobtitle": "T"}, {"lastname": "DF2", "jobtitle": "T"}])
    frame["leadid"] = client.dataframe.create("lead", frame)
    frame["firstname"] = ["A", "B"]
    client.dataframe.update("lead", frame[["leadid", "firstname"]], id_column="leadid")
    emptied = pd.DataFrame([{"leadid": frame["leadid"][0], "jobtitle": None}])
    client.dataframe.update("lead", emptied, id_column="leadid", clear_nulls=True)
    query = client.query.builder("lead").select("fullname", "jobtitle").where(col("lastname").startswith("DF"))
    found = query.order_by("fullname").execute().to_dataframe()
    assert list(found["fullname"]) == ["A DF1", "B DF2"]
    assert list(found["jobtitle"].isna()) == [True, False]
    told = client.dataframe.sql("SELECT lastname FROM lead WHERE lastname LIKE 'DF%' ORDER BY lastname")
    assert list(told["lastname"]) == ["DF1", "DF2"]
    client.dataframe.delete("lead", frame["leadid"], use_bulk_delete=False)
    assert len(client.records.list("lead", filter="startswith(lastname,'DF')", select=["leadid"])) == 0


def scenario_upsert_by_two_columns(client: DataverseClient) -> None:
    client.tables.create("new_Seat", {"new_Row": "string", "new_Number": "int", "new_Guest": "string"})
    client.tables.create_alternate_key("new_Seat", "new_rowandnumber", ["new_row", "new_number"])
    first, second = ({"new_row": row, "new_number": 7} for row in ("A/1", "B & 2"))
    client.records.upsert("new_Seat", [UpsertItem(alternate_key=first, record={"new_guest": "Ann"})])
    client.records.upsert(
        "new_Seat", [UpsertItem(alternate_key=key, record={"new_guest": "Bo"}) for key in (first, second)]
    )
    rows = client.records.list("new_Seat", select=["new_row", "new_number", "new_guest"], orderby=["new_row"])
    assert [(row["new_row"], row["new_number"], row["new_guest"]) for row in rows] == [
        ("A/1", 7, "Bo"),
        ("B & 2", 7, "Bo"),
    ]
    client.tables.delete("new_Seat")


def scenario_rows_below_rows_with_options(client: DataverseClient) -> None:
    contacts = ExpandOption("contact_customer_accounts").select("fullname").filter("contains(fullname,'r')")
    query = client.query.builder("account").select("name").where(col("name") == "Alpine Ski House")
    (row,) = query.expand(contacts.order_by("fullname", descending=True).top(1)).execute()
    assert [contact["fullname"] for contact in row["contact_customer_accounts"]] == ["Marco Frei"]


def scenario_annotations_as_asked_for(client: DataverseClient) -> None:
    query = client.query.builder("account").select("_ownerid_value", "statecode").top(1)
    (row,) = query.include_annotations("Microsoft.Dynamics.CRM.lookuplogicalname").execute()
    assert row["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "systemuser"
    assert not any("FormattedValue" in name for name in row)


def scenario_sql_in_all_its_parts(client: DataverseClient) -> None:
    def names(rest: str) -> list[str]:
        return [row["name"] for row in client.query.sql(f"SELECT name FROM account {rest}")]

    everything = names("ORDER BY name")
    assert names("ORDER BY name OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY") == everything[2:5]
    assert names(f"WHERE name IN ('{NORTHWIND}', 'Fourth Coffee') ORDER BY name") == ["Fourth Coffee", NORTHWIND]
    assert names("WHERE name LIKE 'North%' OR name LIKE '%[_]%'") == [NORTHWIND]
    assert len(names(f"WHERE NOT name LIKE 'North%' AND name <> '{NORTHWIND}'")) == len(everything) - 1
    assert names("WHERE fax IS NULL AND revenue IS NOT NULL ORDER BY name") == everything
    cities = client.query.sql("SELECT DISTINCT address1_city FROM account ORDER BY address1_city")
    assert len({row["address1_city"] for row in cities}) == len(cities)
    joined = client.query.sql(
        "SELECT a.name, COUNT(c.contactid) AS n FROM account a LEFT JOIN contact c ON a.accountid = c.parentcustomerid "
        "GROUP BY a.name ORDER BY a.name DESC"
    )
    assert [row["name"] for row in joined] == sorted(everything, key=str.lower, reverse=True)
    (sums,) = client.query.sql(
        "SELECT COUNT(*) AS n, SUM(revenue) AS s, AVG(revenue) AS a, MIN(revenue) AS lo, MAX(revenue) AS hi "
        "FROM account"
    )
    assert (sums["n"], sums["s"]) == (len(everything), sums["a"] * sums["n"])
    assert sums["lo"] < sums["a"] < sums["hi"]
    refused(lambda: client.query.sql("SELECT nope FROM account"), 400)


def scenario_what_is_deleted_with_a_row(client: DataverseClient) -> None:
    account = client.records.create("account", {"name": "Gone"})
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = client.records.create("contact", {"lastname": "Gone too", **bind})
    client.records.delete("account", account)
    assert client.records.retrieve("contact", contact) is None
    group = client.records.create("uomschedule", {"name": "Weights", "baseuomname": "Gram"})
    in_group = {"uomscheduleid@odata.bind": f"/uomschedules({group})"}
    unit = client.records.create("uom", {"name": "Bag", "quantity": 1, **in_group})
    counted = {"defaultuomid@odata.bind": f"/uoms({unit})"}
    grouped = {"defaultuomscheduleid@odata.bind": f"/uomschedules({group})"}
    client.records.create(
        "product", {"name": "Beans", "productnumber": "SDK1", "quantitydecimal": 0, **counted, **grouped}
    )
    refused(lambda: client.records.delete("uom", unit), 405)
