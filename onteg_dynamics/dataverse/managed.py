"""Tokens of the machine's own identity, from the endpoint that Azure puts next to it.

Implements "How to use managed identities for Azure resources"; which endpoint there is, msal finds out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from onteg_dynamics.dataverse.auth import MsalTokens
from onteg_dynamics.dataverse.token_http import TokenHttp

if TYPE_CHECKING:
    import requests

__all__ = ["ManagedIdentityTokens"]

_MACHINE = "http://169.254.169.254"  # Azure's metadata service, the same on every virtual machine
_ENDPOINTS = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")  # as Azure sets them


class ManagedIdentityTokens(MsalTokens):
    """Tokens of a managed identity.

    Args:
        resource: what the token is for: the environment's address.
        client_id: of a user-assigned identity; "" for the machine's own.
        session: sends the requests; closed with this.
        timeout: seconds for connecting and for reading.
        timing: clock, sleep and random of `MsalTokens`.
    """

    def __init__(
        self,
        resource: str,
        client_id: str = "",
        *,
        session: requests.Session,
        timeout: float | tuple[float, float] = (10.0, 60.0),
        **timing: Any,
    ) -> None:
        self._resource, self._client_id = resource, client_id.strip()
        super().__init__(_IdentityHttp(session, _endpoint(), timeout), **timing)

    def _acquire(self) -> Mapping[str, Any]:
        import msal  # type: ignore[import-untyped]

        own = self._client_id
        identity = msal.UserAssignedManagedIdentity(client_id=own) if own else msal.SystemAssignedManagedIdentity()
        client = msal.ManagedIdentityClient(identity, http_client=self._http, http_cache=self._replies)
        answer = client.acquire_token_for_client(resource=self._resource)
        return answer if isinstance(answer, Mapping) else {}


class _IdentityHttp(TokenHttp):
    """The endpoint speaks plain HTTP, to this machine only; a proxy would ask for its own identity."""

    OPTIONS = MappingProxyType({"proxies": {"http": "", "https": ""}})

    def _allowed(self, url: str) -> bool:
        return urlsplit(url).netloc == self.host


def _endpoint() -> str:
    return next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), _MACHINE)
