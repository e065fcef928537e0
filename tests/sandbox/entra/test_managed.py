"""The token endpoints next to a machine in Azure."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from onteg_dynamics.sandbox.entra import ASSIGNED, MACHINE
from onteg_dynamics.sandbox.entra.directory import IDENTITY_HEADER
from tests.sandbox.entra.desk import ORIGIN, Desk, claims

VM = {"api-version": "2018-02-01", "resource": ORIGIN}
APP = {"api-version": "2019-08-01", "resource": f"{ORIGIN}/"}
HEADER = {"x-identity-header": IDENTITY_HEADER}


def machine(desk: Desk, headers: dict[str, str] | None = None, **changes: str) -> tuple[int, dict[str, Any]]:
    fields = {name: value for name, value in {**VM, **changes}.items() if value}
    reply = desk.ask(
        "GET", "/metadata/identity/oauth2/token", fields, {"metadata": "true"} if headers is None else headers
    )
    return reply.status, orjson.loads(reply.body)


def service(desk: Desk, headers: dict[str, str] | None = None, **changes: str) -> tuple[int, dict[str, Any]]:
    fields = {name: value for name, value in {**APP, **changes}.items() if value}
    reply = desk.ask("GET", "/msi/token/", fields, HEADER if headers is None else headers)
    return reply.status, orjson.loads(reply.body)


def test_a_machines_own_identity(desk: Desk) -> None:
    status, document = machine(desk)
    found = claims(document["access_token"])
    assert status == 200
    assert (found["appid"], found["oid"], found["xms_mirid"]) == (
        MACHINE.client_id,
        MACHINE.object_id,
        MACHINE.resource_id,
    )
    assert document["expires_on"] == str(int(desk.now) + 3600)
    assert (document["expires_in"], document["resource"], document["token_type"]) == ("3599", ORIGIN, "Bearer")


@pytest.mark.parametrize(
    "named",
    [
        {"client_id": ASSIGNED.client_id.upper()},
        {"object_id": ASSIGNED.object_id},
        {"msi_res_id": ASSIGNED.resource_id},
    ],
)
def test_an_assigned_identity_is_asked_for_by_name(desk: Desk, named: dict[str, str]) -> None:
    assert claims(machine(desk, None, **named)[1]["access_token"])["appid"] == ASSIGNED.client_id


@pytest.mark.parametrize(
    ("headers", "changes", "status", "error"),
    [
        ({}, {}, 400, "bad_request_102"),
        ({"metadata": "True"}, {}, 400, "bad_request_102"),
        (None, {"api-version": ""}, 400, "bad_request_101"),
        (None, {"resource": ""}, 400, "invalid_request"),
        (None, {"client_id": "00000000-0000-0000-0000-00000000beef"}, 400, "invalid_request"),
        (None, {"resource": "https://other.crm.dynamics.com"}, 400, "invalid_resource"),
    ],
)
def test_what_the_metadata_service_refuses(
    desk: Desk, headers: dict[str, str] | None, changes: dict[str, str], status: int, error: str
) -> None:
    found = machine(desk, headers, **changes)
    assert (found[0], found[1]["error"]) == (status, error)


def test_the_metadata_service_answers_get_only(desk: Desk) -> None:
    assert desk.ask("POST", "/metadata/identity/oauth2/token", VM, {"metadata": "true"}).status == 405


def test_app_service_answers_with_its_header(desk: Desk) -> None:
    status, document = service(desk)
    assert status == 200
    assert set(document) == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert claims(document["access_token"])["appid"] == MACHINE.client_id
    assert service(desk, None, mi_res_id=ASSIGNED.resource_id)[1]["client_id"] == ASSIGNED.client_id


@pytest.mark.parametrize(
    ("headers", "changes", "status"),
    [
        ({}, {}, 401),
        ({"x-identity-header": "guess"}, {}, 401),
        (None, {"api-version": "2018-02-01"}, 400),
        (None, {"client_id": "00000000-0000-0000-0000-00000000beef"}, 400),
        (None, {"resource": "https://other.crm.dynamics.com"}, 500),
    ],
)
def test_what_app_service_refuses(
    desk: Desk, headers: dict[str, str] | None, changes: dict[str, str], status: int
) -> None:
    found = service(desk, headers, **changes)
    assert (found[0], found[1]["statusCode"]) == (status, status)
    assert found[1]["message"]
