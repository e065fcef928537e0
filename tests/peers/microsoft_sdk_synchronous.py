"""What only the synchronous half of Microsoft's Python SDK offers. Runs in the SDK's own environment."""

from __future__ import annotations

import warnings

from microsoft_sdk import NORTHWIND, client
from PowerPlatform.Dataverse.client import DataverseClient

__all__ = ["client"]


def scenario_what_is_deprecated_still_works(client: DataverseClient) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (page,) = client.records.get("account", filter="name eq 'Fourth Coffee'", select=["name"])
        row = client.records.get("account", page[0]["accountid"], select=["name"])
        frame = client.dataframe.get("account", filter="name eq 'Fourth Coffee'", select=["name"])
    assert row["name"] == "Fourth Coffee"
    assert list(frame["name"]) == ["Fourth Coffee"]


def scenario_what_the_sdk_tells_of_queries(client: DataverseClient) -> None:
    columns = {column["name"]: column for column in client.query.sql_columns("account")}
    assert columns["accountid"]["is_pk"]
    assert columns["name"]["label"] == "Account Name"
    assert "name" in client.query.odata_select("account")
    nav = client.query.odata_expand("contact", "account")
    (row,) = client.records.list("contact", filter="lastname eq 'McKay'", select=["fullname"], expand=[nav])
    assert row[nav]["name"] == NORTHWIND
    assert "primarycontactid" in {one["nav_property"] for one in client.query.odata_expands("account")}
    own = client.records.list("account", filter=f"name eq '{NORTHWIND}'", select=["accountid"])[0]["accountid"]
    bind = client.query.odata_bind("contact", "account", own)
    made = client.records.retrieve("contact", client.records.create("contact", {"lastname": "Bound", **bind}))
    assert made is not None
    assert made["_parentcustomerid_value"] == own
