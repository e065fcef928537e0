"""From opportunity to quote to order to invoice, with their lines (Web API action reference)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.processes.arguments import Row, check, readable, status_argument, typed_row
from onteg_dynamics.sandbox.processes.moves import make_from, move, state_label
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target
from onteg_dynamics.sandbox.service.resources import OneRow
from onteg_dynamics.sandbox.service.rows import row_document
from onteg_dynamics.sandbox.write import create_row
from onteg_dynamics.sandbox.write.draft import lookup_values

_LINES: Mapping[str, tuple[str, str]] = {
    "opportunity": ("opportunityproduct", "opportunityid"),
    "quote": ("quotedetail", "quoteid"),
    "salesorder": ("salesorderdetail", "salesorderid"),
    "invoice": ("invoicedetail", "invoiceid"),
}
"""Where the lines of each document are, and the lookup that leads to it."""


@dataclass(frozen=True)
class _Step:
    """A message that makes one document of another.

    Attributes:
        name: The message.
        source: The table of the old one.
        parameter: The parameter with its id.
        target: The table of the new one.
        states: The states that the old one may be in.
        after: The old one's state afterwards; None leaves it.
    """

    name: str
    source: str
    parameter: str
    target: str
    states: frozenset[int]
    after: int | None = None

    @property
    def message(self) -> Message:
        """As the CSDL shows it."""
        kinds = {self.parameter: "Edm.Guid", "ColumnSet": "mscrm.ColumnSet"}
        extra = {"ProcessInstanceId": "mscrm.crmbaseentity"} if self.source == "opportunity" else {}
        optional = frozenset({*extra, "ColumnSet"})
        returns = f"mscrm.{self.target}"
        return Message(self.name, is_function=False, parameters={**kinds, **extra}, optional=optional, returns=returns)

    def run(self, request: Request, arguments: dict[str, Any], _target: Target) -> Response:
        """Makes the new document with its lines, and answers with it."""
        check(self.message, arguments)
        table, row = _document(request, self.source, arguments[self.parameter])
        if row["statecode"] not in self.states:
            raise refusals.wrong_state(self.name, self.source, state_label(table, row))
        own = copy_document(request, table, row, self.target)
        if self.after is not None:
            move(request, table, row, self.after, None)
        return _answer(request, request.world.model.tables[self.target], own, arguments.get("ColumnSet"))


def _document(request: Request, name: str, value: Any) -> tuple[Table, Row]:
    table, own = request.world.model.tables[name], str(value)
    row = request.world.store.get(table, own.lower())
    if row is None:
        raise refusals.no_such_row(name, own)
    return table, readable(request, table, row)


def copy_document(request: Request, table: Table, row: Row, target: str) -> str:
    """A document made of another one, with its lines; its id."""
    owner = lookup_values("ownerid", row["ownerid__table"], row["ownerid"])
    own = make_from(request, table, row, target, **owner)
    lines, back = _LINES[table.logical_name]
    new_lines, new_back = _LINES[target]
    source = request.world.model.tables[lines]
    for line in request.world.store.select(lines, {back: row[table.primary_id]}):
        make_from(request, source, line, new_lines, **lookup_values(new_back, target, own))
    return own


def _answer(request: Request, table: Table, own: str, wanted: Mapping[str, Any] | None) -> Response:
    """The new document with the columns that a ColumnSet asks for; without one, what names it and how it stands."""
    names: list[Any] = [table.primary_id, table.primary_name, "statecode", "statuscode"]
    if wanted is not None:
        names = [] if wanted.get("AllColumns") is True else [table.primary_id, *wanted.get("Columns", [])]
    unknown = [str(name) for name in names if not isinstance(name, str) or name not in table.columns]
    if unknown:
        raise refusals.fetch_no_column(table.logical_name, unknown[0])
    select = ",".join(table.columns[name].property_name for name in names)
    found = row_document(request, OneRow(table, own, own), own, [("$select", select)] if select else [])
    return Response.json(found or {table.primary_id: own})


def _closing(message: Message, table: str, column: str, states: Mapping[int, int]) -> Callable[..., Response]:
    """A message that closes a document with an activity: from which states to which."""
    parameter = next(iter(message.parameters))

    def run(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
        check(message, arguments)
        tables = request.world.model.tables
        body = {name: one for name, one in arguments[parameter].items() if name != "@odata.type"}
        address = body.pop(f"{column}@odata.bind", None)
        _, row = typed_row(request, {column: {"@odata.id": address}}, column, table)
        if row["statecode"] not in states:
            raise refusals.wrong_state(message.name, table, state_label(tables[table], row))
        state = states[row["statecode"]]
        status = status_argument(tables[table], arguments["Status"], state)
        create_row(request.world, request.caller, tables[parameter.lower()], body)
        move(request, tables[table], row, state, status)
        return Response(204)

    return run


def revise_quote(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Makes a draft of a closed quote."""
    check(_REVISE, arguments)
    table, row = _document(request, "quote", arguments["QuoteId"])
    if row["statecode"] != 3:
        raise refusals.wrong_state("ReviseQuote", "quote", state_label(table, row))
    own = copy_document(request, table, {**row, "quotenumber": None}, "quote")
    return _answer(request, table, own, arguments.get("ColumnSet"))


_OPEN, _DRAFT_OR_WON, _ORDERED = frozenset({0, 1}), frozenset({1, 2}), frozenset({0, 1, 3})
_STEPS = (
    _Step("GenerateQuoteFromOpportunity", "opportunity", "OpportunityId", "quote", _OPEN),
    _Step("GenerateSalesOrderFromOpportunity", "opportunity", "OpportunityId", "salesorder", _OPEN),
    _Step("GenerateInvoiceFromOpportunity", "opportunity", "OpportunityId", "invoice", _OPEN),
    _Step("ConvertQuoteToSalesOrder", "quote", "QuoteId", "salesorder", _DRAFT_OR_WON, 2),
    _Step("ConvertSalesOrderToInvoice", "salesorder", "SalesOrderId", "invoice", _ORDERED, 4),
)
_REVISE = Message(
    "ReviseQuote",
    is_function=False,
    parameters={"QuoteId": "Edm.Guid", "ColumnSet": "mscrm.ColumnSet"},
    optional=frozenset({"ColumnSet"}),
    returns="mscrm.quote",
)
_WIN = Message("WinQuote", is_function=False, parameters={"QuoteClose": "mscrm.quoteclose", "Status": "Edm.Int32"})
_CLOSE = Message("CloseQuote", is_function=False, parameters={"QuoteClose": "mscrm.quoteclose", "Status": "Edm.Int32"})
_ORDER = {"OrderClose": "mscrm.orderclose", "Status": "Edm.Int32"}
_FULFILL = Message("FulfillSalesOrder", is_function=False, parameters=_ORDER)
_CANCEL = Message("CancelSalesOrder", is_function=False, parameters=_ORDER)

ORDERS = (
    *(Registered(step.message, step.run) for step in _STEPS),
    Registered(_REVISE, revise_quote),
    Registered(_WIN, _closing(_WIN, "quote", "quoteid", {1: 2})),
    Registered(_CLOSE, _closing(_CLOSE, "quote", "quoteid", {0: 3, 1: 3})),
    Registered(_FULFILL, _closing(_FULFILL, "salesorder", "salesorderid", {0: 3, 1: 3})),
    Registered(_CANCEL, _closing(_CANCEL, "salesorder", "salesorderid", {0: 2, 1: 2})),
)
