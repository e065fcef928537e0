"""The token endpoint: a request → tokens, or the reason why not.

Follows "OAuth 2.0 client credentials flow", "… authorization code flow" and "… device authorization grant", in version
2.0 (``scope``) and their older form (version 1.0, ``resource``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

import orjson

from onteg_dynamics.sandbox.entra import assertion_denials, denials, sign_in_denials
from onteg_dynamics.sandbox.entra.assertions import ASSERTION_TYPE, check_assertion
from onteg_dynamics.sandbox.entra.directory import TENANT_NAME, Registration
from onteg_dynamics.sandbox.entra.discovery import GRANT_TYPES, issuer_of
from onteg_dynamics.sandbox.entra.ledger import Code, Refresh, SignIn
from onteg_dynamics.sandbox.entra.reply import Asked, read_fields
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.wish import known_resource, read_wish

_DEFAULT = "/.default"
_CODE, _REFRESH, _CREDENTIALS, _DEVICE = GRANT_TYPES
_SECRET, _ASSERTION = "1", "2"


@dataclass(frozen=True)
class _Request:
    """A token request that names an application of the tenant."""

    tenant: Tenant
    fields: Mapping[str, str]
    application: Registration
    version: int
    origin: str


def answer_token(asked: Asked, tenant: Tenant, name: str, version: int) -> dict[str, Any]:
    """The document that carries tokens.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
        name: The tenant's name, as the path has it.
        version: Which generation of endpoints, 1 or 2.

    Raises:
        Denial: The request is refused.
    """
    fields = read_form(asked)
    kind = fields.get("grant_type", "")
    tenant.check(name, shared=kind not in {_CREDENTIALS, ""})
    needed(fields, "grant_type")
    if kind not in _GRANTS:
        raise denials.unsupported_grant(kind)
    client_id = needed(fields, "client_id")
    if kind == _CREDENTIALS:
        needed(fields, "scope" if version == 2 else "resource")
    request = _Request(tenant, fields, tenant.application(client_id), version, asked.origin)
    return _GRANTS[kind](request)


def read_form(asked: Asked) -> dict[str, str]:
    """The fields of a posted form; client id and secret may come as basic authentication.

    Raises:
        Denial: It is no POST, or too long.
    """
    if asked.method != "POST":
        raise denials.post_only(asked.method)
    if asked.body is None:
        raise denials.missing_parameter("grant_type")
    if not asked.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return {}
    fields = read_fields(asked.body.decode("utf-8", "replace"))
    return {**_basic(asked.headers.get("authorization", "")), **fields}


def needed(fields: Mapping[str, str], name: str) -> str:
    """A field that must be there.

    Raises:
        Denial: It is absent or empty.
    """
    value = fields.get(name, "").strip()
    if not value:
        raise denials.missing_parameter(name)
    return value


def _by_credentials(request: _Request) -> dict[str, Any]:
    """An application for itself."""
    fields, application, tenant = request.fields, request.application, request.tenant
    resource = _resource_of(needed(fields, "scope")) if request.version == 2 else needed(fields, "resource")
    means = _check_credential(request)
    if not known_resource(resource, tenant.origins):
        raise denials.unknown_resource(resource, TENANT_NAME)
    token = tenant.tokens.issue(application, resource, {"appidacr": means})
    return _issued(token, resource, tenant, request.version)


def _by_code(request: _Request) -> dict[str, Any]:
    """A person who has just signed in, in a browser."""
    key = needed(request.fields, "code")
    given = needed(request.fields, "redirect_uri")
    _check_sender(request)
    code = request.tenant.ledger.redeem_code(key, request.application.client_id)
    if given != code.redirect_uri:
        raise sign_in_denials.other_redirect(given, code.redirect_uri)
    _check_verifier(code, request.fields.get("code_verifier", ""))
    code.redeemed = True
    return _signed_in(request, code.sign_in)


def _by_refresh(request: _Request) -> dict[str, Any]:
    """A person who signed in before; a new refresh token comes along. The resource may be another one now."""
    key = needed(request.fields, "refresh_token")
    _check_sender(request)
    sign_in = request.tenant.ledger.redeem_refresh(key, request.application.client_id)
    if request.fields.get("scope") or request.fields.get("resource"):
        wish = read_wish(request.fields, request.application, request.tenant.origins, version=request.version)
        sign_in = replace(sign_in, wish=replace(wish, offline=True))
    return _signed_in(request, replace(sign_in, nonce=""))


def _by_device(request: _Request) -> dict[str, Any]:
    """A person who typed in a device's code elsewhere."""
    key = needed(request.fields, "device_code")
    _check_sender(request)
    return _signed_in(request, request.tenant.ledger.redeem_device(key, request.application.client_id))


