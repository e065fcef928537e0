"""Who, what, in which languages and how much: WhoAmI, RetrieveVersion, RetrieveTotalRecordCount and their like."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import stable_id
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, dictionary, result

_CRM = "mscrm."
_ENGLISH = 1033


def who_am_i(request: Request, _arguments: dict[str, Any], _target: Target) -> Response:
    """The caller, his business unit and his organisation."""
    members = {
        "BusinessUnitId": request.caller.business_unit_id,
        "UserId": request.caller.user_id,
        "OrganizationId": request.world.organization.id,
    }
    return result(request, "WhoAmIResponse", members)


def retrieve_version(request: Request, _arguments: dict[str, Any], _target: Target) -> Response:
    """The version of the service."""
    return result(request, "RetrieveVersionResponse", {"Version": request.world.organization.version})


def retrieve_current_organization(request: Request, _arguments: dict[str, Any], _target: Target) -> Response:
    """What is known of the environment."""
    organization = request.world.organization
    host = request.root.split("/api/data/")[0] + "/"
    endpoints = {
        "WebApplication": host,
        "OrganizationService": f"{host}XRMServices/2011/Organization.svc",
        "OrganizationDataService": f"{host}XRMServices/2011/OrganizationData.svc",
    }
    detail = {
        "OrganizationId": organization.id,
        "FriendlyName": organization.friendly_name,
        "OrganizationVersion": organization.version,
        "EnvironmentId": organization.environment_id,
        "DatacenterId": stable_id("datacenter", organization.environment_id),
        "Geo": "NA",
        "TenantId": organization.tenant_id,
        "UrlName": organization.url_name,
        "UniqueName": organization.unique_name,
        "State": "Enabled",
        "Endpoints": dictionary(endpoints),
    }
    return result(request, "RetrieveCurrentOrganizationResponse", {"Detail": detail})


def retrieve_total_record_count(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """How many rows some tables have."""
    names = arguments["EntityNames"]
    if not isinstance(names, list):
        raise refusals.bad_request_uri("EntityNames must be a list of table names.")
    counts = {}
    for name in names:
        if request.world.model.table(str(name)) is None:
            raise refusals.no_such_table("LogicalName", str(name))
        counts[str(name)] = request.world.store.count(str(name))
    members = {"EntityRecordCountCollection": dictionary(counts)}
    return result(request, "RetrieveTotalRecordCountResponse", members)


def retrieve_available_languages(request: Request, _arguments: dict[str, Any], _target: Target) -> Response:
    """The languages that labels may have: English, the only one of the sandbox."""
    return result(request, "RetrieveAvailableLanguagesResponse", {"LocaleIds": [_ENGLISH]})


IDENTITY = (
    Registered(
        Message(
            "WhoAmI",
            is_function=True,
            returns=f"{_CRM}WhoAmIResponse",
            result=dict.fromkeys(("BusinessUnitId", "UserId", "OrganizationId"), "Edm.Guid"),
        ),
        who_am_i,
    ),
    Registered(
        Message(
            "RetrieveVersion",
            is_function=True,
            returns=f"{_CRM}RetrieveVersionResponse",
            result={"Version": "Edm.String"},
        ),
        retrieve_version,
    ),
    Registered(
        Message(
            "RetrieveCurrentOrganization",
            is_function=True,
            parameters={"AccessType": f"{_CRM}EndpointAccessType"},
            returns=f"{_CRM}RetrieveCurrentOrganizationResponse",
            result={"Detail": f"{_CRM}OrganizationDetail"},
        ),
        retrieve_current_organization,
    ),
    Registered(
        Message(
            "RetrieveTotalRecordCount",
            is_function=True,
            parameters={"EntityNames": "Collection(Edm.String)"},
            returns=f"{_CRM}RetrieveTotalRecordCountResponse",
            result={"EntityRecordCountCollection": f"{_CRM}EntityRecordCountCollection"},
        ),
        retrieve_total_record_count,
    ),
    Registered(
        Message(
            "RetrieveAvailableLanguages",
            is_function=True,
            returns=f"{_CRM}RetrieveAvailableLanguagesResponse",
            result={"LocaleIds": "Collection(Edm.Int32)"},
        ),
        retrieve_available_languages,
    ),
)
