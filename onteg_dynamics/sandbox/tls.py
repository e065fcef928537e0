"""A certificate for loopback, made at start: a private authority signs it, and clients trust that authority's file."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

import trustme

HOSTS = ("127.0.0.1", "::1", "localhost")


class Certificate:
    """A server certificate and the authority behind it.

    The authority's certificate stands in a private temporary folder; its key never leaves memory.
    """

    def __init__(self) -> None:
        authority = trustme.CA(organization_name="onteg-dynamics sandbox")
        self._folder = tempfile.TemporaryDirectory(prefix="onteg-sandbox-")
        self.ca_bundle = Path(self._folder.name, "ca.pem")
        authority.cert_pem.write_to_path(self.ca_bundle)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.context)

    def remove(self) -> None:
        """Removes the folder."""
        self._folder.cleanup()
