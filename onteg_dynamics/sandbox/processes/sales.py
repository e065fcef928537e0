"""Leads and opportunities: QualifyLead, WinOpportunity, LoseOpportunity (Web API action reference)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.references import row_argument
from onteg_dynamics.sandbox.processes.arguments import Row, bound_row, check, readable, status_argument, typed_row
from onteg_dynamics.sandbox.processes.moves import make_from, move, references, state_label
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target
from onteg_dynamics.sandbox.write import create_row
from onteg_dynamics.sandbox.write.draft import lookup_values

OPEN, QUALIFIED, WON, LOST = 0, 1, 1, 2


def qualify_lead(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Makes the account, contact and opportunity that are asked for; the lead becomes qualified."""
    check(_QUALIFY, arguments)
    table, lead = bound_row(request, target)
    if lead["statecode"] != OPEN:
        raise refusals.already_closed("lead", state_label(table, lead))
    status = status_argument(table, arguments["Status"], QUALIFIED)
    made = _people(request, table, lead, arguments)
    if arguments["CreateOpportunity"]:
        made["opportunity"] = _opportunity(request, table, lead, arguments, made)
    parents = [
        lookup_values(f"parent{name}id", name, made[name])
        for name in ("account", "contact")
        if name in made and f"parent{name}id" in table.columns
    ]
    links = {key: value for parent in parents for key, value in parent.items()}
    move(request, table, lead, QUALIFIED, status, **links)
    return Response.json(
        {
            "@odata.context": f"{request.root}$metadata#Collection(mscrm.crmbaseentity)",
            "value": references(request, list(made.items())),
        }
    )


def _people(request: Request, table: Table, lead: Row, arguments: dict[str, Any]) -> dict[str, str]:
    made: dict[str, str] = {}
    if arguments["CreateAccount"] and lead.get("companyname"):
        made["account"] = make_from(request, table, lead, "account", **_owner(lead))
    if arguments["CreateContact"]:
        account = made.get("account")
        company: Row = lookup_values("parentcustomerid", "account", account) if account else {}
        made["contact"] = make_from(request, table, lead, "contact", **company, **_owner(lead))
    if {"account", "contact"} <= made.keys():
        accounts = request.world.model.tables["account"]
        row = request.world.store.get(accounts, made["account"])
        assert row is not None
        move(request, accounts, row, 0, None, **lookup_values("primarycontactid", "contact", made["contact"]))
    return made


def _opportunity(request: Request, table: Table, lead: Row, arguments: dict[str, Any], made: dict[str, str]) -> str:
    values: Row = dict(_owner(lead))
    for name in ("account", "contact"):
        if name in made:
            values |= lookup_values(f"parent{name}id", name, made[name])
    for parameter, column in (("OpportunityCurrencyId", "transactioncurrencyid"), ("SourceCampaignId", "campaignid")):
        if arguments.get(parameter) is not None:
            other, row = row_argument(request.world, arguments, parameter)
            values |= lookup_values(column, other.logical_name, str(row[other.primary_id]))
    if arguments.get("OpportunityCustomerId") is not None:
        other, row = typed_row(request, arguments, "OpportunityCustomerId", "account", "contact")
        values |= lookup_values("customerid", other.logical_name, str(row[other.primary_id]))
    topic = lead.get("subject") or lead.get("fullname") or lead.get("companyname")
    return make_from(request, table, lead, "opportunity", name=topic, **values)


def _owner(lead: Row) -> Row:
    return lookup_values("ownerid", lead["ownerid__table"], lead["ownerid"])


def win_opportunity(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Closes an opportunity as won."""
    check(_WIN, arguments)
    return _close(request, arguments, WON)


def lose_opportunity(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Closes an opportunity as lost."""
    check(_LOSE, arguments)
    return _close(request, arguments, LOST)


def _close(request: Request, arguments: dict[str, Any], state: int) -> Response:
    world, closes = request.world, request.world.model.tables["opportunityclose"]
    own = create_row(world, request.caller, closes, _body(arguments["OpportunityClose"]))
    activity = world.store.get(closes, own)
    assert activity is not None
    table = world.model.tables["opportunity"]
    row = world.store.get(table, str(activity.get("opportunityid")))
    if row is None:
        raise refusals.required_field("opportunityid")
    if readable(request, table, row)["statecode"] != OPEN:
        raise refusals.already_closed("opportunity", state_label(table, row))
    status = status_argument(table, arguments["Status"], state)
    ended = activity.get("actualend") or world.now()
    worth = activity.get("actualrevenue") or row.get("estimatedvalue") if state == WON else None
    move(request, table, row, state, status, actualclosedate=str(ended)[:10], actualvalue=worth)
    about = lookup_values("regardingobjectid", "opportunity", str(row["opportunityid"]))
    move(request, closes, activity, 1, None, actualend=ended, **about)
    return Response(204)


def _body(value: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if name != "@odata.type"}


_QUALIFY = Message(
    "QualifyLead",
    is_function=False,
    binding="lead",
    parameters={
        **dict.fromkeys(("CreateAccount", "CreateContact", "CreateOpportunity"), "Edm.Boolean"),
        "OpportunityCurrencyId": "mscrm.transactioncurrency",
        "OpportunityCustomerId": "mscrm.crmbaseentity",
        "SourceCampaignId": "mscrm.campaign",
        "Status": "Edm.Int32",
        "ProcessInstanceId": "mscrm.crmbaseentity",
    },
    returns="Collection(mscrm.crmbaseentity)",
    optional=frozenset({"OpportunityCurrencyId", "OpportunityCustomerId", "SourceCampaignId", "ProcessInstanceId"}),
)
_CLOSE = {"OpportunityClose": "mscrm.opportunityclose", "Status": "Edm.Int32"}
_WIN = Message("WinOpportunity", is_function=False, parameters=_CLOSE)
_LOSE = Message("LoseOpportunity", is_function=False, parameters=_CLOSE)

SALES = (
    Registered(_QUALIFY, qualify_lead),
    Registered(_WIN, win_opportunity),
    Registered(_LOSE, lose_opportunity),
)
