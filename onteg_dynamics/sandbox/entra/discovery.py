"""OpenID Connect discovery documents, as clients read them before their first token (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from typing import Any


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
    return {
        "issuer": issuer_of(origin, tenant, version),
        "authorization_endpoint": f"{base}/oauth2/{part}authorize",
        "token_endpoint": f"{base}/oauth2/{part}token",
        "jwks_uri": f"{base}/discovery/{part}keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_types_supported": ["token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
        "claims_supported": ["aud", "iss", "iat", "nbf", "exp", "appid", "oid", "sub", "tid", "ver"],
        "tenant_region_scope": "NA",
    }
