"""What roles let somebody do: privileges first, then access to the single row.

Follows "How access to a record is determined": without the privilege nothing goes; with it, a row must be one's own, of
one's business unit, or shared, as deep as the privilege reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.people.access import BASIC, DEEP, GLOBAL, LOCAL, VERBS, deepest
from onteg_dynamics.sandbox.people.catalogue import noun_of, privilege_id, privilege_name
from onteg_dynamics.sandbox.people.principals import Principal
from onteg_dynamics.sandbox.people.sharing import shared_mask

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.store import Store

_NO_ROW = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Reach:
    """Which rows of a table somebody gets at; ``bit`` is the access right that a share must give.

    Where ``everything`` is True the rest counts for nothing.
    """

    everything: bool = False
    owners: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    bit: int = 0


@dataclass(frozen=True)
class Columns:
    """The columns that tell whose a row is; None where a table has no such column."""

    owner: str | None
    unit: str | None

    @classmethod
    def of(cls, table: Table) -> Columns:
        """Those of a table; where it has neither, its rows belong to the organisation."""
        unit = "owningbusinessunit" if "owningbusinessunit" in table.columns else "businessunitid"
        own = {"systemuser": "systemuserid", "team": "teamid"}.get(table.logical_name, "ownerid")
        if table.ownership not in {"UserOwned", "BusinessOwned"}:
            return cls(None, None)
        return cls(own if _has(table, own) else None, unit if _has(table, unit) else None)


class Rights:
    """The rights of one principal; whoever may do everything has none of these, but None.

    Args:
        store: Holds roles, shares and business units.
        principal: Whose.
        roles: One set of roles for each of those who must all have a privilege: the user, and who acts for him.
    """

    def __init__(self, store: Store, principal: Principal, roles: Iterable[frozenset[str]] | None = None) -> None:
        self._store = store
        self.principal = principal
        self._roles = tuple(roles) if roles is not None else (principal.roles,)

    @cached_property
    def depths(self) -> dict[str, int]:
        """The depth of each privilege by the privilege's id."""
        first, *others = (_held(self._store, roles) for roles in self._roles)
        for other in others:
            first = {own: min(depth, other[own]) for own, depth in first.items() if own in other}
        return first

    def holds(self, name: str) -> bool:
        """True where the privilege of that name is held at any depth."""
        return privilege_id(name) in self.depths

    def demand(self, name: str, table: Table | None = None) -> None:
        """Insists on a privilege.

        Args:
            name: The privilege's name.
            table: The table that it belongs to, or None.

        Raises:
            Refusal: 403; it is not held.
        """
        if self.holds(name):
            return
        user = self._store.select(self.principal.kind, {f"{self.principal.kind}id": self.principal.id}, limit=1)
        raise refusals.privilege_missing(
            _described(user[0] if user else {}, self.principal, len(self.depths)),
            self.principal.id,
            (name, privilege_id(name)),
            None if table is None else (table.object_type_code, table.logical_name, table.display_name),
        )

    def demand_on(self, verb: str, table: Table) -> None:
        """Insists on a table's privilege; some tables ask for none.

        Raises:
            Refusal: 403; it is not held.
        """
        if noun_of(table) is not None:
            self.demand(privilege_name(verb, table), table)

    def reach(self, verb: str, table: Table) -> Reach:
        """Which rows a privilege that is held reaches."""
        columns = Columns.of(table)
        depth = self.depths.get(privilege_id(privilege_name(verb, table)), 0)
        if noun_of(table) is None or depth == GLOBAL or (columns.owner is None and columns.unit is None):
            return Reach(everything=True)
        units = {LOCAL: (self.principal.unit,), DEEP: self._units_below}.get(depth, ()) if depth > BASIC else ()
        return Reach(owners=self.principal.owners, units=units, bit=VERBS[verb])

    def allows(self, verb: str, table: Table, row: Mapping[str, Any]) -> bool:
        """True where a row is reached: privilege and access."""
        noun = noun_of(table)
        if noun is not None and not self.holds(privilege_name(verb, table)):
            return False
        reach, columns = self.reach(verb, table), Columns.of(table)
        if reach.everything or self._is_near(reach, columns, row):
            return True
        return bool(shared_mask(self._store, str(row.get(table.primary_id)), reach.owners) & reach.bit)

    def check(self, verb: str, table: Table, row: Mapping[str, Any]) -> None:
        """Insists on access to a row.

        Args:
            verb: ``Read``, ``Write``, ``AppendTo`` …
            table: The row's table.
            row: The stored row.

        Raises:
            Refusal: 403; the privilege is missing, or the row is out of its reach.
        """
        self.demand_on(verb, table)
        if not self.allows(verb, table, row):
            row_id = str(row.get(table.primary_id) or _NO_ROW)
            raise refusals.access_denied(self.principal.id, f"{verb}Access", row_id, table.logical_name)

    def check_id(self, verb: str, table: Table, row_id: str) -> None:
        """The same for a row that is known by its id; one that is not there is left to others to miss."""
        row = self._store.get(table, row_id)
        if row is not None:
            self.check(verb, table, row)

    @cached_property
    def _units_below(self) -> tuple[str, ...]:
        found = [self.principal.unit]
        for unit in found:
            below = self._store.select("businessunit", {"parentbusinessunitid": unit}, ("businessunitid",))
            found += [row["businessunitid"] for row in below if row["businessunitid"] not in found]
        return tuple(found)

    @staticmethod
    def _is_near(reach: Reach, columns: Columns, row: Mapping[str, Any]) -> bool:
        return bool(
            (columns.owner and row.get(columns.owner) in reach.owners)
            or (columns.unit and row.get(columns.unit) in reach.units)
        )


def rights_of(store: Store, principal: Principal) -> Rights | None:
    """The rights of a principal: None where it may do everything."""
    return None if principal.is_administrator else Rights(store, principal)


def _has(table: Table, column: str) -> bool:
    found = table.columns.get(column)
    return found is not None and found.is_stored


def _held(store: Store, roles: Iterable[str]) -> dict[str, int]:
    """The privileges of some roles, each as deep as the deepest of them gives it."""
    found: dict[str, int] = {}
    for role in roles:
        for row in store.select("roleprivileges", {"roleid": role}, ("privilegeid", "privilegedepthmask")):
            own, depth = str(row["privilegeid"]), deepest(row["privilegedepthmask"] or 0)
            found[own] = max(depth, found.get(own, 0))
    return found


_MODES = ("Read-Write", "Administrative", "Read", "Support User", "Non-interactive", "Delegated Admin")


def _described(row: Mapping[str, Any], principal: Principal, count: int) -> str:
    """Who somebody is, as the service's own message tells it."""
    own = [f"Id={principal.id}", f"type={8 if principal.kind == 'systemuser' else 9}"]
    counts = [f"roleCount={len(principal.roles)}", f"privilegeCount={count}"]
    unit = f"businessUnitId={principal.unit}"
    if principal.kind == "team":
        return f"team ({', '.join([*own, *counts, unit])})"
    mode = int(row.get("accessmode") or 0)
    access = f"accessMode='{mode} {_MODES[mode]}', AADObjectId='{row.get('azureactivedirectoryobjectid') or ''}'"
    return f"user ({', '.join([*own, *counts, access, unit])})"
