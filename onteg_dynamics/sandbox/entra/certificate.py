"""The made-up certificate with which the sandbox's connector application is registered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class ClientCertificate:
    """A self-signed certificate and its key, as an application holds them.

    Attributes:
        certificate: The certificate.
        key: Its private key.
        der: The certificate's bytes, of which thumbprints are made.
    """

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    der: bytes = field(repr=False)

    @property
    def sha1(self) -> bytes:
        """The thumbprint that ``x5t`` carries."""
        return hashlib.sha1(self.der, usedforsecurity=False).digest()

    @property
    def sha256(self) -> bytes:
        """The thumbprint that ``x5t#S256`` carries."""
        return hashlib.sha256(self.der).digest()

    @property
    def pem(self) -> bytes:
        """Key and certificate in one text, as azure-identity and the connector's form take it."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)

    def pfx(self, password: bytes) -> bytes:
        """Key and certificate as PKCS #12, for clients that want a ``.pfx``.

        Args:
            password: What the file is locked with.
        """
        lock = serialization.BestAvailableEncryption(password)
        name = b"Sandbox Connector"
        return pkcs12.serialize_key_and_certificates(name, self.key, self.certificate, None, lock)


@lru_cache(maxsize=1)
def client_certificate() -> ClientCertificate:
    """The certificate: one per process, made when it is first asked for."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox Connector")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + _YEAR,
    )
    certificate = builder.sign(key, hashes.SHA256())
    return ClientCertificate(certificate, key, certificate.public_bytes(serialization.Encoding.DER))
