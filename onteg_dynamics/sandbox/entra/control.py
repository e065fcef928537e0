"""What whoever runs the sandbox may ask of its Entra: credentials to hand out, sign-ins to complete or to revoke."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onteg_dynamics.sandbox.entra.assertions import federated_token
from onteg_dynamics.sandbox.entra.certificate import client_certificate
from onteg_dynamics.sandbox.entra.devices import answer_device
from onteg_dynamics.sandbox.entra.directory import (
    CONNECTOR,
    DESKTOP,
    EXCHANGE_AUDIENCE,
    IDENTITY_HEADER,
    Registration,
)
from onteg_dynamics.sandbox.entra.managed import SERVICE_PATH
from onteg_dynamics.sandbox.entra.people import Person
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.wish import PERMISSION


class EntraControl:
    """The sandbox's Entra, from behind.

    Args:
        tenant: The tenant.
        call: Runs something between two requests.
    """

    def __init__(self, tenant: Tenant, call: Callable[[Callable[[], Any]], Any]) -> None:
        self._tenant = tenant
        self._call = call
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def certificate(self) -> Path:
        """A PEM file with the made-up certificate of the connector's application and its key."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="onteg-sandbox-")
            made = Path(self._folder.name, "client.pem")
            made.touch(0o600)
            made.write_bytes(client_certificate().pem)
        return Path(self._folder.name, "client.pem")

    def federated_token(self, subject: str = CONNECTOR.subject, audience: str = EXCHANGE_AUDIENCE) -> str:
        """A token of the issuer that the connector's application trusts (workload identity federation).

        Args:
            subject: For whom; only the application's own subject is let in.
            audience: For whose eyes.
        """
        return federated_token(self._tenant.trusted_issuer, subject, audience, self._tenant.tokens.clock())

    def token(self, login: str, application: Registration = DESKTOP) -> str:
        """A ready access token with which an application acts for a person.

        Args:
            login: The person's user principal name, such as ``amara.diallo@sandbox.onmicrosoft.com``.
            application: Which application.

        Raises:
            LookupError: Nobody has that name.
        """
        resource = self._tenant.origins.main
        return self._tenant.tokens.issue_for(self._person(login), application, resource, PERMISSION)

    def answer_device(self, user_code: str, login: str | None) -> None:
        """Types in the code that a device shows.

        Args:
            user_code: The code.
            login: The user principal name of who signs in; None declines.

        Raises:
            LookupError: No device waits for that code, or nobody has that name.
        """
        self._call(lambda: answer_device(self._tenant, user_code, login))

    def revoke(self, login: str) -> None:
        """Makes every refresh token of a person worthless (AADSTS50173).

        Args:
            login: The person's user principal name.

        Raises:
            LookupError: Nobody has that name.
        """
        person = self._person(login)
        self._call(lambda: self._tenant.ledger.revoke(person))

    def identity_environment(self, kind: str = "machine") -> dict[str, str]:
        """The environment variables by which Microsoft's libraries find the managed identity endpoints.

        Args:
            kind: ``machine`` (a virtual machine's metadata service) or ``service`` (App Service, Azure Functions).

        Raises:
            ValueError: There is no such kind.
        """
        address = self._tenant.origins.main
        if kind == "machine":
            return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": address}
        if kind == "service":
            return {"IDENTITY_ENDPOINT": f"{address}{SERVICE_PATH}", "IDENTITY_HEADER": IDENTITY_HEADER}
        raise ValueError(f"There is no kind {kind!r}; there are: machine, service.")

    def forget(self) -> None:
        """Forgets every sign-in under way; to be called between two requests."""
        self._tenant.ledger.forget()

    def remove(self) -> None:
        """Removes the certificate's file."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _person(self, login: str) -> Person:
        person: Person | None = self._call(lambda: self._tenant.people.find(login))
        if person is None:
            raise LookupError(f"Nobody is called {login} here.")
        return person
