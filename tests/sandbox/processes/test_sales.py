"""Leads and opportunities: what qualifying, winning and losing does to the data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.processes.desk import CRM, MISSING, Desk

ALL = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}


@pytest.fixture
def lead(desk: Desk) -> str:
    return desk.create(
        "leads",
        subject="Espresso machines",
        firstname="Nadia",
        lastname="Berg",
        companyname="Northwind",
        emailaddress1="nadia@northwind.example",
        address1_city="Seattle",
        estimatedvalue=900,
    )


def qualify(desk: Desk, lead: str, body: dict[str, Any]) -> Any:
    return desk.post(f"leads({lead})/{CRM}.QualifyLead", body)


def test_a_lead_becomes_account_contact_and_opportunity(desk: Desk, lead: str) -> None:
    made = qualify(desk, lead, ALL).json()["value"]
    kinds = [one["@odata.type"] for one in made]
    assert kinds == [f"#{CRM}.account", f"#{CRM}.contact", f"#{CRM}.opportunity"]
    account, contact, deal = made[0]["accountid"], made[1]["contactid"], made[2]["opportunityid"]
    company = desk.row(f"accounts({account})")
    assert (company["name"], company["address1_city"]) == ("Northwind", "Seattle")
    assert (company["_primarycontactid_value"], company["_originatingleadid_value"]) == (contact, lead)
    person = desk.row(f"contacts({contact})")
    assert (person["fullname"], person["emailaddress1"]) == ("Nadia Berg", "nadia@northwind.example")
    assert person["_parentcustomerid_value"] == account
    sale = desk.row(f"opportunities({deal})")
    assert (sale["name"], sale["estimatedvalue"]) == ("Espresso machines", 900)
    assert (sale["_parentaccountid_value"], sale["_parentcontactid_value"]) == (account, contact)
    assert (sale["_customerid_value"], sale["_originatingleadid_value"]) == (account, lead)
    row = desk.row(f"leads({lead})", "statecode", "statuscode")
    assert (row["statecode"], row["statuscode"]) == (1, 3)


@pytest.mark.parametrize("wish", ["CreateAccount", "CreateContact", "CreateOpportunity"])
def test_only_what_is_asked_for_is_made(desk: Desk, lead: str, wish: str) -> None:
    body = {**dict.fromkeys(ALL, False), wish: True, "Status": -1}
    (made,) = qualify(desk, lead, body).json()["value"]
    assert made["@odata.type"] == f"#{CRM}.{wish.removeprefix('Create').lower()}"
    assert desk.row(f"leads({lead})", "statuscode")["statuscode"] == 3


def test_customer_and_currency_of_the_opportunity(desk: Desk, lead: str) -> None:
    customer = desk.create("accounts", name="Known")
    given = {"OpportunityCustomerId": {"@odata.type": f"{CRM}.account", "accountid": customer}}
    body = {**ALL, "CreateAccount": False, "CreateContact": False, **given}
    (made,) = qualify(desk, lead, body).json()["value"]
    assert desk.row(f"opportunities({made['opportunityid']})")["_customerid_value"] == customer


def test_a_lead_is_qualified_once(desk: Desk, lead: str) -> None:
    assert qualify(desk, lead, ALL).status == 200
    answer = qualify(desk, lead, ALL)
    assert (answer.status, answer.code) == (400, "0x80048408")
    assert len(desk.all("accounts")) == 1


@pytest.mark.parametrize(
    "change", [{"Status": 4}, {"Status": "3"}, {"CreateAccount": None}, {"Unknown": 1}, {"CreateContact": "yes"}]
)
def test_what_does_not_fit_is_refused_and_makes_nothing(desk: Desk, lead: str, change: dict[str, Any]) -> None:
    answer = qualify(desk, lead, {**ALL, **change})
    assert answer.status == 400
    assert desk.all("accounts") == desk.all("contacts") == desk.all("opportunities") == []
    assert desk.row(f"leads({lead})", "statecode")["statecode"] == 0


@pytest.fixture
def deal(desk: Desk) -> str:
    return desk.create("opportunities", name="D", estimatedvalue=500)


def close(deal: str, **more: Any) -> dict[str, Any]:
    return {"subject": "Closed", "opportunityid@odata.bind": f"/opportunities({deal})", **more}


def test_an_opportunity_is_won(desk: Desk, deal: str) -> None:
    desk.do("WinOpportunity", {"Status": 3, "OpportunityClose": close(deal, actualrevenue=450)})
    row = desk.row(f"opportunities({deal})")
    assert (row["statecode"], row["statuscode"], row["actualvalue"]) == (1, 3, 450)
    assert row["actualclosedate"]
    (activity,) = desk.all("opportunitycloses")
    assert (activity["subject"], activity["statecode"]) == ("Closed", 1)


@pytest.mark.parametrize(("status", "kept"), [(4, 4), (5, 5), (-1, 4)])
def test_an_opportunity_is_lost(desk: Desk, deal: str, status: int, kept: int) -> None:
    kind = {"@odata.type": f"{CRM}.opportunityclose"}
    desk.do("LoseOpportunity", {"Status": status, "OpportunityClose": {**kind, **close(deal)}})
    row = desk.row(f"opportunities({deal})")
    assert (row["statecode"], row["statuscode"], row["actualvalue"]) == (2, kept, None)


def test_closing_is_refused_where_it_does_not_fit(desk: Desk, deal: str) -> None:
    for body in (
        {"Status": 4, "OpportunityClose": close(deal)},
        {"Status": 3},
        {"Status": 3, "OpportunityClose": {"subject": "whose?"}},
        {"Status": 3, "OpportunityClose": close(MISSING)},
    ):
        assert desk.post("WinOpportunity", body).status in {400, 404}
    assert desk.all("opportunitycloses") == []
    desk.do("WinOpportunity", {"Status": 3, "OpportunityClose": close(deal)})
    again = desk.post("LoseOpportunity", {"Status": 4, "OpportunityClose": close(deal)})
    assert (again.status, again.code) == (400, "0x80048408")


def test_the_messages_are_in_the_metadata(desk: Desk) -> None:
    text = desk.get("$metadata").body.decode()
    assert '<Action Name="QualifyLead" IsBound="true">' in text
    assert '<Action Name="WinOpportunity">' in text


def test_a_bound_message_needs_its_namespace(desk: Desk, lead: str) -> None:
    answer = desk.post(f"leads({lead})/QualifyLead", {})
    assert (answer.status, answer.code) == (400, "0x80060888")
    assert answer.message == "Request message has unresolved parameters."
    for address in (f"leads({lead})/WinOpportunity", f"leads({lead})/nothing", "leads/nothing"):
        assert desk.post(address, {}).status == 404
