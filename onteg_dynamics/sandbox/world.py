"""What a running sandbox is made of: model, rows, organisation, clock, and who may come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.jobs import Jobs
from onteg_dynamics.sandbox.search.index import Index
from onteg_dynamics.sandbox.turns import Turns
from onteg_dynamics.sandbox.webhooks.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onteg_dynamics.sandbox.model import Model
    from onteg_dynamics.sandbox.people.rights import Rights
    from onteg_dynamics.sandbox.store import Store


@dataclass(frozen=True)
class Organization:
    """The environment's identity; every id is a lowercase GUID."""

    id: str = "0f4a1c52-7b3e-4d68-9a51-2c8e6f7d9b10"
    business_unit_id: str = "3b9e2d71-5c84-4f1a-8e36-9d0a7c4b2e15"
    base_currency_id: str = "7c1d5e93-2a6f-4b08-91d4-5e3f8a7b6c20"
    tenant_id: str = "a4d7e8f1-3c5b-4296-8d0e-1f2a3b4c5d6e"
    environment_id: str = "e6b5d4c3-9a87-4f65-b432-10fedcba9876"
    unique_name: str = "orgsandbox01"
    url_name: str = "orgsandbox01"
    friendly_name: str = "Sandbox"
    version: str = "9.2.24073.198"
    base_currency_symbol: str = "$"


@dataclass(frozen=True)
class Caller:
    """Who sends a request.

    Attributes:
        user_id: The system user on whose behalf the work is done.
        business_unit_id: That user's business unit.
        on_behalf_by: The real caller's system user when he acts for someone else, or None.
        rights: What he may do; None where he may do everything.
    """

    user_id: str
    business_unit_id: str
    on_behalf_by: str | None = None
    rights: Rights | None = field(default=None, compare=False, repr=False)


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(timezone.utc)


@dataclass
class World:
    """Everything a request needs. The model is replaced as a whole when metadata changes.

    Args:
        model: The metadata of this moment.
        store: The rows.
        authenticate: Reads the request headers (lowercase names) and returns the caller, or raises a Refusal.
        organization: The environment's identity.
        clock: Gives the present moment, in UTC.
        jobs: The system jobs under way.
        hooks: Who is told of changes.
        turns: Whose turn it is to touch the rows.
        search: The index of Dataverse search; empty until somebody searches.
    """

    model: Model
    store: Store
    authenticate: Callable[[Mapping[str, str]], Caller]
    organization: Organization = field(default_factory=Organization)
    clock: Callable[[], datetime] = utc_now
    jobs: Jobs = field(default_factory=Jobs)
    hooks: Hooks = field(default_factory=Hooks)
    turns: Turns = field(default_factory=Turns)
    search: Index = field(default_factory=Index)

    def now(self) -> str:
        """The present moment as the store writes it, to the second."""
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
