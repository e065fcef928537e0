"""What the endpoints of one tenant share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onteg_dynamics.sandbox.entra import denials
from onteg_dynamics.sandbox.entra.assertions import Trust
from onteg_dynamics.sandbox.entra.directory import REGISTRATIONS, TENANT_DOMAIN, TENANT_NAME, Registration
from onteg_dynamics.sandbox.entra.discovery import issuer_of
from onteg_dynamics.sandbox.entra.ledger import Ledger
from onteg_dynamics.sandbox.entra.origins import Origins
from onteg_dynamics.sandbox.entra.people import People
from onteg_dynamics.sandbox.entra.tokens import Tokens
from onteg_dynamics.sandbox.store import Store

_SHARED = frozenset({"common", "organizations", "consumers"})
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True)
class Tenant:
    """The sandbox's tenant.

    Attributes:
        id: Its id.
        tokens: Issues the tokens.
        origins: The sandbox's addresses.
        people: Who can sign in.
        ledger: The sign-ins under way.
    """

    id: str
    tokens: Tokens
    origins: Origins
    people: People
    ledger: Ledger

    @property
    def trusted_issuer(self) -> str:
        """The issuer whose tokens stand for the connector's application."""
        return f"{self.origins.main}/federation"

    def check(self, name: str, *, shared: bool) -> None:
        """Sees that a tenant's name is this one's.

        Args:
            name: What stands in the path: the tenant's id or domain name.
            shared: True where ``common`` and its like are fine.

        Raises:
            Denial: It is not.
        """
        lowered = name.lower()
        if lowered in {self.id, TENANT_DOMAIN} or (shared and lowered in _SHARED):
            return
        if lowered in _SHARED:
            raise denials.tenant_needed()
        well_formed = _GUID.fullmatch(lowered) or _DOMAIN.fullmatch(lowered)
        raise denials.unknown_tenant(name) if well_formed else denials.bad_tenant(name)

    def application(self, client_id: str) -> Registration:
        """The application of a client id.

        Raises:
            Denial: The tenant has none.
        """
        found = REGISTRATIONS.get(client_id.lower())
        if found is None:
            raise denials.unknown_application(client_id, TENANT_NAME)
        return found

    def trust(self) -> Trust:
        """What an application's assertion is held against at this moment."""
        names = (self.id, TENANT_DOMAIN, *_SHARED)
        bases = [f"{origin}/{name}" for origin in self.origins.all for name in names]
        endpoints = {f"{base}/oauth2/{part}token" for base in bases for part in ("", "v2.0/")}
        issuers = {issuer_of(origin, self.id, version) for origin in self.origins.all for version in (1, 2)}
        return Trust(endpoints | issuers, self.trusted_issuer, self.tokens.clock())


def open_tenant(name: str, tokens: Tokens, origins: Origins, store: Store) -> Tenant:
    """The tenant of an environment.

    Args:
        name: Its id.
        tokens: Issues the tokens; its clock is everybody's.
        origins: The sandbox's addresses.
        store: Holds the people.
    """
    return Tenant(name, tokens, origins, People(store), Ledger(tokens.clock))
