"""A ready access token that a person has pasted: read and judged before anything is sent.

A token is opaque to a client by the book (RFC 6750); Dataverse's are JWTs (RFC 7519), and reading their ``exp``,
``nbf`` and ``aud`` explains most of what goes wrong. Nothing is verified here: that is the service's business.
"""

from __future__ import annotations

import binascii
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import orjson

from onteg_dynamics.dataverse.tokens import Token
from onteg_dynamics.errors import AuthenticationError, ErrorDetails

__all__ = ["ReadyToken", "is_for", "jwt_audiences", "jwt_claims"]

SKEW = 300.0  # seconds that clocks may differ, as the service itself allows
DATAVERSE = "00000007-0000-0000-c000-000000000000"  # the resource by its application id
_NEW_TOKEN = "Get a new token and paste it into token, or choose OAuth, which renews tokens by itself."  # noqa: S105 - advice


def jwt_claims(token: str) -> Mapping[str, Any] | None:
    """The claims of a JWT, unverified; None if `token` is not one."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def jwt_audiences(token: str) -> list[str]:
    """Whom a JWT is for, unverified; none if `token` does not tell."""
    return _audiences(jwt_claims(token) or {})


def is_for(audiences: Iterable[str], endpoint_url: str) -> bool:
    """Whether one of these audiences is the environment at `endpoint_url`, or Dataverse as such."""
    wanted = _host(endpoint_url)
    return any(audience.lower() == DATAVERSE or _host(audience) == wanted for audience in audiences)


class ReadyToken:
    """The token of the form's ``token`` field, as a `TokenProvider`.

    Args:
        token: as pasted; a leading ``Bearer``, quotes and line breaks are taken off.
        endpoint_url: the environment it must be for.
        clock: seconds since the epoch.
    """

    def __init__(self, token: str, endpoint_url: str, clock: Callable[[], float] = time.time) -> None:
        value = _bare(token)
        self._claims = jwt_claims(value) or {}
        self._token = Token(value, _moment(self._claims.get("exp")))
        self._endpoint_url = endpoint_url
        self._clock = clock

    def token(self) -> Token:
        """The token, if it can be good.

        Raises:
            AuthenticationError: it cannot be a token, is for another host, has expired or is not valid yet.
        """
        if fault := self._wrong or self._too_late() or self._too_early():
            raise AuthenticationError(*fault)
        return self._token

    def renew(self, rejected: str) -> Token:  # noqa: ARG002 - the same whichever it was
        """Nothing can be renewed here.

        Raises:
            AuthenticationError: always.
        """
        raise AuthenticationError(
            f"{self._endpoint_url} does not accept the token, and a ready-made token cannot be renewed.",
            ErrorDetails(fix=_NEW_TOKEN, status=401),
        )

    def secrets(self) -> Iterable[str]:
        """The token."""
        return (self._token.value,)

    def close(self) -> None:
        """Nothing to close."""

    @cached_property
    def _wrong(self) -> tuple[str, ErrorDetails] | None:
        if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", self._token.value):  # RFC 6750 §2.1, b64token
            return "The token is empty, or has characters that no access token has.", ErrorDetails(fix=_NEW_TOKEN)
        audiences = _audiences(self._claims)
        if not audiences or is_for(audiences, self._endpoint_url):
            return None
        return (
            f"The token is for {_shown(audiences[0])}, not for {self._endpoint_url}.",
            ErrorDetails(fix=f"Get a token for the resource {self._endpoint_url}, and paste it into token."),
        )

    def _too_late(self) -> tuple[str, ErrorDetails] | None:
        end, now = self._token.expires_at, self._clock()
        if end is None or now < end:
            return None
        return f"The token expired on {_date(end)}, {_span(now - end)} ago.", ErrorDetails(fix=_NEW_TOKEN)

    def _too_early(self) -> tuple[str, ErrorDetails] | None:
        start = _moment(self._claims.get("nbf"))
        if start is None or self._clock() + SKEW >= start:
            return None
        return f"The token is valid only from {_date(start)} on.", ErrorDetails(fix="Check this machine's clock.")


def _bare(text: str) -> str:
    """The token itself: without blanks and line breaks, quotes and the word Bearer."""
    words = text.strip().strip("\"'").split()
    if words and words[0].lower().rstrip(":") == "authorization":
        words = words[1:]
    if words and words[0].lower() == "bearer":
        words = words[1:]
    return "".join(words).strip("\"'")


def _moment(claim: Any) -> float | None:
    """A NumericDate (RFC 7519 §2) up to the year 9999, None for anything else."""
    if isinstance(claim, bool) or not isinstance(claim, (int, float)) or not 0 <= claim < 253_402_300_800:
        return None
    return float(claim)


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    return [each for each in listed if isinstance(each, str) and each]


def _host(url: str) -> str:
    """Host and port of a resource's URL, in one spelling: ``org.api.crm`` is the same environment as ``org.crm``."""
    try:
        parts = urlsplit(url.strip().lower())
        port = parts.port or 443
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return f"{host.replace('.api.crm', '.crm', 1)}:{port}"


def _shown(audience: str) -> str:
    """An audience as it may stand in a message: it comes from a text that somebody pasted."""
    return audience if re.fullmatch(r"[\w.:/-]{1,200}", audience) else "another resource"


def _date(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%d %H:%M} UTC"


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "a moment"
