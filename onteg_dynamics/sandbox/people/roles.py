"""The rows of privileges and roles: what an environment is handed out with, and what a new table adds to it.

System Administrator needs no rows, as nothing is asked of it. The other roles are small pictures of their namesakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.people.access import BASIC, GLOBAL, LOCAL, VERBS
from onteg_dynamics.sandbox.people.catalogue import (
    ACT_ON_BEHALF,
    Privilege,
    all_privileges,
    privilege_id,
    privileges_of,
)

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import World

_ALL = tuple(VERBS)
_EDIT = ("Create", "Read", "Write", "Append", "AppendTo", "Assign", "Share")
_CUSTOMIZER = "System Customizer"


@dataclass(frozen=True)
class Grant:
    """Verbs on some tables, by their nouns, to a depth."""

    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    depth: int

    def names(self) -> Iterator[str]:
        """The names of the privileges, whether there are such or not."""
        return (f"prv{verb}{noun}" for noun in self.nouns for verb in self.verbs)


_READ = ("Read",)
_KNOWN = (
    "BusinessUnit",
    "Organization",
    "PriceLevel",
    "Product",
    "Query",
    "Queue",
    "Role",
    "SdkMessage",
    "SdkMessageFilter",
    "Subject",
    "Team",
    "Territory",
    "TransactionCurrency",
    "UoMSchedule",
    "User",
)
_CUSTOMERS = ("Account", "Contact")
_SALES = ("Lead", "Opportunity", "Quote", "Order", "Invoice")
_EVERYONE = (
    Grant(_KNOWN, (*_READ, "AppendTo"), GLOBAL),
    Grant(("Activity", "Note", "Connection", "QueueItem", "UserQuery"), _ALL, BASIC),
    Grant(("AsyncOperation", "CallbackRegistration"), _ALL, BASIC),
)
_METADATA = tuple(
    f"prv{verb}{noun}"
    for noun in ("Entity", "Attribute", "Relationship", "OptionSet")
    for verb in ("Create", "Read", "Write", "Delete")
)
_GRANTS: dict[str, tuple[Grant, ...]] = {
    _CUSTOMIZER: (*_EVERYONE, Grant((*_CUSTOMERS, *_SALES, "Incident"), _ALL, BASIC)),
    "Basic User": (*_EVERYONE, Grant(_CUSTOMERS, _ALL, BASIC)),
    "Sales Manager": (
        *_EVERYONE,
        Grant((*_CUSTOMERS, *_SALES, "Competitor"), _READ, GLOBAL),
        Grant((*_CUSTOMERS, *_SALES), _ALL, LOCAL),
    ),
    "Salesperson": (
        *_EVERYONE,
        Grant(("Competitor",), (*_READ, "AppendTo"), GLOBAL),
        Grant((*_CUSTOMERS, *_SALES), _EDIT, BASIC),
        Grant(("Lead", "Opportunity"), ("Delete",), BASIC),
    ),
    "CSR Manager": (*_EVERYONE, Grant((*_CUSTOMERS, "Incident", "KnowledgeArticle"), _ALL, GLOBAL)),
    "Customer Service Representative": (
        *_EVERYONE,
        Grant((*_CUSTOMERS, "KnowledgeArticle"), (*_READ, "AppendTo"), GLOBAL),
        Grant(("Incident",), _ALL, BASIC),
    ),
    "Marketing Professional": (*_EVERYONE, Grant((*_CUSTOMERS, "Lead", "Campaign", "List"), _EDIT, BASIC)),
}
_MORE: dict[str, tuple[str, ...]] = {
    "Delegate": (ACT_ON_BEHALF,),
    _CUSTOMIZER: (*_METADATA, "prvPublishCustomization"),
    "Sales Manager": ("prvMerge", "prvBulkDelete", "prvExportToExcel"),
    "Salesperson": ("prvMerge",),
    "CSR Manager": ("prvMerge",),
}


def role_id(name: str) -> str:
    """The id of a role that an environment is handed out with."""
    return stable_id("seed", "role", name)


def lay_privileges(world: World) -> None:
    """Writes the privileges of an environment, and what its roles have of them; the roles are there already."""
    known, version = all_privileges(world.model), world.store.next_version()
    for privilege in known.values():
        _lay_privilege(world, privilege, version)
    for role, depths in _depths(known).items():
        for name, depth in depths.items():
            grant(world, role_id(role), privilege_id(name), depth)


def lay_table_privileges(world: World, table: Table) -> None:
    """Writes the privileges of a new table, and gives them to who customizes."""
    for privilege in privileges_of(table):
        if not _row(world, privilege.id):
            _lay_privilege(world, privilege, world.store.next_version())
            if world.store.exists(world.model.tables["role"], role_id(_CUSTOMIZER)):
                grant(world, role_id(_CUSTOMIZER), privilege.id, GLOBAL)


def lift_table_privileges(world: World, table: Table) -> None:
    """Removes the privileges of a table that goes, from roles too."""
    privileges, pairs = world.model.tables["privilege"], world.model.tables["roleprivileges"]
    if table.is_activity:
        return  # all activities share theirs
    for privilege in privileges_of(table):
        for row in world.store.select(pairs.logical_name, {"privilegeid": privilege.id}, (pairs.primary_id,)):
            world.store.delete(pairs, str(row[pairs.primary_id]))
        world.store.delete(privileges, privilege.id)


def grant(world: World, role: str, privilege: str, depth: int) -> None:
    """Gives a role a privilege to a depth; one that it has already gets the new depth."""
    pairs = world.model.tables["roleprivileges"]
    match = {"roleid": role, "privilegeid": privilege}
    values = {"privilegedepthmask": depth, "versionnumber": world.store.next_version()}
    known = world.store.select(pairs.logical_name, match, (pairs.primary_id,), limit=1)
    if known:
        world.store.update(pairs, str(known[0][pairs.primary_id]), values)
    else:
        own = stable_id("roleprivilege", role, privilege)
        world.store.insert(pairs.logical_name, {pairs.primary_id: own, **match, **values})


def withdraw(world: World, role: str, privilege: str) -> None:
    """Takes a privilege away from a role; one that it has not is not missed."""
    pairs = world.model.tables["roleprivileges"]
    match = {"roleid": role, "privilegeid": privilege}
    for row in world.store.select(pairs.logical_name, match, (pairs.primary_id,)):
        world.store.delete(pairs, str(row[pairs.primary_id]))


def _depths(known: Iterable[str]) -> dict[str, dict[str, int]]:
    """For each role the depths of its privileges, as far as there are such."""
    found: dict[str, dict[str, int]] = {}
    for role in {**_GRANTS, **_MORE}:
        wanted = {name: one.depth for one in reversed(_GRANTS.get(role, ())) for name in one.names()}
        wanted |= dict.fromkeys(_MORE.get(role, ()), GLOBAL)
        found[role] = {name: depth for name, depth in wanted.items() if name in known}
    return found


def _lay_privilege(world: World, privilege: Privilege, version: int) -> None:
    now = world.now()
    values = {
        "privilegeid": privilege.id,
        "name": privilege.name,
        "accessright": VERBS.get(privilege.verb, 0),
        "canbeglobal": 1,
        **dict.fromkeys(("canbebasic", "canbelocal", "canbedeep"), int(privilege.is_owned)),
        **dict.fromkeys(("createdon", "modifiedon"), now),
        "versionnumber": version,
    }
    world.store.insert("privilege", values)


def _row(world: World, own: str) -> bool:
    return bool(world.store.select("privilege", {"privilegeid": own}, ("privilegeid",), limit=1))
