"""What a refusal of Microsoft Entra's token service means and what to do about it, in plain words. Pure.

Implements "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Refusal", "explain_entra"]


class Refusal(NamedTuple):
    """A refusal of the token service, explained.

    Attributes:
        message: what failed and why.
        fix: what to do about it, naming the form's fields by their labels.
        code: ``AADSTS7000215``, or OAuth's own ``invalid_client`` where no number came; None for neither.
        retryable: whether the same request may succeed later.
    """

    message: str
    fix: str
    code: str | None
    retryable: bool = False


class _Cause(NamedTuple):
    codes: str
    why: str
    fix: str
    retryable: bool = False


_APP = "Entra admin center > App registrations > your app"
_NEW_SECRET = f"Make a new one ({_APP} > Certificates & secrets) and give its Value as Client Secret."
_TENANT_URL = (
    f"Take the Token URL from {_APP} > Endpoints; it looks like "
    "https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token."
)

_CAUSES = (
    _Cause(
        "7000215",
        "The Client Secret is wrong.",
        "Give the secret's Value, not its Secret ID. The Value shows only when the secret is made. " + _NEW_SECRET,
    ),
    _Cause("7000222", "The Client Secret has expired.", _NEW_SECRET),
    _Cause("7000218", "No Client Secret was sent, and the application needs one.", "Fill in Client Secret."),
    _Cause(
        "700025",
        "The application is registered as a public client, which may not use a secret.",
        f"Turn off public client flows ({_APP} > Authentication), or use another app.",
    ),
    _Cause(
        "700016 70001",
        "The tenant of the Token URL does not know an application with this Client ID.",
        f"Compare Client ID with the Application (client) ID ({_APP} > Overview), and the Token URL's tenant with the "
        "Directory (tenant) ID next to it.",
    ),
    _Cause(
        "7000229",
        "The application is registered, but has no service principal in the tenant of the Token URL.",
        "An administrator of that tenant must add it: Entra admin center > Enterprise applications.",
    ),
    _Cause(
        "7000112",
        "The application is disabled in the tenant.",
        "Enable it: Entra admin center > Enterprise applications > your app > Properties > Enabled for users to sign "
        "in.",
    ),
    _Cause("90002", "The tenant in the Token URL does not exist.", _TENANT_URL),
    _Cause(
        "900021 900023",
        "The tenant in the Token URL is neither a tenant ID (a GUID) nor a domain name.",
        _TENANT_URL,
    ),
    _Cause(
        "9001023 90124 90130 50194 50059",
        "The Token URL does not name a tenant of its own, as this kind of sign-in needs.",
        "Put the Directory (tenant) ID in place of common, organizations or consumers. " + _TENANT_URL,
    ),
    _Cause(
        "90038 900382 900432",
        "The Token URL belongs to another national cloud than the application or the environment.",
        "Use login.microsoftonline.com for the public cloud and GCC, login.microsoftonline.us for GCC High and DoD, "
        "login.partner.microsoftonline.cn for China, in the Token URL.",
    ),
    _Cause(
        "70011 1002012",
        "The scope is not valid for this kind of sign-in.",
        "Leave Scopes empty, or give the Endpoint URL followed by /.default, such as https://yourorg.crm.dynamics.com/.default.",
    ),
    _Cause("28000", "Scopes names more than one resource.", "Keep only the Endpoint URL + /.default in Scopes."),
    _Cause(
        "500011 50001 650057",
        "The tenant does not know the resource that the token is wanted for.",
        "Check the Endpoint URL and Scopes for typing errors. If both are right, the environment belongs to another "
        "tenant: use that tenant's Token URL.",
    ),
    _Cause(
        "500014",
        "The resource that the token is wanted for is disabled in the tenant.",
        "An administrator must enable Dataverse: Entra admin center > Enterprise applications.",
    ),
    _Cause(
        "65001 650056",
        "Nobody has consented to the application's permissions.",
        f"An administrator must grant consent: {_APP} > API permissions > Grant admin consent.",
    ),
    _Cause(
        "50105",
        "The application is not assigned to a role that the tenant requires.",
        "Assign it: Entra admin center > Enterprise applications > the resource > Users and groups.",
    ),
    _Cause("50034", "The account does not exist in the tenant of the Token URL.", _TENANT_URL),
    _Cause(
        "53003 53000 53001 530032 530034",
        "A Conditional Access policy of the tenant blocks this sign-in.",
        "An administrator must allow this application, or this machine's network, in the policy "
        "(Entra admin center > Conditional Access); the sign-in log names the policy by the request id.",
    ),
    _Cause(
        "50076 50079 50158",
        "The tenant asks for a second factor, which an application cannot give.",
        "Exclude this application from that policy (Entra admin center > Conditional Access).",
    ),
    _Cause(
        "700027",
        "The application's certificate or signature is not the one it is registered with.",
        f"Upload the certificate in use: {_APP} > Certificates & secrets > Certificates.",
    ),
    _Cause(
        "700024 50012 50013 500133",
        "The assertion that stands for the application is not valid, or not valid now.",
        "Check this machine's clock, the certificate in use, and that the Token URL is the tenant's own.",
    ),
    _Cause(
        "70003",
        "The token service does not offer client credentials.",
        "Check the Token URL: it must be the tenant's own.",
    ),
    _Cause(
        "90014 900144 90023",
        "The token request lacks something, or has something the service does not take.",
        "Check that Client ID, Client Secret, Scopes and Token URL are all filled in and whole.",
    ),
    _Cause(
        "90055 90024 90033 90006 90012",
        "The token service is busy or down at the moment.",
        "Try again in a minute; Microsoft 365 admin center shows its health.",
        retryable=True,
    ),
)
_BY_CODE = {code: cause for cause in _CAUSES for code in cause.codes.split()}

# Where no number came, or one we do not know: OAuth's own words (RFC 6749 §5.2 and Entra's further ones).
_BY_ERROR = {
    "invalid_client": _Cause("", "The token service does not accept Client ID and Client Secret.", _NEW_SECRET),
    "unauthorized_client": _Cause(
        "", "The application may not get tokens this way.", "Check Client ID and the tenant in the Token URL."
    ),
    "invalid_scope": _BY_CODE["70011"],
    "invalid_resource": _BY_CODE["500011"],
    "invalid_grant": _BY_CODE["50013"],
    "unsupported_grant_type": _BY_CODE["70003"],
    "interaction_required": _BY_CODE["53003"],
    "temporarily_unavailable": _BY_CODE["90055"],
    "invalid_request": _BY_CODE["90014"],
}
_UNKNOWN = _Cause("", "The token service refuses.", "Check Token URL, Client ID, Client Secret and Scopes.")


def explain_entra(error: Mapping[str, Any]) -> Refusal:
    """What an error answer of the token service means.

    Args:
        error: its JSON: ``error``, ``error_description``, ``error_codes`` and more, all optional.
    """
    oauth = str(error.get("error") or "")
    numbers = _numbers(error)
    known = next((number for number in numbers if number in _BY_CODE), None)
    number = known or next(iter(numbers), None)
    cause = _BY_CODE[known] if known else _BY_ERROR.get(oauth, _UNKNOWN)
    code = f"AADSTS{number}" if number else _identifier(oauth)
    message = cause.why if known else f"{cause.why}{_own_words(error)}"
    return Refusal(message, cause.fix, code, cause.retryable)


def _numbers(error: Mapping[str, Any]) -> list[str]:
    listed = error.get("error_codes")
    numbers = [str(number) for number in listed if isinstance(number, int)] if isinstance(listed, list) else []
    return numbers + re.findall(r"AADSTS(\d{4,9})", str(error.get("error_description") or ""))


def _identifier(oauth: str) -> str | None:
    return oauth if re.fullmatch(r"[a-z_]{1,60}", oauth) else None


def _own_words(error: Mapping[str, Any]) -> str:
    """The service's own sentence, without ids and times; for a refusal that the tables do not know."""
    text = re.split(r"\s*(?:Trace ID|Correlation ID|Timestamp):", str(error.get("error_description") or ""))[0]
    line = " ".join(text.split())[:300]
    return f" It says: {line}" if line else ""
