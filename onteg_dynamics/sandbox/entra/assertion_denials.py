"""The noes of Entra to an application that shows an assertion in place of a secret.

Follows "Microsoft identity platform application authentication certificate credentials" and "Workload identity
federation"; the texts are those that people report.
"""

from __future__ import annotations

from datetime import datetime, timezone

from onteg_dynamics.sandbox.entra.denials import Denial

_FEDERATION = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. "
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)


def wrong_assertion_type(kind: str) -> Denial:
    """Another ``client_assertion_type`` than that of a JWT."""
    text = f"The value '{kind}' of 'client_assertion_type' is not supported."
    return Denial(400, "invalid_request", 9002313, f"Invalid request. Request is malformed or invalid. {text}")


def malformed_assertion() -> Denial:
    """No JWT at all, or one without what it needs."""
    return Denial(400, "invalid_request", 50027, "JWT token is invalid or malformed.")


def no_thumbprint() -> Denial:
    """Nobody can tell which certificate the signature is of."""
    text = "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in "
    return _client(5002723, f"{text}token header.")


def unknown_certificate(client_id: str, thumbprint: str) -> Denial:
    """The application is not registered with that certificate."""
    return _client(
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        f"[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}', Please visit the Azure "
        "Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id "
        f"'{client_id}'.]",
    )


def wrong_signature(thumbprint: str) -> Denial:
    """The certificate is registered, but its key did not sign this."""
    return _client(
        700027,
        "Client assertion failed signature validation. [Reason - The key used is not valid., Thumbprint of key used by "
        f"client: '{thumbprint}'.]",
    )


def wrong_algorithm(name: str) -> Denial:
    """An algorithm that Entra does not take."""
    return _client(5002738, f"Invalid JWT token. '{name}' is not a supported signature algorithm.")


def subject_is_not_issuer() -> Denial:
    """``iss`` and ``sub`` differ in an assertion that the application signed itself."""
    return _client(50048, "Subject mismatches Issuer claim in the client assertion.")


def other_application() -> Denial:
    """The assertion is of another application than ``client_id``."""
    return _client(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")


def wrong_assertion_audience() -> Denial:
    """``aud`` is no token endpoint of the tenant."""
    return _client(700023, "Client assertion audience claim does not match Realm issuer.")


def assertion_out_of_time(now: float, begin: float, end: float) -> Denial:
    """Too early or too late."""
    return _client(
        700024,
        f"Client assertion is not within its valid time range. Current time: {_moment(now)}, assertion valid from "
        f"{_moment(begin)}, expiry time of assertion {_moment(end)}.",
    )


def unknown_issuer(issuer: str) -> Denial:
    """No federated credential of the application names the issuer."""
    return _no_record(700211, f"issuer '{issuer}'")


def wrong_federated_audience(audience: str) -> Denial:
    """The issuer is trusted, the audience is another."""
    return _no_record(700212, f"audience '{audience}'")


def wrong_federated_subject(subject: str) -> Denial:
    """The issuer is trusted, the subject is another; case counts."""
    return _no_record(700213, f"subject '{subject}'")


def wrong_federated_signature() -> Denial:
    """The trusted issuer did not sign this."""
    return _client(50013, "Assertion failed signature validation. [Reason - The key was not found.]")


def public_with_credential() -> Denial:
    """A public client that shows a secret or an assertion."""
    text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
    return _client(700025, text)


def _no_record(code: int, what: str) -> Denial:
    return _client(code, f"No matching federated identity record found for presented assertion {what}. {_FEDERATION}")


def _client(code: int, text: str) -> Denial:
    return Denial(401, "invalid_client", code, text)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
