"""The sales process: Qualify Lead; Win, Lose, Reopen Opportunity; Create Quote, Order, Invoice from the step before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import was
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

Options = Mapping[str, Any]
SOURCES = {"Opportunity": "opportunity", "Quote": "quote", "Order": "salesorder"}


def qualify_lead(context: Context, options: Options) -> Outcome:
    """Qualify a lead into an account, a contact and an opportunity."""
    from onteg_dynamics.dataverse.sales import qualify

    at, made = qualify(context.dataverse, options["lead"], options)
    ids = {one["table"]: one["id"] for one in made}
    named = {f"{table}_id": ids.get(table) for table in ("account", "contact", "opportunity")}
    return Outcome({**was(at), "created": made, **named})


def win_opportunity(context: Context, options: Options) -> Outcome:
    """Close an opportunity as won."""
    from onteg_dynamics.dataverse.sales import WON, close_opportunity

    return Outcome(was(close_opportunity(context.dataverse, options["opportunity"], WON, options)))


def lose_opportunity(context: Context, options: Options) -> Outcome:
    """Close an opportunity as lost."""
    from onteg_dynamics.dataverse.sales import LOST, close_opportunity

    return Outcome(was(close_opportunity(context.dataverse, options["opportunity"], LOST, options)))


def reopen_opportunity(context: Context, options: Options) -> Outcome:
    """Open a won or lost opportunity again."""
    from onteg_dynamics.dataverse.sales import reopen

    return Outcome(was(reopen(context.dataverse, options["opportunity"], options.get("status"))))


def create_quote(context: Context, options: Options) -> Outcome:
    """Make a quote of an opportunity."""
    return _made(context, "Opportunity", options, "quote")


def create_order(context: Context, options: Options) -> Outcome:
    """Make an order of a quote or an opportunity."""
    return _made(context, _source(options, "Quote", "Opportunity"), options, "salesorder")


def create_invoice(context: Context, options: Options) -> Outcome:
    """Make an invoice of an order or an opportunity."""
    return _made(context, _source(options, "Order", "Opportunity"), options, "invoice")


def _source(options: Options, *kinds: str) -> str:
    """The one of these that is given."""
    given = [kind for kind in kinds if options.get(kind.lower())]
    if len(given) == 1:
        return given[0]
    problem = f"is required, or {kinds[1]}; not both" if given else f"is required when {kinds[1]} is empty"
    raise InputError((Problem(kinds[0].lower(), "", problem),))


def _made(context: Context, kind: str, options: Options, target: str) -> Outcome:
    from onteg_dynamics.dataverse.orders import make_document

    field = kind.lower()
    made = make_document(context.dataverse, SOURCES[kind], options[field], field, target)
    source = {"table": made.source.table.name, "id": made.source.id}
    return Outcome({"table": made.table, "id": made.id, "name": made.name, "source": source})


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    moves = Annotations(destructive=True)
    return (
        Action("qualify_lead", qualify_lead, moves),
        Action("win_opportunity", win_opportunity, moves),
        Action("lose_opportunity", lose_opportunity, moves),
        Action("reopen_opportunity", reopen_opportunity, moves),
        Action("create_quote", create_quote, Annotations()),
        Action("create_order", create_order, moves),
        Action("create_invoice", create_invoice, moves),
    )
