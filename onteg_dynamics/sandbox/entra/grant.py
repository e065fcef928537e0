"""A token request → a token, or the reason why not.

Follows "OAuth 2.0 client credentials flow" (version 2.0, ``scope``) and its older form (version 1.0, ``resource``).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from onteg_dynamics.sandbox.entra import denials
from onteg_dynamics.sandbox.entra.directory import (
    MICROSOFT_RESOURCES,
    REGISTRATIONS,
    TENANT_DOMAIN,
    TENANT_NAME,
    Registration,
)
from onteg_dynamics.sandbox.entra.origins import Origins

GRANT = "client_credentials"
_SHARED_TENANTS = frozenset({"common", "organizations", "consumers"})
_DEFAULT = "/.default"
_MAX_FIELDS = 100
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True)
class Granted:
    """What a good request gets: a token of this application for this resource."""

    application: Registration
    resource: str


def check_tenant(name: str, tenant: str, *, shared: bool) -> None:
    """Sees that a tenant is known.

    Args:
        name: What stands in the path: the tenant's id or domain name.
        tenant: The sandbox's tenant.
        shared: True where ``common`` and its like are fine.

    Raises:
        Denial: It is not.
    """
    lowered = name.lower()
    if lowered in {tenant, TENANT_DOMAIN} or (shared and lowered in _SHARED_TENANTS):
        return
    if lowered in _SHARED_TENANTS:
        raise denials.tenant_needed()
    well_formed = _GUID.fullmatch(lowered) or _DOMAIN.fullmatch(lowered)
    raise denials.unknown_tenant(name) if well_formed else denials.bad_tenant(name)


def read_form(body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """The fields of a token request; client id and secret may come as basic authentication.

    Args:
        body: The form as it came.
        headers: Request headers by lowercase name.
    """
    if not headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}
    return {**_basic(headers.get("authorization", "")), **fields}


def grant(fields: Mapping[str, str], origins: Origins, *, version: int) -> Granted:
    """Who asks for what.

    Args:
        fields: The form.
        origins: The sandbox's addresses; they are the environment's resource identifiers.
        version: 1 takes ``resource``, 2 takes ``scope``.

    Raises:
        Denial: The request is refused.
    """
    kind = _needed(fields, "grant_type")
    if kind != GRANT:
        raise denials.unsupported_grant(kind)
    client_id = _needed(fields, "client_id")
    resource = _resource_of(_needed(fields, "scope")) if version == 2 else _needed(fields, "resource")
    application = REGISTRATIONS.get(client_id.lower())
    if application is None:
        raise denials.unknown_application(client_id, TENANT_NAME)
    _check_credential(fields, application)
    if not _known_resource(resource, origins):
        raise denials.unknown_resource(resource, TENANT_NAME)
    return Granted(application, resource)


def _needed(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "").strip()
    if not value:
        raise denials.missing_parameter(name)
    return value


def _resource_of(scope: str) -> str:
    """Everything before ``/.default``; a second slash there belongs to the resource."""
    if len(scope.split()) > 1:
        raise denials.malformed_scope(scope)
    if not scope.endswith(_DEFAULT):
        raise denials.not_default_scope(scope)
    resource = scope[: -len(_DEFAULT)]
    if not resource:
        raise denials.malformed_scope(scope)
    return resource


def _check_credential(fields: Mapping[str, str], application: Registration) -> None:
    secret = fields.get("client_secret", "")
    if not secret:
        has_assertion = bool(fields.get("client_assertion"))
        raise denials.unknown_certificate(application.client_id) if has_assertion else denials.no_credential()
    if not hmac.compare_digest(secret.encode(), application.secret.encode()):
        raise denials.wrong_secret(application.client_id)
    if application.secret_expired:
        raise denials.expired_secret(application.client_id)


def _known_resource(resource: str, origins: Origins) -> bool:
    return resource.lower() in origins.resources or resource.lower().rstrip("/") in MICROSOFT_RESOURCES


def _basic(header: str) -> dict[str, str]:
    """Client id and secret from basic authentication (RFC 6749, 2.3.1); each is form-encoded inside."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return {}
    return {"client_id": unquote_plus(user), "client_secret": unquote_plus(password)} if colon else {}
