"""The addresses under which one sandbox is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Origins:
    """Scheme, host and port in every form that a client may use.

    Attributes:
        port: The port that the sandbox listens on.
        scheme: ``https``, or ``http`` for clients that cannot take a certificate authority.
    """

    port: int
    scheme: str = "https"

    @cached_property
    def main(self) -> str:
        """The form that settings and issuers use."""
        return f"{self.scheme}://{_HOSTS[0]}:{self.port}"

    @cached_property
    def all(self) -> frozenset[str]:
        """Every form, without a slash at its end."""
        ports = (f":{self.port}", "") if self.port == _DEFAULT_PORTS[self.scheme] else (f":{self.port}",)
        return frozenset(f"{self.scheme}://{host}{port}" for host in _HOSTS for port in ports)

    @cached_property
    def resources(self) -> frozenset[str]:
        """The resource identifiers of the environment: every form, with and without a slash at its end."""
        return self.all | {f"{origin}/" for origin in self.all}

    def of(self, headers: Mapping[str, str]) -> str:
        """The form that the caller used, so that he is sent to an address that he can reach.

        Args:
            headers: Request headers by lowercase name; ``host`` is not believed when it names another server.
        """
        used = f"{self.scheme}://{headers.get('host', '').lower()}"
        return used if used in self.all else self.main
