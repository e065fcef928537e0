"""GrantAccess, ModifyAccess, RevokeAccess, and the functions that tell who has which access to a row.

Follows "Sharing and assigning": a share gives access to one row; what a role does not let somebody do stays forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.access import ACCESS, mask_of, mask_text, rights_in
from onteg_dynamics.sandbox.people.principals import principal_of
from onteg_dynamics.sandbox.people.references import principal_argument, row_argument
from onteg_dynamics.sandbox.people.rights import Rights, rights_of
from onteg_dynamics.sandbox.people.sharing import set_share, share_mask, shares_of, whole_mask
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import PRINCIPAL, Registered, Target, result
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.world import World

_ALL = sum(ACCESS.values())
Row = tuple[Table, dict[str, Any]]
Principal = tuple[str, str]


def grant_access(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Shares a row with a user or team; access that it has already stays."""
    row, principal, mask = _wanted(request, arguments)
    known = share_mask(request.world.store, str(row[1][row[0].primary_id]), principal[1])
    return _set(request.world, row, principal, known | mask)


def modify_access(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Gives a user or team this access to a row and no other."""
    row, principal, mask = _wanted(request, arguments)
    return _set(request.world, row, principal, mask)


def revoke_access(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Takes a share away; one that is not there is not missed."""
    row = _shareable(request.world, arguments)
    principal = principal_argument(request.world, arguments.get("Revokee"), "Revokee")
    if request.caller.rights is not None:
        request.caller.rights.check("Share", *row)
    return _set(request.world, row, principal, 0)


def retrieve_principal_access(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """What a user or team may do with a row."""
    assert isinstance(target, OneRow)
    table, row = row_argument(request.world, arguments, "Target")
    if request.caller.rights is not None:
        request.caller.rights.check("Read", table, row)
    who = stored_row(request.world, target)
    kind, own = target.table.logical_name, str(who[target.table.primary_id])
    found = principal_of(request.world.store, kind, own, str(who.get("businessunitid")))
    mask = _access(rights_of(request.world.store, found), table, row)
    return result(request, "RetrievePrincipalAccessResponse", {"AccessRights": mask_text(mask)})


def retrieve_shared_principals(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """With whom a row is shared."""
    table, row = row_argument(request.world, arguments, "Target")
    if request.caller.rights is not None:
        request.caller.rights.check("Read", table, row)
    shares = shares_of(request.world.store, str(row[table.primary_id]))
    members = {"PrincipalAccesses": [_shown(share) for share in shares]}
    return result(request, "RetrieveSharedPrincipalsAndAccessResponse", members)


def _wanted(request: Request, arguments: dict[str, Any]) -> tuple[Row, Principal, int]:
    """What GrantAccess and ModifyAccess are asked for, checked."""
    row = _shareable(request.world, arguments)
    access = arguments.get("PrincipalAccess")
    if not isinstance(access, Mapping):
        raise refusals.required_field("PrincipalAccess")
    principal = principal_argument(request.world, access.get("Principal"), "Principal")
    mask = mask_of(access.get("AccessMask"))
    if row[1].get("ownerid") == principal[1]:
        raise refusals.share_with_owner()
    if request.caller.rights is not None:
        request.caller.rights.check("Share", *row)
        for verb in rights_in(mask):
            request.caller.rights.check(verb, *row)
    return row, principal, mask


def _shareable(world: World, arguments: Mapping[str, Any]) -> Row:
    table, row = row_argument(world, arguments, "Target")
    if table.ownership != "UserOwned" or table.is_view or table.is_elastic:
        raise refusals.abstract_table(table.logical_name)
    return table, row


def _set(world: World, row: Row, principal: Principal, mask: int) -> Response:
    set_share(world, (row[0], str(row[1][row[0].primary_id])), principal, mask)
    return Response(204)


def _access(rights: Rights | None, table: Table, row: Mapping[str, Any]) -> int:
    if rights is None:
        return _ALL
    return sum(bit for name, bit in ACCESS.items() if rights.allows(name.removesuffix("Access"), table, row))


def _shown(share: Mapping[str, Any]) -> dict[str, Any]:
    kind = f"#Microsoft.Dynamics.CRM.{share['principaltypecode']}"
    return {
        "AccessMask": mask_text(whole_mask(share)),
        "Principal": {"@odata.type": kind, "ownerid": share["principalid"]},
    }


_TARGET = {"Target": "mscrm.crmbaseentity"}
_ACCESS = {**_TARGET, "PrincipalAccess": "mscrm.PrincipalAccess"}

SHARING = (
    Registered(Message("GrantAccess", is_function=False, parameters=_ACCESS), grant_access),
    Registered(Message("ModifyAccess", is_function=False, parameters=_ACCESS), modify_access),
    Registered(
        Message("RevokeAccess", is_function=False, parameters={**_TARGET, "Revokee": "mscrm.principal"}),
        revoke_access,
    ),
    Registered(
        Message(
            "RetrievePrincipalAccess",
            is_function=True,
            binding=PRINCIPAL,
            parameters=_TARGET,
            returns="mscrm.RetrievePrincipalAccessResponse",
            result={"AccessRights": "mscrm.AccessRights"},
        ),
        retrieve_principal_access,
    ),
    Registered(
        Message(
            "RetrieveSharedPrincipalsAndAccess",
            is_function=True,
            parameters=_TARGET,
            returns="mscrm.RetrieveSharedPrincipalsAndAccessResponse",
            result={"PrincipalAccesses": "Collection(mscrm.PrincipalAccess)"},
        ),
        retrieve_shared_principals,
    ),
)
