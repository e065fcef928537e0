from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import pytest

from onteg_dynamics.sandbox.people.access import DEPTHS
from onteg_dynamics.sandbox.people.catalogue import privilege_id
from onteg_dynamics.sandbox.people.principals import principal_of
from onteg_dynamics.sandbox.people.rights import rights_of
from onteg_dynamics.sandbox.people.roles import grant, role_id
from onteg_dynamics.sandbox.seed import sow
from onteg_dynamics.sandbox.seed.platform import CONNECTOR_USER
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Caller, World
from tests.sandbox.service.client import Answer, Client, fresh_world

NOW = datetime(2026, 5, 1, 12, 30, tzinfo=timezone.utc)
ADMIN = CONNECTOR_USER


@dataclass
class Office(Client):
    """An environment with its roles; who sends a request is told by a user's id in ``Authorization``."""

    def user(self, name: str, *roles: str, **values: Any) -> str:
        """A new user with some roles, named by their ids or by the names of the platform's own."""
        address = f"{name.lower()}@sandbox.test"
        unit = values.pop("unit", self.world.organization.business_unit_id)
        found = self.create(
            "systemusers",
            firstname=name,
            lastname="Tester",
            domainname=address,
            internalemailaddress=address,
            **{"businessunitid@odata.bind": f"/businessunits({unit})"},
            **values,
        )
        for role in roles:
            self.join(f"systemusers({found})/systemuserroles_association", f"roles({_role(role)})")
        return found

    def role(self, name: str, **depths: str) -> str:
        """A new role that holds some privileges to a depth: ``prvReadAccount="Basic"``."""
        own = self.create("roles", **{"name": name, "businessunitid@odata.bind": f"/businessunits({self.unit})"})
        for privilege, depth in depths.items():
            grant(self.world, own, privilege_id(privilege), DEPTHS[depth])
        return own

    def team(self, name: str, *members: str) -> str:
        """A new team of owners with some members."""
        unit, chief = f"/businessunits({self.unit})", f"/systemusers({ADMIN})"
        binds = {"businessunitid@odata.bind": unit, "administratorid@odata.bind": chief}
        found = self.create("teams", name=name, teamtype=0, **binds)
        for member in members:
            self.join(f"teams({found})/teammembership_association", f"systemusers({member})")
        return found

    def join(self, collection: str, member: str) -> None:
        answer = self.post(f"{collection}/$ref", {"@odata.id": member})
        assert answer.status == 204, answer.body

    @property
    def unit(self) -> str:
        return self.world.organization.business_unit_id

    def as_(self, user: str, method: str, url: str, document: Any = None, **headers: str) -> Answer:
        """A request of a user."""
        return self.send(method, url, document, Authorization=user, **headers)

    def names(self, user: str, url: str, column: str = "name") -> list[str]:
        """The names in a list, as a user gets it."""
        answer = self.as_(user, "GET", url)
        assert answer.status == 200, answer.body
        return sorted(row[column] for row in answer.json()["value"])


def _role(name: str) -> str:
    return name if "-" in name else role_id(name)


@lru_cache(maxsize=1)
def _seeded() -> Store:
    store = Store()
    sow(store, "empty", NOW.date())
    return store


@pytest.fixture
def office() -> Iterator[Office]:
    world = fresh_world()
    _seeded().db.backup(world.store.db)
    world.authenticate = lambda headers: _caller(world, headers)
    yield Office(world)
    world.store.close()


def _caller(world: World, headers: Mapping[str, str]) -> Caller:
    own = headers.get("authorization", ADMIN)
    row = world.store.get(world.model.tables["systemuser"], own)
    assert row is not None
    found = principal_of(world.store, "systemuser", own, row["businessunitid"])
    return Caller(own, found.unit, rights=rights_of(world.store, found))
