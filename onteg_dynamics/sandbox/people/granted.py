"""Messages about privileges: what roles hold, and what that makes of users and teams.

Follows the Web API reference of AddPrivilegesRole, ReplacePrivilegesRole, RemovePrivilegeRole,
RetrieveRolePrivilegesRole, RetrieveUserPrivileges and their sisters ("User privileges").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.people.access import DEPTHS, GLOBAL, deepest, depth_name
from onteg_dynamics.sandbox.people.catalogue import privilege_id
from onteg_dynamics.sandbox.people.principals import ADMINISTRATOR_ROLE, principal_of
from onteg_dynamics.sandbox.people.rights import rights_of
from onteg_dynamics.sandbox.people.roles import grant, withdraw
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.service.resources import OneRow, stored_row
from onteg_dynamics.sandbox.world import World
from onteg_dynamics.sandbox.write.values import is_guid

_PAIRS = "roleprivileges"


def add_privileges(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Gives a role privileges to a depth."""
    role = _role(request, target)
    for privilege, depth in _given(request.world, arguments):
        grant(request.world, role, privilege, depth)
    return Response(204)


def replace_privileges(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Gives a role these privileges and no others."""
    role = _role(request, target)
    given = _given(request.world, arguments)
    for row in request.world.store.select(_PAIRS, {"roleid": role}, ("privilegeid",)):
        withdraw(request.world, role, str(row["privilegeid"]))
    for privilege, depth in given:
        grant(request.world, role, privilege, depth)
    return Response(204)


def remove_privilege(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Takes a privilege away from a role."""
    role = _role(request, target)
    withdraw(request.world, role, _known(request.world, arguments.get("PrivilegeId")))
    return Response(204)


def retrieve_role_privileges(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """What a role holds."""
    role = str(arguments["RoleId"]).lower()
    if not request.world.store.exists(request.world.model.tables["role"], role):
        raise refusals.no_such_row("role", role)
    rows = request.world.store.select(_PAIRS, {"roleid": role})
    depths = {str(row["privilegeid"]): deepest(row["privilegedepthmask"] or 0) for row in rows}
    held = dict.fromkeys(_all(request.world), GLOBAL) if role == ADMINISTRATOR_ROLE else depths
    shown = _shown(request.world, held, request.caller.business_unit_id)
    return result(request, "RetrieveRolePrivilegesRoleResponse", {"RolePrivileges": shown})


def _retrieve(name: str, wanted: Callable[[World, dict[str, Any]], Iterable[str] | None]) -> Callable[..., Response]:
    """A function that answers with the privileges of a user or team, or with those of them that are asked for."""

    def run(request: Request, arguments: dict[str, Any], target: Target) -> Response:
        held, unit = _held(request, target)
        names = wanted(request.world, arguments)
        chosen = held if names is None else {own: held[own] for own in names if own in held}
        return result(request, f"{name}Response", {"RolePrivileges": _shown(request.world, chosen, unit)})

    return run


def _held(request: Request, target: Target) -> tuple[dict[str, int], str]:
    """The depths of the privileges that a user or team holds, and its business unit."""
    assert isinstance(target, OneRow)
    world, row, kind = request.world, stored_row(request.world, target), target.table.logical_name
    found = principal_of(world.store, kind, str(row[target.table.primary_id]), str(row.get("businessunitid")))
    rights = rights_of(world.store, found)
    return (dict.fromkeys(_all(world), GLOBAL) if rights is None else rights.depths), found.unit


def _all(world: World) -> Iterator[str]:
    return (str(row["privilegeid"]) for row in world.store.select("privilege", {}, ("privilegeid",)))


def _shown(world: World, held: dict[str, int], unit: str) -> list[dict[str, Any]]:
    """RolePrivilege objects, by the names of the privileges."""
    names = {
        str(row["privilegeid"]): row["name"] for row in world.store.select("privilege", {}, ("privilegeid", "name"))
    }
    return [
        {"Depth": depth_name(held[own]), "PrivilegeId": own, "BusinessUnitId": unit, "PrivilegeName": names[own]}
        for own in sorted(held, key=lambda own: str(names.get(own)))
        if own in names
    ]


def _role(request: Request, target: Target) -> str:
    """The role that a message is bound to; changing it is writing it."""
    assert isinstance(target, OneRow)
    row = stored_row(request.world, target)
    if request.caller.rights is not None:
        request.caller.rights.check("Write", target.table, row)
    return str(row["roleid"])


def _given(world: World, arguments: dict[str, Any]) -> list[tuple[str, int]]:
    privileges = arguments.get("Privileges")
    if not isinstance(privileges, list):
        raise refusals.required_field("Privileges")
    return [_one(world, one) for one in privileges]


def _one(world: World, given: Any) -> tuple[str, int]:
    """A RolePrivilege of a body: the privilege by its id, or by its name, and the depth by its name or number."""
    if not isinstance(given, dict):
        raise refusals.cannot_convert(given, "Microsoft.Dynamics.CRM.RolePrivilege", "role")
    depth = given.get("Depth", "Basic")
    word = list(DEPTHS)[depth] if isinstance(depth, int) and 0 <= depth < len(DEPTHS) else depth
    if word not in DEPTHS:
        raise refusals.cannot_convert(depth, "Microsoft.Dynamics.CRM.PrivilegeDepth", "role")
    return _known(world, given.get("PrivilegeId") or given.get("PrivilegeName")), DEPTHS[word]


def _known(world: World, privilege: Any) -> str:
    """The id of a privilege that is named by its id or name."""
    own = str(privilege).lower() if is_guid(privilege) else privilege_id(str(privilege))
    if not world.store.exists(world.model.tables["privilege"], own):
        raise refusals.no_such_privilege(str(privilege))
    return own


def _by_name(world: World, arguments: dict[str, Any]) -> list[str]:
    return [_known(world, arguments["PrivilegeName"])]


def _by_id(world: World, arguments: dict[str, Any]) -> list[str]:
    return [_known(world, arguments["PrivilegeId"])]


def _by_names(world: World, arguments: dict[str, Any]) -> list[str]:
    return [_known(world, name) for name in arguments["PrivilegeNames"]]


def _by_ids(world: World, arguments: dict[str, Any]) -> list[str]:
    return [_known(world, own) for own in arguments["PrivilegeIds"]]


_ROLE_PRIVILEGES = {"RolePrivileges": "Collection(mscrm.RolePrivilege)"}
_GIVEN = {"Privileges": "Collection(mscrm.RolePrivilege)"}
_NARROWED: dict[str, tuple[Callable[[World, dict[str, Any]], list[str]], dict[str, str]]] = {
    "RetrieveUserPrivilegeByPrivilegeName": (_by_name, {"PrivilegeName": "Edm.String"}),
    "RetrieveUserPrivilegeByPrivilegeId": (_by_id, {"PrivilegeId": "Edm.Guid"}),
    "RetrieveUserSetOfPrivilegesByNames": (_by_names, {"PrivilegeNames": "Collection(Edm.String)"}),
    "RetrieveUserSetOfPrivilegesByIds": (_by_ids, {"PrivilegeIds": "Collection(Edm.Guid)"}),
}


def _function(name: str, binding: str | None, parameters: dict[str, str]) -> Message:
    return Message(
        name,
        is_function=True,
        binding=binding,
        parameters=parameters,
        returns=f"mscrm.{name}Response",
        result=_ROLE_PRIVILEGES,
    )


PRIVILEGES = (
    Registered(Message("AddPrivilegesRole", is_function=False, binding="role", parameters=_GIVEN), add_privileges),
    Registered(
        Message("ReplacePrivilegesRole", is_function=False, binding="role", parameters=_GIVEN), replace_privileges
    ),
    Registered(
        Message("RemovePrivilegeRole", is_function=False, binding="role", parameters={"PrivilegeId": "Edm.Guid"}),
        remove_privilege,
    ),
    Registered(
        _function("RetrieveRolePrivilegesRole", None, {"RoleId": "Edm.Guid"}),
        retrieve_role_privileges,
    ),
    *(
        Registered(_function(name, binding, {}), _retrieve(name, lambda _world, _arguments: None))
        for name, binding in (("RetrieveUserPrivileges", "systemuser"), ("RetrieveTeamPrivileges", "team"))
    ),
    *(
        Registered(_function(name, "systemuser", parameters), _retrieve(name, wanted))
        for name, (wanted, parameters) in _NARROWED.items()
    ),
)
