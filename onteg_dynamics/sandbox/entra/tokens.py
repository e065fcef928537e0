"""Tokens: JWTs signed with RS256, with the claims that Entra puts into a version 1.0 access token and an id token.

Follows "Access token claims reference" and "ID token claims reference".
"""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from onteg_dynamics.sandbox.entra.directory import Registration
from onteg_dynamics.sandbox.entra.people import Person

LIFETIME = 3600
_BACKDATED = 300  # Entra lets a token begin five minutes before it is issued, for clocks that lag
_ALGORITHM = "RS256"


class InvalidToken(Exception):  # noqa: N818 - it becomes an answer
    """A token that does not open the door; the text says why."""


class Tokens:
    """Issues tokens and reads them back.

    Args:
        issuer: The ``iss`` of every token.
        tenant: The tenant's id.
        audiences: The ``aud`` values that the Web API takes.
        lifetime: Seconds until a token ends.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        issuer: str,
        tenant: str,
        audiences: Collection[str],
        lifetime: int = LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lifetime = lifetime
        self.clock = clock
        self._issuer = issuer
        self._tenant = tenant
        self._audiences = frozenset(audiences)

    def issue(self, application: Registration, audience: str, claims: Mapping[str, Any] | None = None) -> str:
        """A signed token.

        Args:
            application: For whom.
            audience: The resource that it opens.
            claims: Claims that replace or join the usual ones; one that is None is left out.
        """
        return _signed({**self._claims(application, audience), **(claims or {})})

    def issue_for(self, person: Person, application: Registration, audience: str, permission: str) -> str:
        """A signed access token with which an application acts for a person.

        Args:
            person: Who signed in.
            application: To which application.
            audience: The resource that it opens.
            permission: Its ``scp``.
        """
        means = "0" if application.is_public else "1"
        subject = _pairwise(person.object_id, audience)
        delegated = {"idtyp": None, "scp": permission, "appidacr": means, "acr": "1", "amr": ["pwd"], "sub": subject}
        return self.issue(application, audience, {**delegated, **person.claims})

    def identify(self, person: Person, application: Registration, issuer: str, nonce: str) -> str:
        """A signed id token of version 2.0: who signed in.

        Args:
            person: Who.
            application: To which application; the token's audience.
            issuer: Its ``iss``.
            nonce: What the application sent, or empty.
        """
        now = int(self.clock())
        subject = _pairwise(person.object_id, application.client_id)
        names = {"name": person.name, "preferred_username": person.login, "oid": person.object_id, "sub": subject}
        times = {"iat": now - _BACKDATED, "nbf": now - _BACKDATED, "exp": now + self.lifetime}
        end = {"tid": self._tenant, "uti": uuid.uuid4().hex[:22], "ver": "2.0", "nonce": nonce or None}
        return _signed({"aud": application.client_id, "iss": issuer, **times, **names, **end})

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token for the Web API.

        Raises:
            InvalidToken: Not ours, altered, for another audience, too early or too late.
        """
        try:
            claims = jwt.decode(
                token,
                _signing_key().public_key(),
                algorithms=[_ALGORITHM],
                # Times are checked below, by the sandbox's own clock.
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "aud"]},
                audience=self._audiences,
                issuer=self._issuer,
            )
        except jwt.InvalidTokenError as error:
            raise InvalidToken(_reason(error)) from error
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self.clock()
        end, begin = claims["exp"], claims.get("nbf", 0)
        if not isinstance(end, int | float) or end <= now:
            raise InvalidToken("The token has expired")
        if not isinstance(begin, int | float) or begin > now:
            raise InvalidToken("The token is not yet valid")

    def _claims(self, application: Registration, audience: str) -> dict[str, Any]:
        now = int(self.clock())
        return {
            "aud": audience,
            "iss": self._issuer,
            "iat": now - _BACKDATED,
            "nbf": now - _BACKDATED,
            "exp": now + self.lifetime,
            "appid": application.client_id,
            "appidacr": "1",
            "idp": self._issuer,
            "idtyp": "app",
            "oid": application.object_id,
            "sub": application.object_id,
            "tid": self._tenant,
            "uti": uuid.uuid4().hex[:22],
            "ver": "1.0",
        }


def _signed(claims: Mapping[str, Any]) -> str:
    payload = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(payload, _signing_key(), algorithm=_ALGORITHM, headers={"kid": key_id(), "x5t": key_id()})


def _pairwise(object_id: str, audience: str) -> str:
    """A person's name towards one application, which no other can make out."""
    digest = hashlib.sha256(f"{object_id} {audience}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def key_set(issuer: str) -> dict[str, Any]:
    """The public key as a JSON Web Key Set (RFC 7517).

    Args:
        issuer: The issuer whose key it is.
    """
    numbers = _signing_key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": _ALGORITHM,
        "kid": key_id(),
        "x5t": key_id(),
        "n": _base64(numbers.n),
        "e": _base64(numbers.e),
        "issuer": issuer,
    }
    return {"keys": [key]}


@lru_cache(maxsize=1)
def key_id() -> str:
    """The signing key's name: a thumbprint of its public half."""
    public = _signing_key().public_key()
    data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()[:20]).rstrip(b"=").decode()


@lru_cache(maxsize=1)
def _signing_key() -> rsa.RSAPrivateKey:
    """One key per process, made when it is first needed, never written down."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _base64(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _reason(error: jwt.InvalidTokenError) -> str:
    if isinstance(error, jwt.InvalidAudienceError):
        return "The audience is invalid"
    if isinstance(error, jwt.InvalidIssuerError):
        return "The issuer is invalid"
    if isinstance(error, jwt.InvalidSignatureError):
        return "The signature is invalid"
    return "The token cannot be read"
