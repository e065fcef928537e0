"""One client for each connection, made on first use and shared by all calls and threads."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.retries import RetryPolicy
from onteg_dynamics.dataverse.tokens import TokenProvider
from onteg_dynamics.dataverse.transport import Exchange, NetworkSettings, Transport, new_session
from onteg_dynamics.errors import SettingsError
from onteg_dynamics.hookspecs import Finding
from onteg_dynamics.secret import Redactor

__all__ = ["Client", "Clients", "Settings", "network_of"]

Settings = Connection | Mapping[str, Any]
MOST_CHECKED = 256


@dataclass(frozen=True)
class Client:
    """A connection's client, and what takes its secrets out of whatever it says."""

    dataverse: Dataverse
    redactor: Redactor

    def clean_finding(self, finding: Finding) -> Finding:
        """`finding` without secrets."""
        return replace(finding, message=self.redactor.text(finding.message), fix=self.redactor.text(finding.fix))


@dataclass
class Clients:
    """Makes and keeps clients.

    Args:
        token_provider: where tokens for a connection come from.
        watch: told of every request sent.
    """

    token_provider: Callable[[Connection], TokenProvider | None]
    watch: Callable[[Exchange], None] | None = None
    _kept: dict[Connection, Client] = field(default_factory=dict, repr=False)
    _checked: dict[bytes, Connection] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def connection(self, settings: Settings) -> Connection:
        """The connection that these settings describe. Settings seen before are not checked again.

        Raises:
            SettingsError: they are not filled in rightly.
        """
        if isinstance(settings, Connection):
            return settings
        mark = _fingerprint(settings)
        found = self._checked.get(mark)
        if found is None:
            found = Connection.from_settings(settings)
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[mark] = found
        return found

    def get(self, connection: Connection) -> Client:
        """The client for `connection`.

        Raises:
            SettingsError: no plugin knows its kind of authentication.
        """
        with self._lock:
            client = self._kept.get(connection)
            if client is None:
                client = self._kept[connection] = self._new(connection)
            return client

    def close(self) -> None:
        """Close all connections and forget all tokens."""
        with self._lock:
            for client in self._kept.values():
                client.dataverse.close()
            self._kept.clear()

    def _new(self, connection: Connection) -> Client:
        tokens = self.token_provider(connection)
        if tokens is None:
            raise SettingsError("no plugin knows how to get a token for this kind of Authentication")
        own = connection.secrets
        redactor = Redactor(lambda: (*own, *tokens.secrets()))
        network = network_of(connection)
        transport = Transport(
            connection.endpoint_url,
            tokens,
            new_session(network),
            api_version=connection.api_version,
            network=network,
            policy=RetryPolicy(budget=connection.retry_budget),
            screen=redactor.body,
            watch=self.watch,
        )
        return Client(Dataverse(transport), redactor)


def _fingerprint(settings: Mapping[str, Any]) -> bytes:
    """Tells settings apart without keeping what is in them."""
    return hashlib.sha256(repr(sorted((str(key), value) for key, value in settings.items())).encode()).digest()


def network_of(connection: Connection) -> NetworkSettings:
    """How to reach the connection's hosts."""
    return NetworkSettings(
        connection.connect_timeout,
        connection.read_timeout,
        connection.ca_bundle,
        connection.proxy.value or None,
        connection.concurrency,
    )
