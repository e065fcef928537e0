"""An application proves itself by a signed assertion: its own (certificate) or a trusted issuer's (federation).

Follows "Microsoft identity platform application authentication certificate credentials" and "Workload identity
federation concepts".
"""

from __future__ import annotations

import binascii
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options
from jwt.utils import base64url_decode

from onteg_dynamics.sandbox.entra import assertion_denials as denials
from onteg_dynamics.sandbox.entra.certificate import client_certificate
from onteg_dynamics.sandbox.entra.directory import EXCHANGE_AUDIENCE, Registration

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = ("PS256", "RS256", "PS384", "RS384", "PS512", "RS512")
_SKEW = 300
_LIFETIME = 600
_UNCHECKED: Options = {"verify_signature": False}
_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


@dataclass(frozen=True)
class Trust:
    """What assertions are held against.

    Attributes:
        audiences: The addresses that an application may write its own assertion for.
        issuer: The issuer whose tokens may stand for an application.
        now: The present moment, in seconds since 1970.
    """

    audiences: Collection[str]
    issuer: str
    now: float


def check_assertion(assertion: str, application: Registration, trust: Trust) -> None:
    """Sees that an assertion stands for an application.

    Args:
        assertion: The JWT.
        application: Whose it is said to be.
        trust: What it is held against.

    Raises:
        Denial: It does not.
    """
    header, claims = _read(assertion)
    if claims["iss"] != application.client_id and (claims["iss"] == trust.issuer or "/" in claims["iss"]):
        _check_federated(assertion, claims, application, trust)
        return
    _check_own(claims, application, trust)
    _check_certificate(assertion, header, application)


def federated_token(issuer: str, subject: str, audience: str, now: float) -> str:
    """A token of the trusted issuer, such as a cluster hands to its workloads.

    Args:
        issuer: Its ``iss``.
        subject: For whom.
        audience: Its ``aud``.
        now: The present moment, in seconds since 1970.
    """
    claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": int(now), "nbf": int(now)}
    return jwt.encode({**claims, "exp": int(now) + _LIFETIME}, _issuer_key(), algorithm="RS256")


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, as they are; nothing is believed yet."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims: dict[str, Any] = jwt.decode(assertion, options=_UNCHECKED)
    except jwt.InvalidTokenError as error:
        raise denials.malformed_assertion() from error
    texts = all(isinstance(claims.get(name), str) for name in ("iss", "sub"))
    times = all(_is_number(claims.get(name, 0)) for name in ("exp", "nbf"))
    if not texts or not times or "exp" not in claims:
        raise denials.malformed_assertion()
    return header, claims


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11


def _check_own(claims: Mapping[str, Any], application: Registration, trust: Trust) -> None:
    if claims["sub"] != claims["iss"]:
        raise denials.subject_is_not_issuer()
    if claims["iss"] != application.client_id:
        raise denials.other_application()
    if not _audiences(claims) & {audience.lower() for audience in trust.audiences}:
        raise denials.wrong_assertion_audience()
    _check_times(claims, trust)


def _check_times(claims: Mapping[str, Any], trust: Trust) -> None:
    begin = claims.get("nbf", claims.get("iat", 0))
    begin = begin if _is_number(begin) else 0
    if not begin - _SKEW <= trust.now < claims["exp"]:
        raise denials.assertion_out_of_time(trust.now, begin, claims["exp"])


def _check_certificate(assertion: str, header: Mapping[str, Any], application: Registration) -> None:
    given = _thumbprint(header)
    known = client_certificate() if application.has_certificate else None
    if known is None or not any(hmac.compare_digest(given, one) for one in (known.sha1, known.sha256)):
        raise denials.unknown_certificate(application.client_id, given.hex().upper())
    if header.get("alg") not in _ALGORITHMS:
        raise denials.wrong_algorithm(str(header.get("alg"))[:20])
    if not _is_signed(assertion, known.key.public_key()):
        raise denials.wrong_signature(given.hex().upper())


def _thumbprint(header: Mapping[str, Any]) -> bytes:
    """What the header tells of the certificate; the longer thumbprint counts where both are there."""
    text = header.get("x5t#S256") or header.get("x5t")
    if not isinstance(text, str) or not text:
        raise denials.no_thumbprint()
    try:
        return base64url_decode(text)
    except (binascii.Error, ValueError) as error:
        raise denials.no_thumbprint() from error


def _check_federated(assertion: str, claims: Mapping[str, Any], application: Registration, trust: Trust) -> None:
    if claims["iss"] != trust.issuer or not application.subject:
        raise denials.unknown_issuer(claims["iss"])
    if EXCHANGE_AUDIENCE.lower() not in _audiences(claims):
        raise denials.wrong_federated_audience(str(claims.get("aud", "")))
    if claims["sub"] != application.subject:
        raise denials.wrong_federated_subject(claims["sub"])
    if not _is_signed(assertion, _issuer_key().public_key()):
        raise denials.wrong_federated_signature()
    _check_times(claims, trust)


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    found = claims.get("aud")
    listed = found if isinstance(found, list) else [found]
    return {one.lower() for one in listed if isinstance(one, str)}


def _is_signed(assertion: str, key: rsa.RSAPublicKey) -> bool:
    try:
        jwt.decode(assertion, key, algorithms=list(_ALGORITHMS), options=_SIGNATURE_ONLY)
    except jwt.InvalidTokenError:
        return False
    return True


@lru_cache(maxsize=1)
def _issuer_key() -> rsa.RSAPrivateKey:
    """The trusted issuer's key: one per process, never written down."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
