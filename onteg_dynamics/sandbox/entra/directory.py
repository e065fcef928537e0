"""Who is known to the sandbox's Entra: one tenant and its app registrations.

Identifiers and secrets are fixed, so that a flow can be configured once; they open nothing but this loopback server.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TENANT_DOMAIN = "sandbox.onmicrosoft.com"
TENANT_NAME = "Sandbox"

MICROSOFT_RESOURCES = frozenset(
    {
        "https://graph.microsoft.com",
        "00000003-0000-0000-c000-000000000000",
        "https://management.azure.com",
        "https://management.core.windows.net",
    },
)
"""Resources that every tenant has: a token for one of them is issued, and the Web API then refuses it."""


@dataclass(frozen=True)
class Registration:
    """One app registration with its service principal.

    Attributes:
        client_id: The application (client) id.
        object_id: The service principal's object id.
        name: The display name.
        secret: The value of its client secret.
        secret_expired: True where that secret is past its end.
    """

    client_id: str
    object_id: str
    name: str
    secret: str = field(repr=False)
    secret_expired: bool = False


CONNECTOR = Registration(
    "5b7d1c20-8e4f-4a63-b1d9-3c6e5f8a9071",
    "c9a2f4e6-1b35-47d8-9e0c-72f6a8b4d513",
    "Sandbox Connector",
    "sbx8Q~connector.Made-up-for-loopback-0001",
)
"""The application of `Sandbox.settings`: its application user has the role System Administrator."""

NO_USER = Registration(
    "6c8e2d31-9f50-4b74-82ea-4d7f609bab82",
    "dab305f7-2c46-48e9-af1d-8307b9c5e624",
    "Sandbox Stranger",
    "sbx8Q~no-user.Made-up-for-loopback-0002",
)
"""An application without an application user in the environment: 403 ``0x80072560``."""

NO_ROLES = Registration(
    "7d9f3e42-a061-4c85-93fb-5e80719cbc93",
    "ebc41608-3d57-49fa-b02e-9418cad6f735",
    "Sandbox Roleless",
    "sbx8Q~no-roles.Made-up-for-loopback-0003",
)
"""An application whose application user has no security role: 403 ``0x80042f09``."""

EXPIRED = Registration(
    "8ea04f53-b172-4d96-a40c-6f9182adcda4",
    "fcd52719-4e68-4a0b-813f-a529dbe70846",
    "Sandbox Expired",
    "sbx8Q~expired.Made-up-for-loopback-0004",
    secret_expired=True,
)
"""An application whose client secret has expired: AADSTS7000222."""

REGISTRATIONS = {one.client_id: one for one in (CONNECTOR, NO_USER, NO_ROLES, EXPIRED)}