_GRANTS: Mapping[str, Callable[[_Request], dict[str, Any]]] = {
    _CODE: _by_code,
    _REFRESH: _by_refresh,
    _CREDENTIALS: _by_credentials,
    _DEVICE: _by_device,
}


def _signed_in(request: _Request, sign_in: SignIn) -> dict[str, Any]:
    """The tokens of a person's sign-in."""
    tenant, application, person, wish = request.tenant, request.application, sign_in.person, sign_in.wish
    token = tenant.tokens.issue_for(person, application, wish.resource, wish.permission)
    found = {**_issued(token, wish.resource, tenant, request.version), "scope": wish.granted}
    if request.version == 1:
        found["scope"] = wish.permission
    if wish.offline:
        found["refresh_token"] = tenant.ledger.refreshes.put(Refresh(sign_in))
    if wish.openid:
        issuer = issuer_of(request.origin, tenant.id, 2)
        found["id_token"] = tenant.tokens.identify(person, application, issuer, sign_in.nonce)
    if request.fields.get("client_info") == "1":
        found["client_info"] = client_info(person.object_id, tenant.id)
    return found


def client_info(object_id: str, tenant: str) -> str:
    """Whose account it is, as Microsoft's libraries file it."""
    return base64.urlsafe_b64encode(orjson.dumps({"uid": object_id, "utid": tenant})).rstrip(b"=").decode()


def _issued(token: str, resource: str, tenant: Tenant, version: int) -> dict[str, Any]:
    """The answer that carries a token; version 1.0 writes its numbers as text and tells more."""
    seconds = tenant.tokens.lifetime - 1
    if version == 2:
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
    now = int(tenant.tokens.clock())
    return {
        "token_type": "Bearer",
        "expires_in": str(seconds),
        "ext_expires_in": str(seconds),
        "expires_on": str(now + tenant.tokens.lifetime),
        "not_before": str(now),
        "resource": resource,
        "access_token": token,
    }


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


def _check_sender(request: _Request) -> None:
    """A public client shows nothing, any other its credential."""
    if not request.application.is_public:
        _check_credential(request)
    elif request.fields.get("client_secret") or request.fields.get("client_assertion"):
        raise assertion_denials.public_with_credential()


def _check_credential(request: _Request) -> str:
    """By which means the application proved itself: the ``appidacr`` of its token."""
    fields, application = request.fields, request.application
    secret, assertion = fields.get("client_secret", ""), fields.get("client_assertion", "")
    if not secret and not assertion:
        raise denials.no_credential()
    if application.is_public:
        raise assertion_denials.public_with_credential()
    if assertion:
        kind = needed(fields, "client_assertion_type")
        if kind != ASSERTION_TYPE:
            raise assertion_denials.wrong_assertion_type(kind)
        check_assertion(assertion, application, request.tenant.trust())
        return _ASSERTION
    if not hmac.compare_digest(secret.encode(), application.secret.encode()):
        raise denials.wrong_secret(application.client_id)
    if application.secret_expired:
        raise denials.expired_secret(application.client_id)
    return _SECRET


def _check_verifier(code: Code, verifier: str) -> None:
    """Proof key for code exchange (RFC 7636, 4.6)."""
    if not code.challenge and not verifier:
        return
    made = verifier
    if code.method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not verifier or not hmac.compare_digest(made.encode(), code.challenge.encode()):
        raise sign_in_denials.wrong_verifier()


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
