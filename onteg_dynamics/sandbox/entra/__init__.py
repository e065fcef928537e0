"""A local Entra: one tenant, four app registrations, the client credentials flow, and the door of the Web API."""

from __future__ import annotations

from onteg_dynamics.sandbox.entra.app import create_entra
from onteg_dynamics.sandbox.entra.directory import (
    CONNECTOR,
    EXPIRED,
    NO_ROLES,
    NO_USER,
    TENANT_DOMAIN,
    Registration,
)
from onteg_dynamics.sandbox.entra.gate import Gate
from onteg_dynamics.sandbox.entra.origins import Origins
from onteg_dynamics.sandbox.entra.tokens import LIFETIME, Tokens

__all__ = [
    "CONNECTOR",
    "EXPIRED",
    "LIFETIME",
    "NO_ROLES",
    "NO_USER",
    "TENANT_DOMAIN",
    "Gate",
    "Origins",
    "Registration",
    "Tokens",
    "create_entra",
]
