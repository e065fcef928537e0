"""From opportunity to quote to order to invoice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.processes.desk import MISSING, Desk


@pytest.fixture
def deal(desk: Desk) -> str:
    account = desk.create("accounts", name="A")
    own = desk.create("opportunities", name="D", **{"customerid_account@odata.bind": f"accounts({account})"})
    for name, price in (("Machine", 3400), ("Grinder", 780)):
        line = {"isproductoverridden": True, "productdescription": name, "quantity": 2, "priceperunit": price}
        desk.create("opportunityproducts", **line, **{"opportunityid@odata.bind": f"opportunities({own})"})
    return own


def lines(desk: Desk, entity_set: str, column: str, own: str) -> list[tuple[Any, ...]]:
    rows = desk.get(f"{entity_set}?$filter=_{column}_value eq {own}").json()["value"]
    return sorted((row["productdescription"], row["quantity"], row["priceperunit"]) for row in rows)


LINES = [("Grinder", 2, 780), ("Machine", 2, 3400)]


@pytest.fixture
def quote(desk: Desk, deal: str) -> str:
    return str(desk.do("GenerateQuoteFromOpportunity", {"OpportunityId": deal}, status=200).json()["quoteid"])


def test_a_quote_takes_customer_and_lines_along(desk: Desk, deal: str, quote: str) -> None:
    row, sale = desk.row(f"quotes({quote})"), desk.row(f"opportunities({deal})")
    assert (row["name"], row["_opportunityid_value"], row["statecode"]) == ("D", deal, 0)
    assert row["_customerid_value"] == sale["_customerid_value"]
    assert lines(desk, "quotedetails", "quoteid", quote) == LINES


def test_a_quote_becomes_an_order_and_the_order_an_invoice(desk: Desk, quote: str) -> None:
    answer = desk.post("ConvertQuoteToSalesOrder", {"QuoteId": quote})
    assert (answer.status, answer.code) == (400, "0x80048408")
    assert desk.patch(f"quotes({quote})", {"statecode": 1, "statuscode": 3}).status == 204
    order = desk.do("ConvertQuoteToSalesOrder", {"QuoteId": quote}, status=200).json()["salesorderid"]
    assert desk.row(f"quotes({quote})", "statecode")["statecode"] == 2
    assert desk.row(f"salesorders({order})")["_quoteid_value"] == quote
    assert lines(desk, "salesorderdetails", "salesorderid", order) == LINES
    invoice = desk.do("ConvertSalesOrderToInvoice", {"SalesOrderId": order}, status=200).json()["invoiceid"]
    assert desk.row(f"salesorders({order})", "statecode")["statecode"] == 4
    assert lines(desk, "invoicedetails", "invoiceid", invoice) == LINES
    assert desk.post("ConvertSalesOrderToInvoice", {"SalesOrderId": order}).status == 400


def test_the_answer_has_the_columns_that_are_asked_for(desk: Desk, deal: str) -> None:
    body = {"OpportunityId": deal, "ColumnSet": {"Columns": ["name", "opportunityid"]}}
    row = desk.do("GenerateQuoteFromOpportunity", body, status=200).json()
    assert (row["name"], row["_opportunityid_value"], "statecode" in row) == ("D", deal, False)
    row = desk.do("GenerateQuoteFromOpportunity", {**body, "ColumnSet": {"AllColumns": True}}, status=200).json()
    assert {**desk.row(f"quotes({row['quoteid']})")} == row
    answer = desk.post("GenerateQuoteFromOpportunity", {**body, "ColumnSet": {"Columns": ["nope"]}})
    assert (answer.status, answer.code) == (400, "0x80041103")


def test_a_lost_quote_is_revised(desk: Desk, quote: str) -> None:
    body = {"Status": 5, "QuoteClose": {"subject": "Too dear", "quoteid@odata.bind": f"/quotes({quote})"}}
    assert desk.post("ReviseQuote", {"QuoteId": quote}).status == 400
    desk.do("CloseQuote", body)
    assert desk.row(f"quotes({quote})", "statuscode")["statuscode"] == 5
    assert desk.post("WinQuote", {**body, "Status": 4}).status == 400
    draft = desk.do("ReviseQuote", {"QuoteId": quote}, status=200).json()["quoteid"]
    assert draft != quote
    assert desk.row(f"quotes({draft})", "statecode")["statecode"] == 0
    assert lines(desk, "quotedetails", "quoteid", draft) == LINES


def test_an_active_quote_is_won(desk: Desk, quote: str) -> None:
    desk.patch(f"quotes({quote})", {"statecode": 1, "statuscode": 2})
    desk.do("WinQuote", {"Status": 4, "QuoteClose": {"subject": "Yes", "quoteid@odata.bind": f"quotes({quote})"}})
    assert desk.row(f"quotes({quote})", "statecode")["statecode"] == 2


@pytest.mark.parametrize(("message", "state"), [("FulfillSalesOrder", 3), ("CancelSalesOrder", 2)])
def test_an_order_ends(desk: Desk, deal: str, message: str, state: int) -> None:
    made = desk.do("GenerateSalesOrderFromOpportunity", {"OpportunityId": deal}, status=200).json()["salesorderid"]
    close = {"subject": "End", "salesorderid@odata.bind": f"salesorders({made})"}
    desk.do(message, {"Status": -1, "OrderClose": close})
    assert desk.row(f"salesorders({made})", "statecode")["statecode"] == state


def test_an_invoice_comes_straight_from_an_opportunity(desk: Desk, deal: str) -> None:
    made = desk.do("GenerateInvoiceFromOpportunity", {"OpportunityId": deal}, status=200).json()["invoiceid"]
    assert lines(desk, "invoicedetails", "invoiceid", made) == LINES


@pytest.mark.parametrize("body", [{}, {"OpportunityId": "x"}, {"OpportunityId": MISSING}, {"Unknown": 1}])
def test_what_does_not_fit_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.post("GenerateQuoteFromOpportunity", body).status in {400, 404}
    assert desk.all("quotes") == []
