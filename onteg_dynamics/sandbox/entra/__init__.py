"""A local Entra: one tenant with app registrations, managed identities and people; and the door of the Web API."""

from __future__ import annotations

from onteg_dynamics.sandbox.entra.app import create_entra
from onteg_dynamics.sandbox.entra.certificate import client_certificate
from onteg_dynamics.sandbox.entra.control import EntraControl
from onteg_dynamics.sandbox.entra.directory import (
    ASSIGNED,
    COMMAND_LINE,
    CONNECTOR,
    DESKTOP,
    EXPIRED,
    MACHINE,
    NO_ROLES,
    NO_USER,
    READER,
    TENANT_DOMAIN,
    Registration,
)
from onteg_dynamics.sandbox.entra.gate import Gate
from onteg_dynamics.sandbox.entra.origins import Origins
from onteg_dynamics.sandbox.entra.tenant import Tenant, open_tenant
from onteg_dynamics.sandbox.entra.tokens import LIFETIME, Tokens

__all__ = [
    "ASSIGNED",
    "COMMAND_LINE",
    "CONNECTOR",
    "DESKTOP",
    "EXPIRED",
    "LIFETIME",
    "MACHINE",
    "NO_ROLES",
    "NO_USER",
    "READER",
    "TENANT_DOMAIN",
    "EntraControl",
    "Gate",
    "Origins",
    "Registration",
    "Tenant",
    "Tokens",
    "client_certificate",
    "create_entra",
    "open_tenant",
]
