"""When what an application proves itself with comes to its end, as far as that can be known here."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from onteg_dynamics.connection import Connection
from onteg_dynamics.hookspecs import Finding

__all__ = ["secret_ends"]

SOON = timedelta(days=30)
_UNTOLD = {
    "Client Credentials": "Entra tells an application that its secret has ended, but not when it will.",
    "Authorization Code": "A refresh token lasts until it is not used for 90 days, or the person's sign-in is revoked.",
}
_FIX = {
    "Client Credentials": "Look it up: Entra > App registrations > the application > Certificates & secrets.",
    "Authorization Code": "onteg-dynamics login gets another one.",
}


def secret_ends(connection: Connection, now: float) -> Finding:
    """Whether the secret lasts.

    Args:
        connection: the settings.
        now: seconds since the epoch.
    """
    kind = connection.flows if connection.authentication == "OAuth" else connection.authentication
    if kind == "Client Certificate":
        return _certificate(connection, datetime.fromtimestamp(now, timezone.utc))
    if kind == "Bearer":
        return Finding("", True, "A ready token ends as the check of the token tells.")  # noqa: FBT003
    if kind in _UNTOLD:
        return Finding("", None, _UNTOLD[kind], _FIX[kind])
    return Finding("", True, "There is no secret: the machine's identity proves the application.")  # noqa: FBT003


def _certificate(connection: Connection, now: datetime) -> Finding:
    from onteg_dynamics.dataverse.credentials import read_certificate

    key, password = connection.certificate_private_key.value, connection.certificate_password.value
    end = read_certificate(key, password).ends
    told = f"The certificate ends on {end:%Y-%m-%d %H:%M} UTC"
    fix = "Make another one, upload it to the app registration, and put it into this connection."
    if end <= now:
        return Finding("", False, f"{told}: it has ended.", fix)  # noqa: FBT003
    if end - now <= SOON:
        return Finding("", False, f"{told}, in {(end - now).days} days.", fix)  # noqa: FBT003
    return Finding("", True, f"{told}, in {(end - now).days} days.")  # noqa: FBT003
