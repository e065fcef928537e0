"""This connector's own plugin: manifest, tokens. Its actions register themselves, see ``actions/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onteg_dynamics.hookspecs import API_VERSION, hookimpl
from onteg_dynamics.manifest import Manifest, own_manifest

if TYPE_CHECKING:
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.dataverse.auth import TokenProvider

__all__ = ["onteg_api_version", "onteg_manifest", "onteg_token_provider"]

onteg_api_version = API_VERSION


@hookimpl
def onteg_manifest() -> Manifest:
    """The manifest of the MS Dynamics 365 connector."""
    return own_manifest()


@hookimpl
def onteg_token_provider(connection: Connection) -> TokenProvider | None:
    """Tokens by client credentials (OAuth), or the one that was given (Bearer)."""
    from onteg_dynamics.clients import network_of
    from onteg_dynamics.dataverse.auth import ClientCredentials, ReadyToken, scope_list
    from onteg_dynamics.dataverse.transport import new_session

    if connection.authentication == "Bearer":
        return ReadyToken(connection.token.value, connection.endpoint_url)
    if connection.authentication != "OAuth" or not connection.token_url or not connection.client_id:
        return None
    network = network_of(connection)
    return ClientCredentials(
        connection.token_url,
        connection.client_id,
        connection.client_secret.value,
        scope_list(connection.scopes, connection.endpoint_url),
        session=new_session(network),
        timeout=(network.connect_timeout, network.read_timeout),
    )
