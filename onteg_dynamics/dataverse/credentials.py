"""What an application proves itself with: a secret, a certificate, a token of another issuer.

Implements "Microsoft identity platform application authentication certificate credentials" and "Workload identity
federation". Keys are read by the library that msal signs with.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from onteg_dynamics.errors import AuthenticationError, ErrorDetails, Problem, SettingsError

__all__ = ["FEDERATED_TOKEN_FILE", "Certificate", "ClientSecret", "Credential", "FederatedToken", "read_certificate"]

FEDERATED_TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 - the name of a variable, as Azure's workload identity sets it
_LARGEST = 1024 * 1024
_KEY, _PASSWORD = "certificate_private_key", "certificate_password"


class Credential(Protocol):
    """Proves an application to the token service."""

    def for_msal(self) -> Any:
        """As msal takes it."""

    def secrets(self) -> tuple[str, ...]:
        """Every text that must not be shown."""


@dataclass(frozen=True)
class ClientSecret:
    """A client secret."""

    value: str = field(repr=False)

    def for_msal(self) -> Any:
        """As msal takes it."""
        return self.value

    def secrets(self) -> tuple[str, ...]:
        """The secret."""
        return (self.value,)


@dataclass(frozen=True)
class Certificate:
    """A client certificate with its private key, both as PEM."""

    certificate: str
    private_key: str = field(repr=False)

    @property
    def ends(self) -> datetime:
        """Until when it is good."""
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.certificate.encode()).not_valid_after_utc

    def for_msal(self) -> Any:
        """As msal takes it; without a thumbprint it makes the SHA-256 one of the certificate."""
        return {"private_key": self.private_key, "public_certificate": self.certificate}

    def secrets(self) -> tuple[str, ...]:
        """The key, whole and in its lines."""
        lines = self.private_key.splitlines()[1:-1]
        return (self.private_key, *(line for line in lines if len(line) > 16))


@dataclass(frozen=True)
class FederatedToken:
    """A token of an issuer that the application trusts, kept in a file that its platform renews.

    Attributes:
        path: of the file; "" for the one that the environment names.
    """

    path: str = ""

    def for_msal(self) -> Any:
        """As msal takes it: the file is read for every request."""
        return {"client_assertion": self.read}

    def secrets(self) -> tuple[str, ...]:
        """The token that stands in the file now."""
        try:
            return (self.read(),)
        except AuthenticationError:
            return ()

    def read(self) -> str:
        """The token.

        Raises:
            AuthenticationError: there is no such file, or it is empty.
        """
        path = self.path or os.environ.get(FEDERATED_TOKEN_FILE, "")
        try:
            token = Path(path).read_text("utf-8").strip() if path else ""
        except (OSError, ValueError):
            token = ""
        if token:
            return token
        fix = (
            f"Give Federated Token File, or run where {FEDERATED_TOKEN_FILE} is set, as on AKS with workload identity."
        )
        raise AuthenticationError("The file with the workload's token is not there or empty.", ErrorDetails(fix=fix))


def read_certificate(value: str, password: str = "") -> Certificate:
    """A certificate with its private key, as PEM or PFX (PKCS #12).

    Args:
        value: the PEM text, a PFX in base64, or the path of a file with either.
        password: opens the key or the PFX; "" for none.

    Raises:
        SettingsError: it is none of these, lacks the key or the certificate, or the password does not open it. It never
            says what stands in it.
    """
    data = _bytes_of(value.strip())
    secret = password.encode() or None
    problem: Problem | None = None
    try:
        return _from_pem(data, secret) if b"-----BEGIN" in data else _from_pfx(data, secret)
    except _Fault as exc:
        problem = exc.args[0]
    raise SettingsError((problem,))


class _Fault(Exception):  # noqa: N818 - carries a problem to where it is told, without the chain that holds the key
    pass


def _bytes_of(value: str) -> bytes:
    if "-----BEGIN" in value:
        # Forms of one line make blanks of line ends.
        return value.replace("\\n", "\n").encode()
    if os.path.isfile(value):  # noqa: PTH113 - unlike Path.is_file it raises nothing, whatever a value looks like
        return _file(Path(value))
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    except OSError:
        return b""


def _from_pem(data: bytes, password: bytes | None) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"-----BEGIN CERTIFICATE" not in data:
        raise _fault(_KEY, "holds no certificate; it needs the certificate beside its private key")
    key = _tried(lambda: load_pem_private_key(data, password), password)
    certificates = _tried(lambda: x509.load_pem_x509_certificates(data), None)
    return _made(key, _matching(key, certificates))


def _from_pfx(data: bytes, password: bytes | None) -> Certificate:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    if not data:
        raise _fault(_KEY, "is neither PEM text nor a PFX in base64, nor a file on this machine")
    key, certificate, _ = _tried(lambda: load_key_and_certificates(data, password), password)
    if key is None or certificate is None:
        raise _fault(_KEY, "holds no private key or no certificate")
    return _made(key, certificate)


def _tried(load: Callable[[], Any], password: bytes | None) -> Any:
    """What `load` brings; its exceptions are let go, since they may quote what they could not read."""
    fault = None
    try:
        return load()
    except TypeError:
        fault = _fault(_PASSWORD, "is needed to open the private key" if password is None else "must be empty here")
    except ValueError as exc:
        wrong = "password" in str(exc).lower() or "decrypt" in str(exc).lower()
        what = (_PASSWORD, "does not open the private key") if wrong else (_KEY, "cannot be read as PEM or PFX")
        fault = _fault(*what)
    raise fault


def _matching(key: Any, certificates: list[Any]) -> Any:
    """The certificate that the key belongs to; chains come in any order."""
    numbers = key.public_key().public_numbers()
    own = [one for one in certificates if one.public_key().public_numbers() == numbers]
    if not own:
        raise _fault(_KEY, "holds a private key that does not belong to its certificate")
    return own[0]


def _made(key: Any, certificate: Any) -> Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Certificate(certificate.public_bytes(Encoding.PEM).decode(), private)


_LABELS = {_KEY: "Certificate and Private Key", _PASSWORD: "Certificate Password"}


def _fault(field_name: str, message: str) -> _Fault:
    return _Fault(Problem(field_name, _LABELS[field_name], message))
