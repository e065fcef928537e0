"""AddMembersTeam and RemoveMembersTeam ("Web API actions": both are bound to a team)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Navigation
from onteg_dynamics.sandbox.people.references import principal_argument
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.write import associate, disassociate

_PAIRS = "teammembership"


def add_members(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Puts users into a team; who is in it already stays."""
    assert isinstance(target, OneRow)
    team = stored_row(request.world, target)
    users = request.world.model.tables["systemuser"]
    for user in _members(request, arguments):
        if not request.world.store.select(_PAIRS, {"teamid": team["teamid"], "systemuserid": user}, limit=1):
            member = {users.primary_id: user, "systemuserid": user}
            associate(request.world, request.caller, target.table, team, _membership(request), users, member)
    return Response(204)


def remove_members(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Takes users out of a team; who is not in it is not missed."""
    assert isinstance(target, OneRow)
    team = stored_row(request.world, target)
    for user in _members(request, arguments):
        disassociate(request.world, request.caller, target.table, team, _membership(request), {"systemuserid": user})
    return Response(204)


def _members(request: Request, arguments: dict[str, Any]) -> list[str]:
    members = arguments.get("Members")
    if not isinstance(members, list):
        raise refusals.required_field("Members")
    return [principal_argument(request.world, _typed(one), "Members", ("systemuser",))[1] for one in members]


def _typed(member: Any) -> Any:
    """The type of the collection is no abstract one, so a member need not name it."""
    if isinstance(member, dict) and "@odata.id" not in member:
        return {"@odata.type": "Microsoft.Dynamics.CRM.systemuser", **member}
    return member


def _membership(request: Request) -> Navigation:
    found = request.world.model.navigation("team", "teammembership_association")
    assert found is not None
    return found


_MEMBERS = {"Members": "Collection(mscrm.systemuser)"}

TEAMS = (
    Registered(Message("AddMembersTeam", is_function=False, binding="team", parameters=_MEMBERS), add_members),
    Registered(Message("RemoveMembersTeam", is_function=False, binding="team", parameters=_MEMBERS), remove_members),
)
