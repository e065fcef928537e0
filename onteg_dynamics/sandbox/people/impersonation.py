"""Acting for somebody else: the headers ``CallerObjectId`` and ``MSCRMCallerID``.

Follows "Impersonate another user using the Web API": what both of them may do, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.people.catalogue import ACT_ON_BEHALF
from onteg_dynamics.sandbox.people.principals import principal_of
from onteg_dynamics.sandbox.people.rights import Rights
from onteg_dynamics.sandbox.world import Caller

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.store import Store
    from onteg_dynamics.sandbox.world import World

OBJECT_HEADER, USER_HEADER = "callerobjectid", "mscrmcallerid"
HEADERS = (OBJECT_HEADER, USER_HEADER)
_COLUMNS = {OBJECT_HEADER: "azureactivedirectoryobjectid", USER_HEADER: "systemuserid"}


def caller_of(world: World, headers: Mapping[str, str]) -> Caller:
    """Who calls, or for whom he calls.

    Args:
        world: The sandbox.
        headers: Request headers by lowercase name.

    Raises:
        Refusal: 401 or 403; he is not let in, may not act for others, or names somebody who is not there.
    """
    caller = world.authenticate(headers)
    given = {name: headers[name].strip().strip("{}").lower() for name in HEADERS if headers.get(name, "").strip()}
    if not given:
        return caller
    user = _impersonated(world.store, given)
    if user["systemuserid"] == caller.user_id:
        return caller
    if caller.rights is not None:
        caller.rights.demand(ACT_ON_BEHALF)
    return _acting(world.store, caller, user)


def _impersonated(store: Store, given: Mapping[str, str]) -> dict[str, Any]:
    """The user whom the headers name; two headers must name the same one."""
    found = [_user(store, name, own) for name, own in given.items()]
    if len({user["systemuserid"] for user in found}) > 1:
        raise refusals.two_callers()
    if found[0]["isdisabled"]:
        raise refusals.user_disabled(found[0]["systemuserid"])
    return found[0]


def _user(store: Store, header: str, own: str) -> dict[str, Any]:
    columns = ("systemuserid", "businessunitid", "isdisabled")
    found = store.select("systemuser", {_COLUMNS[header]: own}, columns, limit=1)
    if found:
        return found[0]
    raise refusals.no_such_object_id(own) if header == OBJECT_HEADER else refusals.no_such_row("systemuser", own)


def _acting(store: Store, caller: Caller, user: Mapping[str, Any]) -> Caller:
    """The caller as the other one; whoever may do everything takes nothing away from the other's rights."""
    principal = principal_of(store, "systemuser", user["systemuserid"], user["businessunitid"])
    if not principal.roles:
        raise refusals.no_roles(principal.id)
    sets = [] if principal.is_administrator else [principal.roles]
    if caller.rights is not None:
        sets.append(caller.rights.principal.roles)
    rights = Rights(store, principal, sets) if sets else None
    return replace(
        caller, user_id=principal.id, business_unit_id=principal.unit, on_behalf_by=caller.user_id, rights=rights
    )
