"""The noes of Entra to people's sign-ins: authorization codes, device codes, refresh tokens.

Follows "Microsoft identity platform and OAuth 2.0 authorization code flow" and "… device authorization grant".
"""

from __future__ import annotations

from onteg_dynamics.sandbox.entra.denials import Denial


def several_resources(scope: str) -> Denial:
    """Permissions of more than one resource at once."""
    return Denial(
        400,
        "invalid_scope",
        28000,
        "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope "
        f"{scope} is not valid.",
    )


def unknown_permission(application: str, permission: str, resource: str) -> Denial:
    """A permission that the resource does not have."""
    return Denial(
        400,
        "invalid_client",
        650053,
        f"The application '{application}' asked for scope '{permission}' that doesn't exist on the resource "
        f"'{resource}'. Contact the app vendor.",
    )


def unknown_person(login: str) -> Denial:
    """Nobody of that name is in the tenant."""
    text = f"The user account {login} does not exist in the directory. To sign into this application, the account must "
    return Denial(400, "invalid_grant", 50034, f"{text}be added to the directory.")


def wrong_redirect(uri: str, client_id: str) -> Denial:
    """A reply address that the application is not registered with."""
    return Denial(
        400,
        "invalid_request",
        50011,
        f"The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the "
        f"application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your "
        "application.",
    )


def unsupported_response_type(kind: str) -> Denial:
    """Another ``response_type`` than ``code``."""
    text = f"The application requested an unsupported response type '{kind}' when requesting a token."
    return Denial(400, "unsupported_response_type", 70005, text)


def unsupported_response_mode(mode: str) -> Denial:
    """Another ``response_mode`` than query, fragment and form_post."""
    return Denial(400, "invalid_request", 70007, f"'{mode}' is not a supported value of 'response_mode'.")


def bad_challenge() -> Denial:
    """A code challenge of the wrong size or method."""
    return Denial(400, "invalid_request", 501491, "Invalid size of Code_Challenge parameter.")


def nobody_signed_in() -> Denial:
    """``prompt=none``, and nobody is named."""
    return Denial(400, "login_required", 50058, "A silent sign-in request was sent but no user is signed in.")


def malformed_grant() -> Denial:
    """A code or refresh token that Entra never issued."""
    return Denial(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")


def grant_of_another() -> Denial:
    """A code or refresh token that was issued to another application."""
    return Denial(400, "invalid_grant", 70000, "Provided grant is invalid or malformed.")


def expired_grant() -> Denial:
    """A code or refresh token that is past its end."""
    return Denial(
        400,
        "invalid_grant",
        70008,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
        "authorization request for this user and resource.",
    )


def revoked_grant() -> Denial:
    """A refresh token of a person whose sign-ins were revoked."""
    text = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
    return Denial(400, "invalid_grant", 50173, f"{text} The user might have changed or reset their password.")


def redeemed_code() -> Denial:
    """An authorization code that was used before."""
    text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
    return Denial(400, "invalid_grant", 54005, f"{text}refresh token.")


def other_redirect(given: str, asked: str) -> Denial:
    """A code is redeemed with another reply address than it was asked for with."""
    return Denial(
        401,
        "invalid_client",
        500112,
        f"The reply address '{given}' does not match the reply address '{asked}' provided when requesting "
        "Authorization code.",
    )


def wrong_verifier() -> Denial:
    """The code verifier is absent, or not the challenge's."""
    text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
    return Denial(400, "invalid_grant", 501481, text)


def pending() -> Denial:
    """Nobody has typed in the user code yet."""
    text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return Denial(400, "authorization_pending", 70016, text)


def polled_too_soon() -> Denial:
    """The device asks more often than it was told (RFC 8628, 3.5)."""
    text = "OAuth 2.0 device flow error. Authorization is pending. Polling is too frequent; slow down."
    return Denial(400, "slow_down", 70016, text)


def declined() -> Denial:
    """The person said no."""
    return Denial(400, "authorization_declined", 65004, "User declined to consent to access the app.")


def expired_device_code() -> Denial:
    """Nobody typed in the user code in time."""
    text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired."
    return Denial(400, "expired_token", 70020, text)


def unknown_device_code() -> Denial:
    """A device code that Entra never issued, or has taken already."""
    text = "The provided value for the input parameter 'device_code' is not valid. Device codes supplied in the request"
    return Denial(400, "bad_verification_code", 70018, f"{text} were not recognized.")


def unknown_instance(address: str) -> Denial:
    """Instance discovery of a host that is no authority."""
    return Denial(400, "invalid_instance", 50049, f"Unknown or invalid instance: '{address}'.")
