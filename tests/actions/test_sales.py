"""Leads, opportunities and what is ordered after them, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, LookupTextError, NotFoundError
from onteg_dynamics.sandbox import Sandbox

LEAD = "aec2c2ea-8e50-5f9e-9ff5-67bf3c46e0cf"
DEAL = "9eab02a0-366b-501a-96dd-5db9c781366e"
MISSING = "11111111-1111-1111-1111-111111111111"


def row(run: Any, table: str, key: str, *columns: str) -> dict[str, Any]:
    found = run("get_record", table=table, key=key, select=list(columns))["row"]
    return {name: found[name] for name in columns}


def posts(sandbox: Sandbox) -> list[str]:
    """The messages sent to the service."""
    paths = [one.target for one in sandbox.exchanges if one.method == "POST" and one.target.startswith("/api/")]
    return [path.rpartition("/")[2].rpartition(".")[2] for path in paths if "$batch" not in path]


def test_a_lead_becomes_account_contact_and_opportunity(run: Any) -> None:
    output = run("qualify_lead", lead=LEAD)
    assert (output["was"], output["name"]) == ("Open", "Grace Okafor")
    assert [one["table"] for one in output["created"]] == ["account", "contact", "opportunity"]
    deal = row(run, "opportunity", output["opportunity_id"], "originatingleadid", "parentaccountid", "parentcontactid")
    assert list(deal.values()) == [LEAD, output["account_id"], output["contact_id"]]
    assert row(run, "lead", LEAD, "statecode")["statecode"] == 1


def test_a_lead_by_name_becomes_an_opportunity_of_a_known_customer(run: Any) -> None:
    account = run("create_record", table="account", row={"name": "Known"})["id"]
    wish = {"create_account": "no", "create_contact": "false", "customer": "Known", "currency": "Euro"}
    output = run("qualify_lead", lead="Grace Okafor", status="Qualified", **wish)
    assert (output["account_id"], output["contact_id"]) == (None, None)
    deal = row(run, "opportunity", output["opportunity_id"], "customerid", "transactioncurrencyid")
    assert deal["customerid"] == account


@pytest.mark.parametrize("customer", [{"table": "contact", "name": "Jim Glynn"}, "Jim Glynn"])
def test_a_customer_may_be_a_contact(run: Any, customer: Any) -> None:
    output = run("qualify_lead", lead=LEAD, create_account=False, create_contact=False, customer=customer)
    held = run("get_record", table="opportunity", key=output["opportunity_id"], select="customerid", labels=True)
    assert held["row"]["customerid.table"] == "contact"


def test_a_lead_is_qualified_once(run: Any, sandbox: Sandbox) -> None:
    run("qualify_lead", lead=LEAD)
    with pytest.raises(InputError, match='"Grace Okafor" is Qualified and cannot be qualified') as caught:
        run("qualify_lead", lead=LEAD)
    assert "Set Record Status" in str(caught.value.details.fix)
    assert posts(sandbox).count("QualifyLead") == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"lead": "Nobody At All"}, "no row of lead has this name"),
        ({"lead": {"table": "account", "id": LEAD}}, "must be a row of lead"),
        ({"lead": LEAD, "status": "Lost"}, r"allowed are Qualified \(3\)"),
        ({"lead": LEAD, "customer": "Nobody At All"}, "Customer .*no row has this name"),
        ({"lead": LEAD, "customer": {"table": "lead", "id": LEAD, "name": "x"}}, "Customer"),
        ({"lead": LEAD, "currency": "Doubloon"}, "Currency .*no row of transactioncurrency"),
    ],
)
def test_what_does_not_fit_is_said_and_makes_nothing(
    run: Any, sandbox: Sandbox, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        run("qualify_lead", **options)
    assert "QualifyLead" not in posts(sandbox)


def test_names_must_mean_one_row(run: Any) -> None:
    for _ in range(2):
        run("create_record", table="opportunity", row={"name": "Twice"})
    with pytest.raises(LookupTextError, match="more than one row of opportunity has this name; give its id"):
        run("win_opportunity", opportunity="Twice")
    with pytest.raises(NotFoundError):
        run("win_opportunity", opportunity=MISSING)


def test_an_opportunity_is_won_and_opened_again(run: Any) -> None:
    told = {"subject": "Signed", "revenue": "48000.5", "closed_on": "2026-01-31T14:30:00Z"}
    output = run("win_opportunity", opportunity=DEAL, **told)
    assert output == {"table": "opportunity", "id": DEAL, "name": "Headquarters", "was": "Open"}
    won = row(run, "opportunity", DEAL, "statecode", "statuscode", "actualvalue", "actualclosedate")
    assert won == {"statecode": 1, "statuscode": 3, "actualvalue": 48000.5, "actualclosedate": "2026-01-31"}
    (activity,) = run("list_records", table="opportunityclose", select="subject,opportunityid")["rows"]
    assert (activity["subject"], activity["opportunityid"]) == ("Signed", DEAL)
    with pytest.raises(InputError, match="is Won and cannot be won"):
        run("win_opportunity", opportunity=DEAL)
    assert run("reopen_opportunity", opportunity=DEAL)["was"] == "Won"
    assert row(run, "opportunity", DEAL, "statecode")["statecode"] == 0
    with pytest.raises(InputError, match="is Open and cannot be reopened"):
        run("reopen_opportunity", opportunity=DEAL)


def test_an_opportunity_is_lost_to_somebody(run: Any) -> None:
    other = run("create_record", table="competitor", row={"name": "Brewline"})["id"]
    run("lose_opportunity", opportunity=DEAL, status="out-sold", competitor="Brewline", description="Cheaper.")
    assert row(run, "opportunity", DEAL, "statecode", "statuscode") == {"statecode": 2, "statuscode": 5}
    (activity,) = run("list_records", table="opportunityclose", select="competitorid,description")["rows"]
    assert (activity["competitorid"], activity["description"]) == (other, "Cheaper.")
    with pytest.raises(InputError, match="is Lost and cannot be made into a quote"):
        run("create_quote", opportunity=DEAL)


def test_a_wrong_value_is_told_by_the_options_name(run: Any) -> None:
    with pytest.raises(InputError, match=r"Closed On \(closed_on\)"):
        run("lose_opportunity", opportunity=DEAL, closed_on="yesterday or so")
    with pytest.raises(InputError, match=r"Competitor \(competitor\)"):
        run("lose_opportunity", opportunity=DEAL, competitor="Nobody At All")
    assert row(run, "opportunity", DEAL, "statecode")["statecode"] == 0


def line_of(run: Any) -> str:
    product = run("find_record", table="product", text="House Blend 1 kg")["id"]
    known = run("list_records", table="product", select="productid,defaultuomid", top=1)["rows"][0]
    values = {"opportunityid": DEAL, "productid": product or known["productid"], "uomid": known["defaultuomid"]}
    return str(run("create_record", table="opportunityproduct", row={**values, "quantity": 3})["id"])


def test_from_opportunity_to_quote_to_order_to_invoice(run: Any, sandbox: Sandbox) -> None:
    line_of(run)
    quote = run("create_quote", opportunity=DEAL)
    assert quote["source"] == {"table": "opportunity", "id": DEAL}
    assert (quote["table"], quote["name"]) == ("quote", "Headquarters")
    with pytest.raises(InputError, match="is Draft and cannot be made into an order"):
        run("create_order", quote=quote["id"])
    run("set_record_status", table="quote", key=quote["id"], state="Active")
    order = run("create_order", quote=quote["id"])
    assert row(run, "quote", quote["id"], "statecode")["statecode"] == 2
    assert row(run, "salesorder", order["id"], "quoteid")["quoteid"] == quote["id"]
    invoice = run("create_invoice", order=order["id"])
    (line,) = run("list_records", table="invoicedetail", select="invoiceid,quantity")["rows"]
    assert (line["invoiceid"], line["quantity"]) == (invoice["id"], 3)
    with pytest.raises(InputError, match="is Invoiced and cannot be made into an invoice"):
        run("create_invoice", order=order["id"])
    assert posts(sandbox).count("WinQuote") == posts(sandbox).count("ConvertQuoteToSalesOrder") == 1


@pytest.mark.parametrize("action", ["create_order", "create_invoice"])
def test_an_opportunity_may_skip_steps(run: Any, action: str) -> None:
    made = run(action, opportunity=DEAL)
    assert row(run, made["table"], made["id"], "opportunityid")["opportunityid"] == DEAL


@pytest.mark.parametrize("given", [{}, {"quote": DEAL, "opportunity": DEAL}])
def test_one_step_before_is_wanted(run: Any, given: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"Quote .*is required"):
        run("create_order", **given)


def test_a_dry_run_shows_each_message(run: Any) -> None:
    quote = run("create_quote", opportunity=DEAL)["id"]
    run("set_record_status", table="quote", key=quote, state="Active")
    output = run("create_order", quote=quote, dry_run=True)
    assert [one["path"] for one in output["requests"]] == ["WinQuote", "ConvertQuoteToSalesOrder"]
    assert row(run, "quote", quote, "statecode")["statecode"] == 1


def test_members_join_a_marketing_list_once(run: Any) -> None:
    own = run("create_record", table="list", row={"listname": "News", "createdfromcode": "Contact", "type": False})[
        "id"
    ]
    people = [one["contactid"] for one in run("list_records", table="contact", select="contactid", top=3)["rows"]]
    first = run("add_to_marketing_list", list="News", member_ids=people[:2])
    assert first == {"list_id": own, "table": "contact", "added": people[:2], "already": []}
    second = run("add_to_marketing_list", list=own, member_ids=[*people, people[2]])
    assert (second["added"], second["already"]) == (people[2:], people[:2])
    assert row(run, "list", own, "membercount")["membercount"] == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lockstatus": True}, "is locked"),
        ({"type": True, "query": "<fetch/>"}, "is a dynamic list"),
        ({"statecode": 1}, "is Inactive and cannot be changed"),
    ],
)
def test_lists_that_nobody_joins(run: Any, change: dict[str, Any], told: str) -> None:
    fixed = {"listname": "News", "createdfromcode": 2, "type": False}
    own = run("create_record", table="list", row={**fixed, **{k: v for k, v in change.items() if k != "statecode"}})[
        "id"
    ]
    if "statecode" in change:
        run("set_record_status", table="list", key=own, state="Inactive")
    with pytest.raises(InputError, match=told):
        run("add_to_marketing_list", list=own, member_ids=MISSING)
