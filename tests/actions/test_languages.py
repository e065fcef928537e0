"""Query with FetchXML, Run Saved View, Run SQL Query, List Related Records, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import BadRequestError, InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox.model import stable_id

NORTHWIND = stable_id("seed", "account", "Northwind Roasters")
CONTACTS = """<fetch><entity name="contact"><attribute name="fullname"/><attribute name="preferredcontactmethodcode"/>
  <attribute name="parentcustomerid"/><attribute name="fax"/><order attribute="fullname"/>
  <link-entity name="account" from="accountid" to="parentcustomerid" alias="a"><attribute name="name"/></link-entity>
  </entity></fetch>"""


@pytest.mark.parametrize("page_size", ["3", "5", "100"])
def test_fetchxml_is_paged_by_itself(run: Any, page_size: str) -> None:
    output = run("query_with_fetchxml", fetchxml=CONTACTS, page_size=page_size)
    names = [row["fullname"] for row in output["rows"]]
    assert names == sorted(names, key=str.lower)
    assert len({row["contactid"] for row in output["rows"]}) == len(names) == 16
    assert (output["table"], output["complete"], output["cursor"]) == ("contact", True, None)


def test_fetchxml_rows_are_stable_and_labelled(run: Any) -> None:
    row = run("query_with_fetchxml", fetchxml=CONTACTS, labels="true", top="1")["rows"][0]
    assert row["fax"] is None
    assert row["parentcustomerid.table"] == "account"
    assert row["a.name"] == row["parentcustomerid.label"]
    assert row["preferredcontactmethodcode.label"] in {"Any", "Email", "Phone"}
    assert not [name for name in row if "@" in name]


def test_fetchxml_goes_on_with_its_cursor(run: Any) -> None:
    first = run("query_with_fetchxml", fetchxml=CONTACTS, top="5", page_size="3")
    second = run("query_with_fetchxml", fetchxml=CONTACTS, top="5", page_size="3", cursor=first["cursor"])
    assert (first["reason"], first["complete"]) == ("top", False)
    assert not {row["contactid"] for row in first["rows"]} & {row["contactid"] for row in second["rows"]}


def test_without_a_cookie_pages_are_numbered(run: Any) -> None:
    by_company = CONTACTS.replace('<attribute name="name"/>', '<attribute name="name"/><order attribute="name"/>')
    rows = run("query_with_fetchxml", fetchxml=by_company.replace('<order attribute="fullname"/>', ""), page_size=4)[
        "rows"
    ]
    assert len({row["contactid"] for row in rows}) == 16
    companies = [row["a.name"] for row in rows]
    assert companies == sorted(companies, key=str.lower)


def test_fetchxml_aggregates(run: Any) -> None:
    text = """<fetch aggregate="true"><entity name="opportunity"><attribute name="opportunityid" aggregate="count"
      alias="deals"/><attribute name="statecode" groupby="true" alias="state"/></entity></fetch>"""
    (row,) = run("query_with_fetchxml", fetchxml=text, labels=True)["rows"]
    assert (row["deals"], row["state"], row["state.label"]) == (14, 0, "Open")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<fetch>", "is not well formed (line 1"),
        ("<query/>", "is no FetchXML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><fetch><entity name="account"/></fetch>', "is no FetchXML"),
        ('<fetch><entity name="acount"/></fetch>', 'Did you mean "account"'),
    ],
)
def test_fetchxml_that_is_none(executor: Executor, settings: dict[str, str], text: str, told: str) -> None:
    result = executor.run("query_with_fetchxml", {"fetchxml": text}, settings)
    with pytest.raises(InputError):
        result.unwrap()
    assert told in str(result.error)


def test_fetchxml_that_the_service_refuses(run: Any) -> None:
    condition = '<filter><condition attribute="name" operator="nope" value="x"/></filter>'
    text = f'<fetch><entity name="account"><attribute name="name"/>{condition}</entity></fetch>'
    with pytest.raises(BadRequestError, match="nope"):
        run("query_with_fetchxml", fetchxml=text)


def test_a_view_by_name_and_by_id(run: Any) -> None:
    by_name = run("run_saved_view", table="accounts", view="active accounts")
    assert by_name["view"] == "Active Accounts"
    assert len(by_name["rows"]) == 10
    view = next(one for one in run("list_views", table="account")["views"] if one["name"] == "Active Accounts")
    assert run("run_saved_view", table="account", view=view["id"])["rows"] == by_name["rows"]


def test_a_personal_view(run: Any) -> None:
    text = '<fetch><entity name="account"><attribute name="name"/><filter><condition attribute="name" operator="like" '
    text += 'value="North%"/></filter></entity></fetch>'
    row = {"name": "Mine", "returnedtypecode": "account", "fetchxml": text, "querytype": 0}
    run("send_request", method="POST", path="userqueries", body=row)
    rows = run("run_saved_view", table="account", view="Mine")["rows"]
    assert [row["name"] for row in rows] == ["Northwind Roasters"]


def test_a_view_that_is_not_there(run: Any) -> None:
    with pytest.raises(InputError, match='Did you mean "Active Accounts"'):
        run("run_saved_view", table="account", view="Active Acounts")


@pytest.mark.parametrize("page_size", ["3", "5000"])
def test_sql(run: Any, page_size: str) -> None:
    text = "SELECT name, revenue FROM account WHERE revenue > 2000000 ORDER BY revenue DESC"
    output = run("run_sql_query", table="account", sql=text, page_size=page_size)
    values = [row["revenue"] for row in output["rows"]]
    assert values == sorted(values, reverse=True)
    assert len(values) == 9
    assert output["complete"] is True


def test_sql_that_the_service_refuses(run: Any) -> None:
    with pytest.raises(BadRequestError):
        run("run_sql_query", table="account", sql="DELETE FROM account")


def test_list_related_records(run: Any) -> None:
    base = {"table": "account", "id": NORTHWIND, "related_table": "contact"}
    output = run(
        "list_related_records",
        **base,
        relationship="contact_customer_accounts",
        select="fullname,parentcustomerid",
        order_by="fullname",
        page_size="1",
        labels=True,
    )
    assert [row["fullname"] for row in output["rows"]] == ["Omar Haddad", "Yvonne McKay"]
    assert output["relationship"] == "contact_customer_accounts"
    with pytest.raises(InputError, match="is a lookup"):
        run("list_related_records", **base, relationship="primarycontactid")
