"""Leads and opportunities: qualify, win, lose, reopen.

Implements the actions QualifyLead, WinOpportunity and LoseOpportunity of the Web API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.lookups import read_target
from onteg_dynamics.dataverse.references import row_meant
from onteg_dynamics.dataverse.standing import CRM, Standing, move, post, reason, reference, standing, written
from onteg_dynamics.errors import InputError, Problem

__all__ = ["close_opportunity", "qualify", "reopen"]

OPEN, QUALIFIED = 0, 1
WON, LOST = 1, 2
_ENDS = {WON: ("WinOpportunity", "won"), LOST: ("LoseOpportunity", "lost")}
_CLOSE = {
    "subject": "subject",
    "description": "description",
    "revenue": "actualrevenue",
    "closed_on": "actualend",
    "competitor": "competitorid",
}


def qualify(link: Link, lead: Any, options: Mapping[str, Any]) -> tuple[Standing, list[dict[str, str]]]:
    """Qualify a lead: it becomes an account, a contact and an opportunity, as asked for.

    Args:
        link: the client at work.
        lead: what names it; see `row_meant`.
        options: ``create_account``, ``create_contact``, ``create_opportunity`` (True unless given), ``status`` (label
            or value of the status reason), and of the opportunity: ``customer`` (an account or contact that exists),
            ``currency``, ``campaign``.

    Returns:
        The lead as it stood, and the new rows, each ``{"table", "id"}``.

    Raises:
        InputError: the lead is not open, or options do not fit. Nothing was sent.
    """
    at = standing(link, link.table("lead"), lead, "lead")
    at.must_be({OPEN}, "qualified", "Reactivate it first: Set Record Status with the state Open.")
    body = {f"Create{kind.title()}": options.get(f"create_{kind}", True) for kind in ("account", "contact")}
    body["CreateOpportunity"] = options.get("create_opportunity", True)
    body |= {"Status": reason(link, at.table, QUALIFIED, options.get("status")), **_of_opportunity(link, options)}
    answer = post(link, f"{at.path}/{CRM}QualifyLead", body)
    return at, [_made(link, one) for one in (answer or {}).get("value", ())]


def _of_opportunity(link: Link, options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if options.get("customer"):
        found["OpportunityCustomerId"] = _customer(link, options["customer"])
    for name, parameter, table in (
        ("currency", "OpportunityCurrencyId", "transactioncurrency"),
        ("campaign", "SourceCampaignId", "campaign"),
    ):
        if options.get(name):
            known = link.table(table)
            found[parameter] = reference(known, row_meant(link, known, options[name], name))
    return found


def _customer(link: Link, value: Any) -> dict[str, str]:
    """An account or contact; which of both, the service has to be told."""
    try:
        target = read_target(value)
    except ValueError as exc:
        raise InputError((Problem("customer", "", str(exc)),)) from None
    if target.table:
        table = link.table(target.table)
        return reference(table, row_meant(link, table, value, "customer"))
    column = link.columns(link.table("opportunity")).by_name["customerid"]
    try:
        member = link.writer(link.table("opportunity")).bound(column, value)
    except (ValueError, LookupError) as exc:
        raise InputError((Problem("customer", "", str(exc)),)) from None
    entity_set, _, rest = member.lstrip("/").partition("(")
    return reference(link.table(entity_set), rest.rstrip(")"))


def _made(link: Link, row: Mapping[str, Any]) -> dict[str, str]:
    table = link.table(str(row["@odata.type"]).rpartition(".")[2])
    return {"table": table.name, "id": row[table.primary_id]}


def close_opportunity(link: Link, opportunity: Any, state: int, options: Mapping[str, Any]) -> Standing:
    """Win or lose an opportunity, with the activity that tells how.

    Args:
        link: the client at work.
        opportunity: what names it; see `row_meant`.
        state: `WON` or `LOST`.
        options: ``status``, ``subject``, ``description``, ``revenue``, ``closed_on``, ``competitor``; all may be
            missing.

    Returns:
        The opportunity as it stood.

    Raises:
        InputError: the opportunity is not open, or options do not fit. Nothing was sent.
    """
    message, done = _ENDS[state]
    at = standing(link, link.table("opportunity"), opportunity, "opportunity")
    at.must_be({OPEN}, done, "Reopen Opportunity opens it again.")
    status = reason(link, at.table, state, options.get("status"))
    about = {"subject": f"Opportunity {done}", **options, "opportunity": {"table": "opportunity", "id": at.id}}
    closing = written(link, link.table("opportunityclose"), about, {**_CLOSE, "opportunity": "opportunityid"})
    post(link, message, {"Status": status, "OpportunityClose": {"@odata.type": f"{CRM}opportunityclose", **closing}})
    return at


def reopen(link: Link, opportunity: Any, status: Any = None) -> Standing:
    """Open a won or lost opportunity again.

    Args:
        link: the client at work.
        opportunity: what names it; see `row_meant`.
        status: label or value of the status reason; None for the state's own.

    Returns:
        The opportunity as it stood.

    Raises:
        InputError: the opportunity is open. Nothing was sent.
    """
    at = standing(link, link.table("opportunity"), opportunity, "opportunity")
    at.must_be({WON, LOST}, "reopened")
    move(link, at, OPEN, reason(link, at.table, OPEN, status))
    return at
