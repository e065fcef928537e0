"""The connection itself, asked and checked, and connections that cannot work, over HTTPS against the sandbox."""

from __future__ import annotations

import time
from typing import Any

import pytest

from onteg_dynamics.actions.doctor import examine
from onteg_dynamics.actions.endings import secret_ends
from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse import bearer
from onteg_dynamics.dataverse.bearer import jwt_claims as bearer_claims
from onteg_dynamics.dataverse.credentials import read_certificate
from onteg_dynamics.errors import AuthenticationError, ForeignHostError, InputError, OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import EXPIRED, NO_ROLES, NO_USER, READER
from onteg_dynamics.sandbox.limits import Limits

Found = dict[str, tuple[bool | None, str]]


def findings(executor: Executor, settings: dict[str, str], access: str = "") -> Found:
    options = {"tables": "account,lead", "access": access}
    found = executor.run("check_connection", options, settings).unwrap()["findings"]
    return {one["check"]: (one["passed"], f"{one['message']} {one['fix']}") for one in found}


def examined(executor: Executor, settings: dict[str, str], **how: Any) -> Found:
    """The findings with something about the world replaced."""
    connection = Connection.from_settings(settings)
    found = examine(connection, executor.dataverse(connection), (), **how)
    return {one.check: (one.passed, f"{one.message} {one.fix}") for one in found}


def test_who_am_i(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    output = executor.run("Who Am I", {}, settings).unwrap()
    assert output["organization_id"] == sandbox.world.organization.id
    assert sandbox.world.store.exists(sandbox.world.model.tables["systemuser"], output["user_id"])


def test_a_healthy_connection(executor: Executor, settings: dict[str, str]) -> None:
    found = findings(executor, settings)
    assert list(found) == [
        *("Token", "Audience", "Sign-in", "Clock", "API version", "User", "Security roles"),
        *("Table account", "Table lead", "Limits", "Secret"),
    ]
    passed, told = found.pop("Secret")
    assert (passed, "App registrations" in told) == (None, True)
    assert all(passed for passed, _ in found.values())
    assert settings["endpoint_url"] in found["Audience"][1]
    assert "# Sandbox Connector, of application" in found["User"][1]
    assert "requests and" in found["Limits"][1]
    assert executor.run("check_connection", {}, settings).unwrap()["healthy"] is True


def test_bearer(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    bearer = {**settings, "authentication": "Bearer", "token": sandbox.token()}
    assert all(passed for passed, _ in findings(executor, bearer).values())


def test_what_the_flow_may_not_do_is_told_for_each_table(executor: Executor, sandbox: Sandbox) -> None:
    found = findings(executor, sandbox.settings(READER), "Create,Read,Delete")
    passed, told = found["Table account"]
    assert passed is False
    assert "Create (own rows), Read (own rows) may be done. Not allowed: Delete." in told
    assert "Add prvDeleteAccount to a security role" in told
    assert found["Table lead"][0] is True
    assert findings(executor, sandbox.settings(READER))["Table account"][0] is True


def test_roles_of_teams_count(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    def run(action: str, /, **options: Any) -> Any:
        return executor.run(action, options, settings).unwrap()

    reader = run("find_record", table="systemuser", text="# Sandbox Reader")["id"]
    unit = run("who_am_i")["business_unit_id"]
    team = run(
        "create_record",
        table="team",
        row={"name": "Lenders", "businessunitid": unit, "teamtype": "Owner", "administratorid": reader},
    )["id"]
    role = run("find_record", table="role", values={"name": "System Administrator", "businessunitid": unit})["id"]
    linked = {"table": "team", "id": team, "related_table": "role", "related_ids": role}
    run("relate_records", **linked, relationship="teamroles_association")
    members = {"Members": [{"table": "systemuser", "id": reader}]}
    run("call_action", action="AddMembersTeam", table="team", key=team, parameters=members)
    passed, told = findings(executor, sandbox.settings(READER), "Delete")["Security roles"]
    assert (passed, "By teams: System Administrator" in told) == (True, True)
    assert findings(executor, sandbox.settings(READER), "Delete")["Table account"][0] is True


@pytest.mark.parametrize(("ahead", "way"), [(1000.0, "ahead of"), (-1000.0, "behind")])
def test_a_clock_that_is_wrong(executor: Executor, settings: dict[str, str], ahead: float, way: str) -> None:
    passed, told = examined(executor, settings, clock=lambda: time.time() + ahead)["Clock"]
    assert passed is False
    assert f"s {way} the service's" in told
    assert "NTP" in told


def test_a_token_for_another_resource(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sandbox.token(aud="https://other.crm.dynamics.com")
    monkeypatch.setattr(bearer, "jwt_claims", lambda _: bearer_claims(other))
    found = examined(executor, settings)
    assert list(found) == ["Token", "Audience"]
    assert found["Audience"][0] is False
    assert f"{settings['endpoint_url']}/.default" in found["Audience"][1]


def test_a_token_that_does_not_tell(executor: Executor, settings: dict[str, str]) -> None:
    found = findings(executor, {**settings, "authentication": "Bearer", "token": "no-jwt-at-all"})
    assert (found["Audience"][0], found["Sign-in"][0]) == (None, False)


def test_a_user_who_is_switched_off(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    user = executor.run("find_record", {"table": "systemuser", "text": "# Sandbox Reader"}, settings).unwrap()["id"]
    change = {"table": "systemuser", "key": user, "row": {"isdisabled": True}}
    executor.run("update_record", change, settings).unwrap()
    passed, told = findings(executor, sandbox.settings(READER))["Sign-in"]
    assert (passed, "is switched off. Activate it" in told) == (False, True)


def test_limits_that_are_nearly_used_up(executor: Executor) -> None:
    with Sandbox(limits=Limits(requests=20)) as busy:
        passed, told = findings(executor, busy.settings())["Limits"]
    assert (passed, "Concurrency" in told) == (False, True)


def test_when_a_certificate_ends(sandbox: Sandbox, settings: dict[str, str], executor: Executor) -> None:
    form = {**settings, "authentication": "Client Certificate"}
    form |= {"certificate_private_key": str(sandbox.client_certificate)}
    del form["client_secret"]
    assert findings(executor, form)["Secret"][0] is True
    connection = Connection.from_settings(form)
    end = read_certificate(str(sandbox.client_certificate)).ends.timestamp()
    for moment, told in ((end - 86_400 * 5.5, "in 5 days"), (end + 1, "has ended")):
        finding = secret_ends(connection, moment)
        assert (finding.passed, told in finding.message, bool(finding.fix)) == (False, True, True)


def test_privileges_of_tables(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    options = {"tables": "account,lead", "access": "Create,Delete"}
    mine = executor.run("check_privileges", options, settings).unwrap()
    assert (mine["all_held"], mine["missing"], len(mine["privileges"])) == (True, [], 4)
    theirs = executor.run("check_privileges", {**options, "user": "# Sandbox Reader"}, settings).unwrap()
    own = executor.run("check_privileges", options, sandbox.settings(READER)).unwrap()
    assert theirs == own
    assert (own["all_held"], own["missing"]) == (False, ["prvDeleteAccount"])
    assert own["privileges"][0] == {
        "table": "account",
        "access": "Create",
        "privilege": "prvCreateAccount",
        "held": True,
        "reach": "own rows",
    }
    everything = executor.run("check_privileges", {"tables": "account"}, settings).unwrap()
    assert len(everything["privileges"]) == 8


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
