"""What a Token URL and Scopes say: authority and scopes. Pure.

Implements "OAuth 2.0 client credentials flow" of Entra and "Use OAuth authentication with Microsoft Dataverse".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from onteg_dynamics.errors import Problem, SettingsError

__all__ = ["authority_of", "scope_list"]

_EXAMPLE = "https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token"
_SHARED_TENANTS = frozenset({"common", "organizations", "consumers"})
# What may follow the tenant: nothing, the endpoints of both versions, the issuer.
_ENDPOINT = re.compile(r"(?:/v2\.0|/oauth2(?:/v2\.0)?(?:/(?:token|authorize))?)?/?", re.IGNORECASE)
_NOT_FOR_APPLICATIONS = frozenset({"openid", "offline_access", "profile", "email"})
_DEFAULT = "/.default"


def authority_of(token_url: str) -> str:
    """The authority in a Token URL: scheme, host and tenant, such as ``https://login.microsoftonline.com/TENANT``.

    Args:
        token_url: of either version (``/oauth2/v2.0/token``, ``/oauth2/token``), on any host.

    Raises:
        SettingsError: it cannot be the Token URL of one tenant.
    """
    url = token_url.strip()
    parts = _split(url)
    if parts is None:
        raise _token_url_error(f"is not a URL; it looks like {_EXAMPLE}")
    if fault := _host_fault(parts):
        raise _token_url_error(fault)
    tenant, rest = _tenant_and_rest(parts.path)
    if fault := _tenant_fault(tenant) or _rest_fault(rest):
        raise _token_url_error(fault)
    return f"https://{parts.netloc.lower()}/{tenant}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return None if re.search(r"[\s\\\x00-\x1f\x7f]", url) else parts


def _host_fault(parts: SplitResult) -> str:
    if parts.scheme != "https":
        return f"must start with https://, such as {_EXAMPLE}"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", parts.hostname or ""):
        return f"has no valid host name; it looks like {_EXAMPLE}"
    if re.search(r"\.dynamics\.(com|cn)$", parts.hostname or "", re.IGNORECASE):
        return f"is the address of the environment, not of the token service; it looks like {_EXAMPLE}"
    return ""


def _tenant_and_rest(path: str) -> tuple[str, str]:
    tenant, slash, rest = path.lstrip("/").partition("/")
    return tenant, slash + rest


def _tenant_fault(tenant: str) -> str:
    if not tenant or tenant.lower() in ("oauth2", "v2.0"):
        return f"names no tenant; it looks like {_EXAMPLE}"
    if tenant.lower() in _SHARED_TENANTS:
        return f"must name your tenant in place of {tenant.lower()}: its ID or a domain name of it"
    if re.search(r"[{}<>]|%7[bd]|%3[ce]", tenant, re.IGNORECASE):
        return "still holds a placeholder; put the Directory (tenant) ID there, without braces"
    if not re.fullmatch(r"\w[\w.-]*", tenant, re.ASCII):
        return "has a tenant that is neither an ID (GUID) nor a domain name"
    return ""


def _rest_fault(rest: str) -> str:
    return "" if _ENDPOINT.fullmatch(rest) else f"is not a token endpoint; it looks like {_EXAMPLE}"


def _token_url_error(message: str) -> SettingsError:
    return SettingsError((Problem("token_url", "Token URL", message),))


def scope_list(scopes: str | Sequence[str], endpoint_url: str) -> list[str]:
    """The scopes to ask for. An application can only ask for all it was granted: ``RESOURCE/.default``.

    Args:
        scopes: a scope, a resource, or several, as a list or a text with blanks or commas between; may be empty.
            What only users have (openid, offline_access, user_impersonation …) is dropped or becomes ``.default``.
        endpoint_url: of the environment; the resource if none is given.

    Returns:
        At least one scope, each once.
    """
    texts = (scopes,) if isinstance(scopes, str) else scopes
    words = [word for text in texts for word in re.split(r"[\s,]+", text) if word]
    resource = endpoint_url.strip().rstrip("/")
    found = [_scope(word, resource) for word in words if word.lower() not in _NOT_FOR_APPLICATIONS]
    return list(dict.fromkeys(found)) or [resource + _DEFAULT]


def _scope(word: str, resource: str) -> str:
    lower, known = word.lower(), resource.lower()
    if lower in (".default", _DEFAULT, "user_impersonation", known, known + "/") or lower.startswith(known + "/api/"):
        return resource + _DEFAULT
    if lower.endswith(_DEFAULT):
        return word
    if lower.endswith("/user_impersonation"):
        return word.rpartition("/")[0] + _DEFAULT
    if re.fullmatch(r"\w+://[^/]+/?|[0-9a-fA-F-]{36}", word):
        return word.rstrip("/") + _DEFAULT
    return word
