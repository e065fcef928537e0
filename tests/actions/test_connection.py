"""Who Am I, Check Connection, Send Request, and connections that cannot work, over HTTPS against the sandbox."""

from __future__ import annotations

import time
from typing import Any

import pytest

from onteg_dynamics.errors import AuthenticationError, ForeignHostError, InputError, OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import EXPIRED, NO_ROLES, NO_USER


def findings(executor: Executor, settings: dict[str, str]) -> dict[str, tuple[bool | None, str]]:
    found = executor.run("check_connection", {"tables": "account,lead"}, settings).unwrap()["findings"]
    return {one["check"]: (one["passed"], f"{one['message']} {one['fix']}") for one in found}


def test_who_am_i(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    output = executor.run("Who Am I", {}, settings).unwrap()
    assert output["organization_id"] == sandbox.world.organization.id
    assert sandbox.world.store.exists(sandbox.world.model.tables["systemuser"], output["user_id"])


def test_a_healthy_connection(executor: Executor, settings: dict[str, str]) -> None:
    found = findings(executor, settings)
    assert list(found) == ["Token", "Sign-in", "API version", "User", "Security roles", "Table account", "Table lead"]
    assert all(passed for passed, _ in found.values())


def test_bearer(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    bearer = {**settings, "authentication": "Bearer", "token": sandbox.token()}
    assert all(passed for passed, _ in findings(executor, bearer).values())


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": int(time.time()) - 100}, "expired"),
        ({"aud": "https://other.crm.dynamics.com"}, "https://other.crm.dynamics.com"),
    ],
)
def test_a_ready_token_that_cannot_work_is_explained_before_any_call(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], claims: dict[str, Any], told: str
) -> None:
    token = sandbox.token(**claims)
    sandbox.reset()
    result = executor.run("who_am_i", {}, {**settings, "authentication": "Bearer", "token": token})
    with pytest.raises(AuthenticationError, match=told):
        result.unwrap()
    assert sandbox.exchanges == []
    assert token not in str(result)


def test_a_ready_token_that_the_service_refuses_tells_its_request_id(
    executor: Executor, settings: dict[str, str]
) -> None:
    result = executor.run("who_am_i", {}, {**settings, "authentication": "Bearer", "token": "no-jwt-at-all"})
    assert result.error is not None
    assert result.error["status"] == 401
    assert result.error["request_id"]
    assert "no-jwt-at-all" not in str(result)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_secret": "a-wrong-secret"}, "AADSTS7000215"),
        ({"client_id": EXPIRED.client_id, "client_secret": EXPIRED.secret}, "AADSTS7000222"),
        ({"client_id": "99999999-9999-9999-9999-999999999999"}, "AADSTS700016"),
        ({"scopes": "https://wrong.crm.dynamics.com/.default"}, "AADSTS500011"),
    ],
)
def test_entra_says_no(executor: Executor, settings: dict[str, str], changes: dict[str, str], told: str) -> None:
    result = executor.run("who_am_i", {}, {**settings, **changes})
    with pytest.raises(AuthenticationError) as caught:
        result.unwrap()
    assert caught.value.details.code == told
    assert caught.value.details.fix
    assert changes.get("client_secret", settings["client_secret"]) not in str(result)


def test_an_unknown_tenant(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    other = f"{sandbox.url}/00000000-0000-0000-0000-00000000beef/oauth2/v2.0/token"
    with pytest.raises(AuthenticationError, match="tenant"):
        executor.run("who_am_i", {}, {**settings, "token_url": other}).unwrap()


@pytest.mark.parametrize(("application", "code"), [(NO_USER, "0x80072560"), (NO_ROLES, "0x80042f09")])
def test_the_service_says_no(executor: Executor, sandbox: Sandbox, application: Any, code: str) -> None:
    result = executor.run("who_am_i", {}, sandbox.settings(application))
    assert result.error is not None
    assert (result.error["status"], result.error["code"]) == (403, code)
    assert result.error["fix"]
    found = findings(executor, sandbox.settings(application))
    assert found["Token"][0] is True
    assert found["Sign-in"][0] is False


def test_a_certificate_that_nobody_trusts(executor: Executor, settings: dict[str, str]) -> None:
    without = {key: value for key, value in settings.items() if key != "ca_bundle"}
    result = executor.run("who_am_i", {}, without)
    assert not result.ok
    assert "CA Bundle" in str(result.error)


def test_a_host_that_is_not_there(executor: Executor, settings: dict[str, str]) -> None:
    wrong = {**settings, "endpoint_url": "https://nobody.invalid", "retry_budget": "0"}
    with pytest.raises(OntegError, match=r"nobody\.invalid"):
        executor.run("who_am_i", {}, wrong).unwrap()


def test_send_request(executor: Executor, settings: dict[str, str]) -> None:
    output = executor.run("send_request", {"path": "accounts?$select=name&$top=2"}, settings).unwrap()
    assert output["status"] == 200
    assert len(output["body"]["value"]) == 2


def test_send_request_writes(executor: Executor, settings: dict[str, str]) -> None:
    options = {
        "method": "POST",
        "path": "leads",
        "body": '{"lastname": "X"}',
        "headers": '{"Prefer": "return=representation"}',
    }
    output = executor.run("send_request", options, settings).unwrap()
    assert (output["status"], output["body"]["lastname"]) == (201, "X")


@pytest.mark.parametrize(
    "path", ["https://evil.example/api/data/v9.2/accounts", "//evil.example/x", "../../../x", "accounts/%2e%2e/x"]
)
def test_the_token_goes_home_only(executor: Executor, settings: dict[str, str], path: str) -> None:
    result = executor.run("send_request", {"path": path}, settings)
    with pytest.raises((ForeignHostError, InputError)):
        result.unwrap()


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"X-A": "a\r\nAuthorization: b"}, {"host": "x"}])
def test_headers_that_are_not_the_callers(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], headers: dict[str, str]
) -> None:
    result = executor.run("send_request", {"path": "WhoAmI", "headers": headers}, settings)
    with pytest.raises(InputError, match="Headers"):
        result.unwrap()
    assert not [one for one in sandbox.exchanges if "WhoAmI" in one.target]
