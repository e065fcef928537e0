"""Every no of Entra, one function each: status, ``error``, AADSTS code and text.

Follows "Microsoft Entra authentication and authorization error codes"
(https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any


class Denial(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """A token request that is refused.

    Args:
        status: The HTTP status.
        error: The OAuth error name; what clients should react to.
        code: The number after ``AADSTS``.
        text: The text for people.
    """

    def __init__(self, status: int, error: str, code: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.code = code
        self.text = text

    def document(self, now: datetime, origin: str, correlation: str) -> dict[str, Any]:
        """The body of the answer.

        Args:
            now: The present moment, in UTC.
            origin: Scheme, host and port that the caller used.
            correlation: The id that the caller sent, or a fresh one.
        """
        trace = str(uuid.uuid4())
        stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        lines = (
            f"AADSTS{self.code}: {self.text}",
            f"Trace ID: {trace}",
            f"Correlation ID: {correlation}",
            f"Timestamp: {stamp}",
        )
        return {
            "error": self.error,
            "error_description": "\r\n".join(lines),
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{origin}/error?code={self.code}",
        }


def wrong_secret(client_id: str) -> Denial:
    """The secret is not the application's."""
    return Denial(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{client_id}'.",
    )


def expired_secret(client_id: str) -> Denial:
    """The secret was right, but is past its end."""
    return Denial(
        401,
        "invalid_client",
        7000222,
        f"The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys "
        "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds.",
    )


def no_credential() -> Denial:
    """Neither a secret nor an assertion."""
    return Denial(
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )


def unknown_application(client_id: str, tenant: str) -> Denial:
    """No such application in the tenant."""
    return Denial(
        400,
        "unauthorized_client",
        700016,
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant.",
    )


def unknown_tenant(tenant: str) -> Denial:
    """No such tenant."""
    return Denial(
        400,
        "invalid_request",
        90002,
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    )


def bad_tenant(tenant: str) -> Denial:
    """Neither a GUID nor a domain name."""
    return Denial(
        400,
        "invalid_request",
        900023,
        f"Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
    )


def tenant_needed() -> Denial:
    """Client credentials at /common, /organizations or /consumers."""
    return Denial(
        400,
        "invalid_request",
        9001023,
        "The grant type isn't supported over the /common or /consumers endpoints. Please use the /organizations or "
        "tenant-specific endpoint.",
    )


def missing_parameter(name: str) -> Denial:
    """A needed field is absent or empty."""
    text = f"The request body must contain the following parameter: '{name}'."
    return Denial(400, "invalid_request", 900144, text)


def unsupported_grant(grant: str) -> Denial:
    """A grant type that is not served."""
    return Denial(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant}'.")


def malformed_scope(scope: str) -> Denial:
    """A scope that cannot be read, or several."""
    return Denial(
        400,
        "invalid_scope",
        70011,
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        f"'scope' is not valid. The scope {scope} is not valid.",
    )


def not_default_scope(scope: str) -> Denial:
    """A scope without ``/.default`` at its end."""
    return Denial(
        400,
        "invalid_scope",
        1002012,
        f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    )


def unknown_resource(resource: str, tenant: str) -> Denial:
    """A resource that the tenant does not have, such as another environment's address."""
    return Denial(
        400,
        "invalid_resource",
        500011,
        f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You might have sent your authentication request to the wrong tenant.",
    )


def post_only(method: str) -> Denial:
    """Another verb than POST at the token endpoint."""
    text = f"The endpoint only accepts POST requests. Received a {method} request."
    return Denial(400, "invalid_request", 900561, text)
