"""Managed identities: the token endpoints that a machine in Azure finds next to itself.

Follows "How to use managed identities for Azure resources on a virtual machine to acquire an access token" and "REST
endpoint reference" of App Service. The sandbox stands in for a machine with one identity of its own and one assigned.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox.entra.directory import IDENTITIES, IDENTITY_HEADER, MACHINE, Registration
from onteg_dynamics.sandbox.entra.reply import Asked, Reply
from onteg_dynamics.sandbox.entra.tenant import Tenant
from onteg_dynamics.sandbox.entra.wish import known_resource

MACHINE_PATH = "/metadata/identity/oauth2/token"
SERVICE_PATH = "/msi/token"
_MACHINE_VERSIONS = frozenset({"2018-02-01", "2019-08-01", "2020-06-01", "2021-02-01"})
_SERVICE_VERSIONS = frozenset({"2019-08-01"})
_SELECTORS = {
    "client_id": lambda one: one.client_id,
    "object_id": lambda one: one.object_id,
    "principal_id": lambda one: one.object_id,
    "msi_res_id": lambda one: one.resource_id.lower(),
    "mi_res_id": lambda one: one.resource_id.lower(),
}


def answer_machine(asked: Asked, tenant: Tenant) -> Reply:
    """A token of the instance metadata service.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
    """
    query = asked.query
    fault = _machine_fault(asked)
    identity = _identity(query)
    if fault is not None or identity is None:
        return fault or _machine_error("invalid_request", "Identity not found")
    if not known_resource(query["resource"], tenant.origins):
        where = f"The application named {query['resource']} was not found in the tenant named {tenant.id}."
        return _machine_error("invalid_resource", f"AADSTS500011: {where}")
    return Reply.json(_token(query["resource"], identity, tenant))


def _machine_fault(asked: Asked) -> Reply | None:
    """What is wrong with the form of a request, or None."""
    if asked.method != "GET":
        return _machine_error("invalid_request", f"The method {asked.method} is not supported.", 405)
    if asked.headers.get("metadata") != "true":
        return _machine_error("bad_request_102", "Required metadata header not specified")
    if asked.query.get("api-version") not in _MACHINE_VERSIONS:
        return _machine_error("bad_request_101", "Required api-version is absent or not supported")
    if not asked.query.get("resource"):
        return _machine_error("invalid_request", "Required query variable 'resource' is missing")
    return None


def answer_service(asked: Asked, tenant: Tenant) -> Reply:
    """A token of App Service's or Azure Functions' endpoint.

    Args:
        asked: The request.
        tenant: The sandbox's tenant.
    """
    query = asked.query
    if asked.headers.get("x-identity-header") != IDENTITY_HEADER:
        return _service_error(401, "The X-IDENTITY-HEADER header is absent or wrong.")
    if asked.method != "GET" or query.get("api-version") not in _SERVICE_VERSIONS or not query.get("resource"):
        return _service_error(400, "The parameters api-version=2019-08-01 and resource are needed.")
    identity = _identity(query)
    if identity is None:
        text = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
        return _service_error(400, text)
    if not known_resource(query["resource"], tenant.origins):
        return _service_error(500, "An unexpected error occured while fetching the AAD Token.")
    found = _token(query["resource"], identity, tenant)
    kept = ("access_token", "expires_on", "resource", "token_type", "client_id")
    return Reply.json({name: found[name] for name in kept})


def _identity(query: Mapping[str, str]) -> Registration | None:
    """Whose token is wanted: the machine's own where none is named."""
    named = {name: value.lower() for name, value in query.items() if name in _SELECTORS}
    if not named:
        return MACHINE
    return next((one for one in IDENTITIES if all(_SELECTORS[name](one) == named[name] for name in named)), None)


def _token(resource: str, identity: Registration, tenant: Tenant) -> dict[str, Any]:
    """The answer; the endpoints write numbers as text."""
    now, lifetime = int(tenant.tokens.clock()), tenant.tokens.lifetime
    claims = {"appidacr": "2", "xms_mirid": identity.resource_id}
    return {
        "access_token": tenant.tokens.issue(identity, resource, claims),
        "client_id": identity.client_id,
        "expires_in": str(lifetime - 1),
        "expires_on": str(now + lifetime),
        "ext_expires_in": str(lifetime - 1),
        "not_before": str(now),
        "resource": resource,
        "token_type": "Bearer",
    }


def _machine_error(error: str, text: str, status: int = 400) -> Reply:
    return Reply.json({"error": error, "error_description": text}, status)


def _service_error(status: int, text: str) -> Reply:
    return Reply.json({"statusCode": status, "message": text, "correlationId": str(uuid.uuid4())}, status)
