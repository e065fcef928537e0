"""Who is known to the sandbox's Entra: one tenant, its app registrations and its managed identities.

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

EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
"""The audience that a token of a trusted issuer has when it stands for an application."""

IDENTITY_HEADER = "5ca1ab1e-made-up-for-loopback-0005"
"""What App Service puts into ``IDENTITY_HEADER``, and its token endpoint wants to see again."""


@dataclass(frozen=True)
class Registration:
    """One app registration with its service principal.

    Attributes:
        client_id: The application (client) id.
        object_id: The service principal's object id.
        name: The display name.
        secret: The value of its client secret; empty where it has none.
        secret_expired: True where that secret is past its end.
        has_certificate: True where it is registered with the sandbox's client certificate.
        subject: The subject that a trusted issuer's token must have to stand for it; empty where none is trusted.
        is_public: True for an application on people's machines, which cannot keep a secret.
        resource_id: The Azure resource that it is, where it is a managed identity.
    """

    client_id: str
    object_id: str
    name: str
    secret: str = field(default="", repr=False)
    secret_expired: bool = False
    has_certificate: bool = False
    subject: str = ""
    is_public: bool = False
    resource_id: str = ""


CONNECTOR = Registration(
    "5b7d1c20-8e4f-4a63-b1d9-3c6e5f8a9071",
    "c9a2f4e6-1b35-47d8-9e0c-72f6a8b4d513",
    "Sandbox Connector",
    "sbx8Q~connector.Made-up-for-loopback-0001",
    has_certificate=True,
    subject="system:serviceaccount:sandbox:connector",
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

READER = Registration(
    "b1d37286-e4a5-4ac9-973f-92c4b5d0fad7",
    "412a7c6e-93bd-4f50-a68e-fa7e203c5d9b",
    "Sandbox Reader",
    "sbx8Q~reader.Made-up-for-loopback-0006",
)
"""An application with a small role, Salesperson: it sees its own rows and shared ones, the rest is 403."""

EXPIRED = Registration(
    "8ea04f53-b172-4d96-a40c-6f9182adcda4",
    "fcd52719-4e68-4a0b-813f-a529dbe70846",
    "Sandbox Expired",
    "sbx8Q~expired.Made-up-for-loopback-0004",
    secret_expired=True,
)
"""An application whose client secret has expired: AADSTS7000222."""

DESKTOP = Registration(
    "51f81489-12ee-4a9e-aaae-a2591f45987d",
    "0de6382a-5f79-4b1c-924a-b63aecf81957",
    "Dynamics 365 Example Client Application",
    is_public=True,
)
"""The public client of Microsoft's samples, which every tenant knows; people sign in to it."""

COMMAND_LINE = Registration(
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "1ef7493b-608a-4c2d-a35b-c74bfd092a68",
    "Microsoft Azure CLI",
    is_public=True,
)
"""The public client that azure-identity signs people in to where it is given none."""

MACHINE = Registration(
    "9fb15064-c283-4ea7-b51d-70a293bedeb5",
    "2f085a4c-719b-4d3e-b46c-d85c0e1a3b79",
    "Sandbox Machine",
    resource_id="/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/sandbox/providers/"
    "Microsoft.Compute/virtualMachines/sandbox",
)
"""The managed identity that the machine has by itself (system-assigned)."""

ASSIGNED = Registration(
    "a0c26175-d394-4fb8-862e-81b3a4cfefc6",
    "30196b5d-82ac-4e4f-957d-e96d1f2b4c8a",
    "Sandbox Assigned",
    resource_id="/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/sandbox/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/sandbox",
)
"""A managed identity that the machine was given (user-assigned); asked for by its client id."""

REGISTRATIONS = {one.client_id: one for one in (CONNECTOR, NO_USER, NO_ROLES, READER, EXPIRED, DESKTOP, COMMAND_LINE)}
IDENTITIES = (MACHINE, ASSIGNED)
