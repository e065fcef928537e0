"""Messages that move sales and service along, sent by users who lack something for it."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.people.access import DEPTHS
from onteg_dynamics.sandbox.people.catalogue import privilege_id
from onteg_dynamics.sandbox.people.roles import grant
from tests.sandbox.people.conftest import Office

CRM = "Microsoft.Dynamics.CRM"
_BIND = "@odata.bind"
_OPPORTUNITY = {"ReadOpportunity", "WriteOpportunity", "AppendToOpportunity"}
_ACTIVITY = {"CreateActivity", "AppendActivity", "WriteActivity"}
_QUALIFY = {
    *("ReadLead", "WriteLead", "AppendToLead"),
    *("CreateAccount", "WriteAccount", "AppendAccount", "AppendToAccount"),
    *("CreateContact", "AppendContact", "AppendToContact", "CreateOpportunity", "AppendOpportunity"),
}
_GENERATE = {"ReadOpportunity", "AppendToOpportunity", "AppendToAccount", "AppendToTransactionCurrency"}
_QUOTE = {"CreateQuote", "AppendQuote", "ReadQuote"}
NEEDS = {
    "QualifyLead": _QUALIFY,
    "WinOpportunity": _OPPORTUNITY | _ACTIVITY,
    "LoseOpportunity": _OPPORTUNITY | _ACTIVITY,
    "CloseIncident": {"ReadIncident", "WriteIncident", "AppendToIncident"} | _ACTIVITY,
    "GenerateQuoteFromOpportunity": _GENERATE | _QUOTE,
    "WinQuote": {"ReadQuote", "WriteQuote", "CreateActivity"},
    "CloseQuote": {"ReadQuote", "WriteQuote", "CreateActivity"},
    "FulfillSalesOrder": {"ReadOrder", "WriteOrder", "CreateActivity"},
    "CancelSalesOrder": {"ReadOrder", "WriteOrder", "CreateActivity"},
}
"""The privileges that each message needs."""


@pytest.mark.parametrize("message", NEEDS)
def test_a_message_needs_each_of_its_privileges_and_no_other(office: Office, message: str) -> None:
    url, body = _call(office, message)
    role = office.role("Little", prvReadTask="Global")
    user = office.user("Ada", role)
    before, missing = _rows(office), set()
    for _ in NEEDS[message]:
        answer = office.as_(user, "POST", url, body)
        assert (answer.status, answer.code) == (403, "0x80040220"), answer.body
        name = answer.message.partition("is missing ")[2].partition(" ")[0]
        assert _rows(office) == before, "a refused message leaves nothing behind"
        missing.add(name.removeprefix("prv"))
        grant(office.world, role, privilege_id(name), DEPTHS["Global"])
    assert missing == NEEDS[message]
    assert office.as_(user, "POST", url, body).status in {200, 204}


@pytest.mark.parametrize("message", NEEDS)
def test_rows_of_others_are_out_of_reach(office: Office, message: str) -> None:
    url, body = _call(office, message)
    user = office.user("Ada", office.role("Own", **{f"prv{name}": "Basic" for name in NEEDS[message]}))
    before = _rows(office)
    answer = office.as_(user, "POST", url, body)
    assert (answer.status, answer.code) == (403, "0x80048306"), answer.body
    assert _rows(office) == before


def test_how_a_row_stands_is_told_to_its_readers_only(office: Office) -> None:
    url, body = _call(office, "QualifyLead")
    assert office.post(url, body).status == 200
    others = {f"prv{name}": "Global" for name in NEEDS["QualifyLead"] - {"ReadLead"}}
    user = office.user("Ada", office.role("Blind", **others))
    assert office.as_(user, "POST", url, body).code == "0x80040220"
    assert office.post(url, body).code == "0x80048408"


def test_duplicates_and_rollups_are_of_rows_that_one_may_read(office: Office) -> None:
    reader = office.role("Own", prvReadContact="Basic", prvReadAccount="Basic")
    user = office.user("Ada", reader)
    mine = office.create(
        "contacts", lastname="Lee", emailaddress1="a@b.example", **{f"ownerid{_BIND}": f"/systemusers({user})"}
    )
    theirs = office.create("contacts", lastname="Lee", emailaddress1="a@b.example")
    assert [_alike(office, user, one) for one in (mine, theirs)] == [[], "0x80048306"]
    account = office.create("accounts", name="Theirs")
    target = f'{{"@odata.id":"accounts({account})"}}'
    rollup = f"CalculateRollupField(Target=@p1,FieldName=@p2)?@p1={target}&@p2='opendeals'"
    assert office.as_(user, "GET", rollup).code == "0x80048306"
    assert office.get(rollup).status == 200


def _alike(office: Office, user: str, contact: str) -> Any:
    entity = f'{{"@odata.id":"contacts({contact})"}}'
    options = f'@p1={entity}&@p2=\'contact\'&@p3={{"PageNumber":1,"Count":10}}'
    answer = office.as_(
        user, "GET", f"RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)?{options}"
    )
    return answer.json()["value"] if answer.status == 200 else answer.code


def _rows(office: Office) -> dict[str, list[Any]]:
    """Everything that these messages might write."""
    model = office.world.model.tables
    names = ("lead", "account", "contact", "opportunity", "opportunityclose", "incident", "incidentresolution")
    documents = ("quote", "quoteclose", "salesorder", "orderclose")
    return {name: office.world.store.select(model[name].logical_name, {}) for name in (*names, *documents)}


def _call(office: Office, message: str) -> tuple[str, dict[str, Any]]:
    """The message about a row made for it: its address and its body."""
    customer = office.create("accounts", name="Customer")
    of = {f"customerid_account{_BIND}": f"/accounts({customer})"}
    if message == "QualifyLead":
        lead = office.create("leads", lastname="Lee", companyname="Lee Ltd", subject="Beans")
        wanted = dict.fromkeys(("CreateAccount", "CreateContact", "CreateOpportunity"), True)
        return f"leads({lead})/{CRM}.QualifyLead", {**wanted, "Status": -1}
    if message == "CloseIncident":
        case = office.create("incidents", title="Leak", **of)
        how = {"subject": "Done", f"incidentid{_BIND}": f"/incidents({case})"}
        return message, {"IncidentResolution": how, "Status": 5}
    if message.endswith("Opportunity"):
        deal = office.create("opportunities", name="Deal", **of)
        if message.startswith("Generate"):
            return message, {"OpportunityId": deal}
        how = {"subject": "Done", f"opportunityid{_BIND}": f"/opportunities({deal})"}
        return message, {"OpportunityClose": how, "Status": -1}
    if message.endswith("Quote"):
        quote = office.create("quotes", name="Offer", **of)
        if message == "WinQuote":
            office.patch(f"quotes({quote})", {"statecode": 1, "statuscode": 2})
        return message, {"QuoteClose": {"subject": "Done", f"quoteid{_BIND}": f"/quotes({quote})"}, "Status": -1}
    order = office.create("salesorders", name="Order", **of)
    return message, {"OrderClose": {"subject": "Done", f"salesorderid{_BIND}": f"/salesorders({order})"}, "Status": -1}
