"""Members of marketing lists, emails on their way, duplicates (Web API action and function reference)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.references import row_argument
from onteg_dynamics.sandbox.processes.arguments import Row, bound_row, check, typed_row
from onteg_dynamics.sandbox.processes.moves import move
from onteg_dynamics.sandbox.read.render import json_value
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.write import associate, disassociate
from onteg_dynamics.sandbox.write.duplicates import RULES

_KINDS = {1: "account", 2: "contact", 4: "lead"}
_FROM, _TO, _COPY, _BLIND = 1, 2, 3, 4
_LARGEST = 5000


def add_members(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Puts rows into a marketing list; who is in it already stays."""
    check(_ADD_ALL, arguments)
    table, row = typed_row(request, arguments, "List", "list")
    for member in arguments["Members"]:
        _add(request, table, row, member)
    return Response(204)


def add_member(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Puts one row into a marketing list."""
    check(_ADD, arguments)
    table, row = bound_row(request, target)
    _add(request, table, row, arguments["EntityId"])
    return Response(204)


def remove_member(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Takes one row out of a marketing list; one that is not in it is not missed."""
    check(_REMOVE, arguments)
    table, row = bound_row(request, target)
    kind, member = _member(request, row, arguments["EntityId"])
    navigation = request.world.model.navigation("list", f"list{kind.logical_name}_association")
    assert navigation is not None
    disassociate(request.world, request.caller, table, row, navigation, member)
    _count(request, table, row)
    return Response(204)


def _add(request: Request, table: Table, row: Row, value: Any) -> None:
    kind, member = _member(request, row, value)
    own = str(member[kind.primary_id])
    if request.world.store.select("listmember", {"listid": row["listid"], "entityid": own}, limit=1):
        return
    navigation = request.world.model.navigation("list", f"list{kind.logical_name}_association")
    assert navigation is not None
    associate(request.world, request.caller, table, row, navigation, kind, member)
    _count(request, table, row)


def _member(request: Request, row: Row, value: Any) -> tuple[Table, Row]:
    """The row that is to be a member, of the kind that the list holds."""
    if row.get("lockstatus") or row.get("type"):
        raise refusals.list_locked()
    expected = _KINDS.get(row.get("membertype") or row.get("createdfromcode") or 0)
    kind, member = row_argument(request.world, {"EntityId": value}, "EntityId")
    if expected is not None and kind.logical_name != expected:
        raise refusals.wrong_member(expected)
    return kind, member


def _count(request: Request, table: Table, row: Row) -> None:
    number = request.world.store.count_where("listmember", {"listid": row["listid"]})
    request.world.store.update(table, str(row["listid"]), {"membercount": number})


def send_email(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Sends a draft: it is completed; nothing leaves the sandbox."""
    check(_SEND, arguments)
    table, email = bound_row(request, target)
    if email["statecode"] != 0:
        raise refusals.already_sent()
    parties = request.world.store.select("activityparty", {"activityid": email["activityid"]})
    kinds = {party["participationtypemask"] for party in parties}
    if _FROM not in kinds or kinds.isdisjoint({_TO, _COPY, _BLIND}):
        raise refusals.no_sender()
    sent = {"senton": request.world.now(), "actualend": request.world.now()}
    move(request, table, email, 1, 3, **{name: value for name, value in sent.items() if name in table.columns})
    return result(request, "SendEmailResponse", {"Subject": email.get("subject")})


def retrieve_duplicates(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """The rows that the published rules find to be like a row."""
    table, row = typed_row(request, arguments, "BusinessEntity")
    other = request.world.model.table(str(arguments["MatchingEntityName"]))
    if other is None:
        raise refusals.no_such_table("LogicalName", str(arguments["MatchingEntityName"]))
    paging = arguments["PagingInfo"] if isinstance(arguments["PagingInfo"], dict) else {}
    size = min(int(paging.get("Count") or _LARGEST), _LARGEST)
    start = (max(int(paging.get("PageNumber") or 1), 1) - 1) * size
    found = _alike(request, table, row, other)
    return Response.json(
        {
            "@odata.context": f"{request.root}$metadata#{other.entity_set_name}",
            "value": [_shown(other, one) for one in found[start : start + size]],
        }
    )


def _alike(request: Request, table: Table, row: Row, other: Table) -> list[Row]:
    found: dict[str, Row] = {}
    for columns in RULES.get(table.logical_name, ()) if other.logical_name in RULES else ():
        match = {name: row.get(name) for name in columns}
        if None in match.values():
            continue
        for one in request.world.store.select(other.logical_name, match):
            if request.caller.rights is None or request.caller.rights.allows("Read", other, one):
                found[str(one[other.primary_id])] = one
    found.pop(str(row[table.primary_id]), None)
    return [found[own] for own in sorted(found)]


def _shown(table: Table, row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {"@odata.etag": f'W/"{row["versionnumber"]}"'}
    for column in table.columns.values():
        if column.valid_for_read and column.odata and column.logical_name in row:
            value = row[column.logical_name]
            shown[column.property_name] = None if value is None else json_value(column, value)
    return shown


_ANY = "mscrm.crmbaseentity"
_ADD_ALL = Message(
    "AddListMembersList",
    is_function=False,
    parameters={"List": "mscrm.list", "Members": f"Collection({_ANY})"},
)
_ADD = Message("AddMemberList", is_function=False, binding="list", parameters={"EntityId": _ANY})
_REMOVE = Message("RemoveMemberList", is_function=False, binding="list", parameters={"EntityId": _ANY})
_SEND = Message(
    "SendEmail",
    is_function=False,
    binding="email",
    parameters={"IssueSend": "Edm.Boolean", "TrackingToken": "Edm.String"},
    optional=frozenset({"TrackingToken"}),
    returns="mscrm.SendEmailResponse",
    result={"Subject": "Edm.String"},
)
_DUPLICATES = Message(
    "RetrieveDuplicates",
    is_function=True,
    parameters={"BusinessEntity": _ANY, "MatchingEntityName": "Edm.String", "PagingInfo": "mscrm.PagingInfo"},
    returns=f"Collection({_ANY})",
)

MARKETING = (
    Registered(_ADD_ALL, add_members),
    Registered(_ADD, add_member),
    Registered(_REMOVE, remove_member),
    Registered(_SEND, send_email),
    Registered(_DUPLICATES, retrieve_duplicates),
)
