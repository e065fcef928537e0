"""Who people are: a user or team with its business unit, its teams and its roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.model import stable_id

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.store import Store

ADMINISTRATOR_ROLE = stable_id("seed", "role", "System Administrator")
"""The role that may do everything."""

KINDS = ("systemuser", "team")
_ROLES = {"systemuser": ("systemuserroles", "systemuserid"), "team": ("teamroles", "teamid")}


@dataclass(frozen=True)
class Principal:
    """A user or a team.

    Attributes:
        kind: ``systemuser`` or ``team``.
        id: Its id.
        unit: Its business unit.
        teams: The teams that a user is in.
        roles: Its security roles, those of a user's teams included.
    """

    kind: str
    id: str
    unit: str
    teams: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()

    @property
    def is_administrator(self) -> bool:
        """True where nothing is forbidden."""
        return ADMINISTRATOR_ROLE in self.roles

    @property
    def owners(self) -> tuple[str, ...]:
        """Who owns what is this principal's own: itself and its teams."""
        return (self.id, *self.teams)


def principal_of(store: Store, kind: str, own: str, unit: str) -> Principal:
    """A principal as the store knows it now.

    Args:
        store: Holds teams and roles.
        kind: ``systemuser`` or ``team``.
        own: Its id.
        unit: Its business unit.
    """
    roles = _roles(store, kind, [own])
    if ADMINISTRATOR_ROLE in roles:
        return Principal(kind, own, unit, (), roles)
    teams = _teams(store, own) if kind == "systemuser" else ()
    return Principal(kind, own, unit, teams, roles | _roles(store, "team", teams))


def _teams(store: Store, user: str) -> tuple[str, ...]:
    found = store.select("teammembership", {"systemuserid": user}, ("teamid",))
    return tuple(str(row["teamid"]) for row in found)


def _roles(store: Store, kind: str, owners: Iterable[str]) -> frozenset[str]:
    table, column = _ROLES[kind]
    return frozenset(str(row["roleid"]) for own in owners for row in store.select(table, {column: own}, ("roleid",)))
