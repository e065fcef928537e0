"""OpenID Connect discovery documents, as clients read them before their first token (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from onteg_dynamics.sandbox.entra import denials, sign_in_denials
from onteg_dynamics.sandbox.entra.origins import Origins

GRANT_TYPES = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
)
_CLAIMS = (
    "aud",
    "iss",
    "iat",
    "nbf",
    "exp",
    "nonce",
    "appid",
    "oid",
    "sub",
    "tid",
    "ver",
    "name",
    "preferred_username",
)


def issuer_of(origin: str, tenant: str, version: int) -> str:
    """The issuer's name.

    Args:
        origin: Scheme, host and port.
        tenant: The tenant's id.
        version: 1 or 2.
    """
    return f"{origin}/{tenant}/v2.0" if version == 2 else f"{origin}/{tenant}/"


def openid_configuration(origin: str, tenant: str, version: int) -> dict[str, Any]:
    """What the tenant's authorization server offers.

    Args:
        origin: Scheme, host and port that the caller used.
        tenant: The tenant's id.
        version: Which generation of endpoints, 1 or 2.
    """
    part = "v2.0/" if version == 2 else ""
    base = f"{origin}/{tenant}"
    device = {"device_authorization_endpoint": f"{base}/oauth2/{part}devicecode"} if version == 2 else {}
    return {
        **device,
        "issuer": issuer_of(origin, tenant, version),
        "authorization_endpoint": f"{base}/oauth2/{part}authorize",
        "token_endpoint": f"{base}/oauth2/{part}token",
        "jwks_uri": f"{base}/discovery/{part}keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["plain", "S256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": list(_CLAIMS),
        "tenant_region_scope": "NA",
    }


def known_instance(fields: Mapping[str, str], origins: Origins, origin: str) -> dict[str, Any]:
    """What instance discovery tells of an authority's host, so that a client may trust it.

    Args:
        fields: The query; ``authorization_endpoint`` names the authority.
        origins: The sandbox's addresses.
        origin: Scheme, host and port that the caller used.

    Raises:
        Denial: The address is absent, or another host's.
    """
    address = fields.get("authorization_endpoint", "")
    if not address:
        raise denials.missing_parameter("authorization_endpoint")
    parts = urlsplit(address)
    hosts = {urlsplit(one).netloc for one in origins.all} | {urlsplit(one).hostname or "" for one in origins.all}
    if parts.netloc.lower() not in hosts:  # msal leaves the port out
        raise sign_in_denials.unknown_instance(address)
    tenant = parts.path.split("/")[1] if "/" in parts.path else "common"
    version = "v2.0/" if "/v2.0/" in parts.path else ""
    host = urlsplit(origin).netloc
    return {
        "tenant_discovery_endpoint": f"{origin}/{tenant}/{version}.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": sorted(hosts)}],
    }
