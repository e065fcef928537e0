"""This connector's own plugin: manifest, tokens. Its actions register themselves, see ``actions/``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import API_VERSION, hookimpl
from onteg_dynamics.manifest import Manifest, own_manifest

if TYPE_CHECKING:
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.dataverse.credentials import Credential
    from onteg_dynamics.dataverse.tokens import TokenProvider

__all__ = ["onteg_api_version", "onteg_manifest", "onteg_token_provider"]

onteg_api_version = API_VERSION


@hookimpl
def onteg_manifest() -> Manifest:
    """The manifest of the MS Dynamics 365 connector."""
    return own_manifest()


@hookimpl
def onteg_token_provider(connection: Connection) -> TokenProvider | None:
    """Tokens in the way that the connection's Authentication and Flows say; None where this plugin knows none."""
    if connection.authentication == "Bearer":
        from onteg_dynamics.dataverse.bearer import ReadyToken

        return ReadyToken(connection.token.value, connection.endpoint_url)
    make = _PROVIDERS.get(connection.flows or connection.authentication)
    return None if make is None else make(connection)


def _for_itself(connection: Connection) -> TokenProvider:
    """An application that proves itself with what it has."""
    from onteg_dynamics.dataverse.auth import ClientCredentials

    token_url, client_id = connection.token_url or "", connection.client_id or ""
    return ClientCredentials(token_url, client_id, _credential(connection), _scopes(connection), **_way(connection))


def _credential(connection: Connection) -> Credential:
    from onteg_dynamics.dataverse import credentials

    if connection.authentication == "Client Certificate":
        key, password = connection.certificate_private_key, connection.certificate_password
        return credentials.read_certificate(key.value, password.value)
    if connection.authentication == "Workload Identity":
        return credentials.FederatedToken(connection.federated_token_file or "")
    return credentials.ClientSecret(connection.client_secret.value)


def _for_a_person(connection: Connection) -> TokenProvider:
    from onteg_dynamics.dataverse.delegated import RefreshTokens

    return RefreshTokens(
        connection.token_url or "",
        connection.client_id or "",
        connection.client_secret.value,
        connection.refresh_token.value,
        _scopes(connection),
        **_way(connection),
    )


def _of_the_machine(connection: Connection) -> TokenProvider:
    from onteg_dynamics.dataverse.managed import ManagedIdentityTokens

    return ManagedIdentityTokens(connection.endpoint_url, connection.client_id or "", **_way(connection))


def _scopes(connection: Connection) -> list[str]:
    from onteg_dynamics.dataverse.authority import scope_list

    return scope_list(connection.scopes, connection.endpoint_url)


def _way(connection: Connection) -> dict[str, Any]:
    """How the token service is reached."""
    from onteg_dynamics.clients import network_of
    from onteg_dynamics.dataverse.transport import new_session

    network = network_of(connection)
    return {"session": new_session(network), "timeout": (network.connect_timeout, network.read_timeout)}


_PROVIDERS: Mapping[str, Callable[[Connection], TokenProvider]] = {
    "Client Credentials": _for_itself,
    "Client Certificate": _for_itself,
    "Workload Identity": _for_itself,
    "Authorization Code": _for_a_person,
    "Managed Identity": _of_the_machine,
}
