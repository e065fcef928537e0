"""Who may do what with a row: share it, take it back, list it.

Implements "Sharing and assigning" (GrantAccess, ModifyAccess, RevokeAccess, RetrieveSharedPrincipalsAndAccess,
RetrievePrincipalAccess).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.lookups import LookupResolver
from onteg_dynamics.dataverse.odata import query_string, row_path
from onteg_dynamics.dataverse.protocol import JSON_BODY, Repeat, Request, dumps
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["RIGHTS", "Principal", "access_of", "find_principal", "grant", "revoke", "shares"]

CRM = "Microsoft.Dynamics.CRM."
RIGHTS = ("Read", "Write", "Append", "AppendTo", "Create", "Delete", "Share", "Assign")
"""Access rights as people name them; the service adds ``Access``."""

_SETS = {"systemusers": "systemuser", "teams": "team"}


@dataclass(frozen=True)
class Principal:
    """Who rights are given to: a user or a team."""

    table: str
    id: str

    def reference(self) -> dict[str, str]:
        """As messages of the service name it."""
        return {"@odata.type": f"{CRM}{self.table}", f"{self.table}id": self.id}


def find_principal(link: Link, table: Table, value: Any, field: str = "principal") -> Principal:
    """The user or team that a value names: id, exact name, or ``{"table", "id"}``.

    Args:
        link: the client at work.
        table: whose rows are to be shared.
        value: what was written.
        field: what it is called where something is wrong with it.

    Raises:
        InputError: there is none, or more than one; or rows of the table belong to nobody, so none can be shared.
    """
    columns = link.columns(table)
    owner = columns.find("ownerid")
    if owner is None or not owner.is_lookup:
        raise InputError((Problem("table", "", f"rows of {table.name} belong to nobody and cannot be shared"),))
    try:
        _, address = LookupResolver(link.metadata, link.fetch, columns).bind(owner, value)
    except (ValueError, LookupError) as exc:
        problem = Problem(field, "", str(exc))
    else:
        entity_set, _, rest = (address or "").lstrip("/").partition("(")
        return Principal(_SETS[entity_set], rest.rstrip(")"))
    raise InputError((problem,))


def grant(
    link: Link, table: Table, row_id: str, principal: Principal, rights: Iterable[str], *, replace: bool = False
) -> None:
    """Give rights to a row.

    Args:
        link: the client at work.
        table: the row's table.
        row_id: its GUID.
        principal: to whom.
        rights: of `RIGHTS`.
        replace: take away the rights that are not named.

    Raises:
        ServiceError: the service refuses it, as where the caller may not share the row.
    """
    mask = ",".join(f"{right}Access" for right in rights)
    access = {"Principal": principal.reference(), "AccessMask": mask}
    message = "ModifyAccess" if replace else "GrantAccess"
    _post(link, message, {"Target": _target(table, row_id), "PrincipalAccess": access})


def revoke(link: Link, table: Table, row_id: str, principal: Principal) -> None:
    """Take all rights to a row away that were given by sharing it.

    Raises:
        ServiceError: the service refuses it.
    """
    _post(link, "RevokeAccess", {"Target": _target(table, row_id), "Revokee": principal.reference()})


def shares(link: Link, table: Table, row_id: str) -> list[dict[str, Any]]:
    """To whom a row is shared, with which rights: ``{"table", "id", "rights"}`` of each."""
    path = f"RetrieveSharedPrincipalsAndAccess(Target=@p1){_alias(table, row_id)}"
    answer = link.send(Request("GET", path))
    return [_share(item) for item in answer.data["PrincipalAccesses"]]


def access_of(link: Link, table: Table, row_id: str, principal: Principal) -> list[str]:
    """The rights that somebody has to a row, however he came by them."""
    entity_set = next(name for name, table_name in _SETS.items() if table_name == principal.table)
    path = f"{row_path(entity_set, principal.id)}/{CRM}RetrievePrincipalAccess(Target=@p1){_alias(table, row_id)}"
    return _rights(link.send(Request("GET", path)).data["AccessRights"])


def _alias(table: Table, row_id: str) -> str:
    reference = orjson.dumps({"@odata.id": row_path(table.entity_set, row_id)}).decode()
    return query_string({"@p1": reference})


def _target(table: Table, row_id: str) -> dict[str, str]:
    return {"@odata.type": f"{CRM}{table.name}", table.primary_id: row_id}


def _post(link: Link, message: str, body: Mapping[str, Any]) -> None:
    # Done twice it is the same: a lost answer does no harm.
    link.send(Request("POST", message, dumps(body), JSON_BODY, Repeat.ALWAYS))


def _share(item: Mapping[str, Any]) -> dict[str, Any]:
    principal = item["Principal"]
    table = str(principal.get("@odata.type", "")).rpartition(".")[2] or (
        "team" if "teamid" in principal else "systemuser"
    )
    own = principal.get(f"{table}id") or principal.get("ownerid")
    return {"table": table, "id": own, "rights": _rights(item["AccessMask"])}


def _rights(mask: str) -> list[str]:
    given = {part.strip().removesuffix("Access") for part in mask.split(",")}
    return [right for right in RIGHTS if right in given]
