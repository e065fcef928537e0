"""What whoever runs the sandbox may ask of its Entra; and what the log keeps of it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import CONNECTOR, DESKTOP
from tests.sandbox.entra.desk import AMARA, MINE, TENANT, claims


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.verify = str(sandbox.ca_bundle)
        session.trust_env = False
        yield session


def call(sandbox: Sandbox, http: requests.Session, token: str) -> requests.Response:
    return http.get(f"{sandbox.url}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"})


def test_a_persons_token_is_that_persons(sandbox: Sandbox, http: requests.Session) -> None:
    user = call(sandbox, http, sandbox.entra.token(AMARA)).json()["UserId"]
    assert sandbox.world.store.select("systemuser", {"systemuserid": user})[0]["domainname"] == AMARA
    with pytest.raises(LookupError, match="nobody"):
        sandbox.entra.token("nobody")


def test_a_person_who_is_no_user_any_more(sandbox: Sandbox, http: requests.Session) -> None:
    token = sandbox.entra.token(AMARA)
    table = sandbox.world.model.tables["systemuser"]
    user = call(sandbox, http, token).json()["UserId"]
    sandbox.call(lambda: sandbox.world.store.update(table, user, {"isdisabled": 1}))
    assert call(sandbox, http, token).json()["error"]["code"] == "0x80040225"
    sandbox.call(lambda: sandbox.world.store.update(table, user, {"azureactivedirectoryobjectid": None}))
    answer = call(sandbox, http, token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "0x80072560")


def test_the_certificate_is_its_owners_and_goes_with_the_sandbox() -> None:
    with Sandbox(seed="empty") as sandbox:
        path = sandbox.client_certificate
        assert path == sandbox.entra.certificate
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().count("BEGIN") == 2
    assert not path.exists()


def device(sandbox: Sandbox, http: requests.Session) -> dict[str, Any]:
    scope = MINE.replace("https://127.0.0.1:5000", sandbox.url)
    address = f"{sandbox.url}/{TENANT}/oauth2/v2.0/devicecode"
    found: dict[str, Any] = http.post(address, data={"client_id": DESKTOP.client_id, "scope": scope}).json()
    return found


def test_a_reset_ends_what_was_under_way(sandbox: Sandbox, http: requests.Session) -> None:
    code = device(sandbox, http)["user_code"]
    sandbox.reset()
    with pytest.raises(LookupError):
        sandbox.entra.answer_device(code, AMARA)


def test_identities_have_two_kinds(sandbox: Sandbox) -> None:
    assert sandbox.entra.identity_environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"] == sandbox.url
    with pytest.raises(ValueError, match="there are: machine, service"):
        sandbox.entra.identity_environment("toaster")


@pytest.mark.parametrize("mode", ["query", "form_post", "fragment"])
def test_the_log_keeps_no_secret_of_a_sign_in(sandbox: Sandbox, http: requests.Session, mode: str) -> None:
    base = f"{sandbox.url}/{TENANT}/oauth2/v2.0"
    scope = f"{sandbox.url}/.default offline_access"
    here = "http://localhost:8400/"
    asked = {"client_id": DESKTOP.client_id, "response_type": "code", "redirect_uri": here, "scope": scope}
    answer = http.get(
        f"{base}/authorize", params={**asked, "login_hint": AMARA, "response_mode": mode}, allow_redirects=False
    )
    told = answer.headers.get("Location", answer.text)
    code = told.split('value="')[1].split('"')[0] if mode == "form_post" else told.split("code=")[1].split("&")[0]
    form = {"grant_type": "authorization_code", "client_id": DESKTOP.client_id, "redirect_uri": here, "code": code}
    tokens = http.post(f"{base}/token", data=form).json()
    waiting = device(sandbox, http)["device_code"]
    identity = sandbox.entra.identity_environment("service")
    header = {"X-IDENTITY-HEADER": identity["IDENTITY_HEADER"]}
    query = {"api-version": "2019-08-01", "resource": sandbox.url}
    machine = http.get(identity["IDENTITY_ENDPOINT"], params=query, headers=header).json()
    kept = repr([(one, one.response_body) for one in sandbox.exchanges])
    secrets = (code, tokens["access_token"], tokens["refresh_token"], waiting, machine["access_token"])
    assert not [one for one in (*secrets, header["X-IDENTITY-HEADER"]) if one in kept]
    assert "code=***" in kept or 'name="code" value="***"' in kept


def test_credentials_are_handed_out_to_other_programs(sandbox: Sandbox, http: requests.Session) -> None:
    pem = http.get(f"{sandbox.url}/_sandbox/entra/client.pem").text
    assert pem == sandbox.client_certificate.read_text()
    assertion = http.get(f"{sandbox.url}/_sandbox/entra/federated-token").text
    form = {
        "grant_type": "client_credentials",
        "client_id": CONNECTOR.client_id,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": f"{sandbox.url}/.default",
    }
    token = http.post(f"{sandbox.url}/{TENANT}/oauth2/v2.0/token", data=form).json()["access_token"]
    assert call(sandbox, http, token).status_code == 200
    other = http.get(f"{sandbox.url}/_sandbox/entra/federated-token", params={"subject": "other"}).text
    assert claims(other)["sub"] == "other"
    assert http.get(f"{sandbox.url}/_sandbox/entra/anything").status_code == 404
    foreign = http.get(f"{sandbox.url}/_sandbox/entra/client.pem", headers={"Host": "evil.example"})
    assert foreign.status_code == 404
    kept = repr([one.response_body for one in sandbox.exchanges])
    assert assertion not in kept
    assert pem.splitlines()[3] not in kept
