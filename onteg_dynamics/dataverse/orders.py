"""From opportunity to quote to order to invoice: each is made of the step before, with its lines.

Implements the actions GenerateQuoteFromOpportunity, GenerateSalesOrderFromOpportunity, GenerateInvoiceFromOpportunity,
WinQuote, ConvertQuoteToSalesOrder and ConvertSalesOrderToInvoice of the Web API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.standing import CRM, OWN_REASON, Standing, post, standing
from onteg_dynamics.dataverse.tables import Table

__all__ = ["STEPS", "Document", "Step", "make_document"]

_ACTIVE_QUOTE = 1


@dataclass(frozen=True)
class Step:
    """How one document is made of another.

    Attributes:
        message: does it.
        parameter: takes the old one's id.
        states: the states that the old one may be in.
        fix: what to do where it is in another one.
    """

    message: str
    parameter: str
    states: frozenset[int]
    fix: str


_OPEN_OR_WON, _CLOSED_DEAL = frozenset({0, 1}), "Reopen Opportunity opens it again."
STEPS: Mapping[tuple[str, str], Step] = {
    ("opportunity", "quote"): Step("GenerateQuoteFromOpportunity", "OpportunityId", _OPEN_OR_WON, _CLOSED_DEAL),
    ("opportunity", "salesorder"): Step(
        "GenerateSalesOrderFromOpportunity", "OpportunityId", _OPEN_OR_WON, _CLOSED_DEAL
    ),
    ("opportunity", "invoice"): Step("GenerateInvoiceFromOpportunity", "OpportunityId", _OPEN_OR_WON, _CLOSED_DEAL),
    ("quote", "salesorder"): Step(
        "ConvertQuoteToSalesOrder",
        "QuoteId",
        frozenset({_ACTIVE_QUOTE, 2}),
        "Only an active or won quote becomes an order; Set Record Status makes a draft active.",
    ),
    ("salesorder", "invoice"): Step(
        "ConvertSalesOrderToInvoice",
        "SalesOrderId",
        frozenset({0, 1, 3}),
        "Only an order that is neither canceled nor invoiced becomes an invoice.",
    ),
}
"""By the tables of the old document and the new one."""


@dataclass(frozen=True)
class Document:
    """A document that was made.

    Attributes:
        table: logical name.
        id: GUID; None in a dry run.
        name: its name, None where the service told none.
        source: what it was made of, as that stood before.
    """

    table: str
    id: str | None
    name: str | None
    source: Standing


def make_document(link: Link, source: str, value: Any, field: str, target: str) -> Document:
    """Make a document of the step before, with its lines.

    An active quote is won first, as the service wants it.

    Args:
        link: the client at work.
        source: table of the step before.
        value: what names that row; see `row_meant`.
        field: what it is called where something is wrong with it.
        target: table of the new document.

    Raises:
        InputError: the step before is in a state that nothing is made of. Nothing was sent.
    """
    step, table = STEPS[source, target], link.table(target)
    at = standing(link, link.table(source), value, field)
    noun = {"salesorder": "an order", "invoice": "an invoice"}.get(target, "a quote")
    at.must_be(step.states, f"made into {noun}", step.fix)
    if source == "quote" and at.state == _ACTIVE_QUOTE:
        _win(link, at)
    wanted = [name for name in (table.primary_id, table.primary_name) if name]
    columns = {"AllColumns": False, "Columns": wanted}
    row = post(link, step.message, {step.parameter: at.id, "ColumnSet": columns}) or {}
    return Document(target, _own(table, row), row.get(table.primary_name), at)


def _own(table: Table, row: Mapping[str, Any]) -> str | None:
    own = row.get(table.primary_id)
    return None if own is None else str(own)


def _win(link: Link, at: Standing) -> None:
    closing = {
        "@odata.type": f"{CRM}quoteclose",
        "subject": "Quote won",
        "quoteid@odata.bind": f"/{at.path}",
    }
    post(link, "WinQuote", {"Status": OWN_REASON, "QuoteClose": closing})
