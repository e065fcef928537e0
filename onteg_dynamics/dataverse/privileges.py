"""What a user may do with the rows of a table, by the privileges of his roles.

Implements "Security roles and privileges" and the function RetrieveUserSetOfPrivilegesByNames.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string, row_path
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.tables import Table

__all__ = ["ACCESS", "Privilege", "privileges", "who_acts"]

ACCESS = ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share")
"""What a privilege of a table is for."""

_REACH = {
    "Basic": "own rows",
    "Local": "rows of the business unit",
    "Deep": "rows of the business unit and those below",
    "Global": "all rows",
}


@dataclass(frozen=True)
class Privilege:
    """One privilege of a table.

    Attributes:
        table: logical name.
        access: of `ACCESS`.
        name: the privilege's name; "" where the table has none for that access.
        depth: how far it reaches: Basic, Local, Deep or Global; None where the user lacks it.
    """

    table: str
    access: str
    name: str
    depth: str | None

    @property
    def held(self) -> bool:
        """Whether the user has it, on whatever rows."""
        return self.depth is not None

    @property
    def reach(self) -> str:
        """On which rows, in words."""
        return _REACH.get(self.depth or "", "no rows")


def who_acts(link: Link) -> str:
    """GUID of the user on whose behalf the call acts; of the impersonated one where there is one."""
    return str(link.send(Request("GET", "WhoAmI")).data["UserId"])


def privileges(link: Link, user_id: str, wanted: Mapping[Table, Sequence[str]]) -> list[Privilege]:
    """The privileges that a user has, or lacks.

    Args:
        link: the client at work.
        user_id: the user's GUID.
        wanted: accesses by table.

    Raises:
        PermissionDeniedError: the caller may not read privileges.
    """
    names = {table: _names(link, table) for table in wanted}
    asked = {names[table][access] for table, group in wanted.items() for access in group if access in names[table]}
    held = _held(link, user_id, sorted(asked)) if asked else {}
    return [
        Privilege(table.name, access, names[table].get(access, ""), held.get(names[table].get(access, "")))
        for table, group in wanted.items()
        for access in group
    ]


def _names(link: Link, table: Table) -> Mapping[str, str]:
    """The names of a table's privileges, by what they are for."""

    def ask() -> dict[str, str]:
        path = f"EntityDefinitions(LogicalName={literal(table.name)})?$select=LogicalName,Privileges"
        found = link.send(Request("GET", path)).data.get("Privileges") or ()
        return {one["PrivilegeType"]: one["Name"] for one in found}

    return link.metadata.once(("privileges", table.name), ask)


def _held(link: Link, user_id: str, names: Iterable[str]) -> dict[str, str]:
    """Depths by privilege name, the widest where several roles give it."""
    aliases = query_string({"@p1": orjson.dumps(list(names)).decode()})
    message = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p1)"
    answer = link.send(Request("GET", f"{row_path('systemusers', user_id)}/{message}{aliases}"))
    depths = list(_REACH)
    found: dict[str, str] = {}
    for one in answer.data["RolePrivileges"]:
        name, depth = one["PrivilegeName"], one["Depth"]
        if name not in found or depths.index(depth) > depths.index(found[name]):
            found[name] = depth
    return found
