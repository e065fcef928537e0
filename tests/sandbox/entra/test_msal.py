"""msal, Microsoft's own library, signs in to the sandbox over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msal  # type: ignore[import-untyped]
import pytest
import requests

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import ASSIGNED, CONNECTOR, DESKTOP, client_certificate
from tests.sandbox.entra.desk import AMARA

HERE = "http://localhost:8400/"


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.verify = str(sandbox.ca_bundle)
        session.trust_env = False
        yield session


@pytest.fixture
def authority(sandbox: Sandbox) -> str:
    return f"{sandbox.url}/{sandbox.world.organization.tenant_id}"


@pytest.fixture
def desktop(authority: str, http: requests.Session) -> Any:
    return msal.PublicClientApplication(
        DESKTOP.client_id, authority=authority, http_client=http, instance_discovery=False
    )


def who(sandbox: Sandbox, http: requests.Session, answer: dict[str, Any]) -> str:
    """The full name of the user that the Web API sees."""
    assert "access_token" in answer, answer
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    user = http.get(f"{sandbox.url}/api/data/v9.2/WhoAmI", headers=headers).json()["UserId"]
    found = http.get(f"{sandbox.url}/api/data/v9.2/systemusers({user})?$select=fullname", headers=headers)
    return str(found.json()["fullname"])


def pem_parts(path: Path) -> dict[str, str]:
    key, mark, certificate = path.read_text().partition("-----BEGIN CERTIFICATE-----")
    return {"private_key": key, "public_certificate": mark + certificate}


def confidential(credential: Any, authority: str, http: requests.Session, **more: Any) -> Any:
    return msal.ConfidentialClientApplication(
        CONNECTOR.client_id,
        client_credential=credential,
        authority=authority,
        http_client=http,
        **{"instance_discovery": False, **more},
    )


def by_itself(app: Any, sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = app.acquire_token_for_client([f"{sandbox.url}/.default"])
    return found


def test_a_certificate_with_its_own_thumbprint(sandbox: Sandbox, authority: str, http: requests.Session) -> None:
    app = confidential(pem_parts(sandbox.client_certificate), authority, http)
    assert who(sandbox, http, by_itself(app, sandbox)) == "# Sandbox Connector"


def test_a_certificate_with_the_old_thumbprint(sandbox: Sandbox, authority: str, http: requests.Session) -> None:
    key = pem_parts(sandbox.client_certificate)["private_key"]
    credential = {"private_key": key, "thumbprint": client_certificate().sha1.hex()}
    assert who(sandbox, http, by_itself(confidential(credential, authority, http), sandbox)) == "# Sandbox Connector"


def test_a_certificate_in_a_pfx_file(sandbox: Sandbox, authority: str, http: requests.Session, tmp_path: Path) -> None:
    (tmp_path / "client.pfx").write_bytes(client_certificate().pfx(b"made up"))
    credential = {"private_key_pfx_path": str(tmp_path / "client.pfx"), "passphrase": "made up"}
    assert "access_token" in by_itself(confidential(credential, authority, http), sandbox)


def test_the_token_of_a_trusted_issuer(sandbox: Sandbox, authority: str, http: requests.Session) -> None:
    app = confidential({"client_assertion": sandbox.entra.federated_token}, authority, http)
    assert who(sandbox, http, by_itself(app, sandbox)) == "# Sandbox Connector"
    stranger = confidential({"client_assertion": lambda: sandbox.entra.federated_token("somebody")}, authority, http)
    assert by_itself(stranger, sandbox)["error_codes"] == [700213]


def test_instance_discovery_may_be_the_sandboxs_own(sandbox: Sandbox, authority: str, http: requests.Session) -> None:
    discovery = f"{sandbox.url}/common/discovery/instance"
    app = confidential(CONNECTOR.secret, authority, http, instance_discovery=discovery)
    assert "access_token" in by_itself(app, sandbox)
    assert any("discovery/instance" in exchange.target for exchange in sandbox.exchanges)
    with pytest.raises(ValueError, match="invalid_instance"):
        confidential(CONNECTOR.secret, "https://login.evil.example/common", http, instance_discovery=discovery)


def signed_in(app: Any, http: requests.Session, flow: dict[str, Any]) -> dict[str, Any]:
    answer = http.get(flow["auth_uri"], allow_redirects=False)
    told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    found: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, told)
    return found


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_a_person_signs_in_and_stays_signed_in(sandbox: Sandbox, http: requests.Session, desktop: Any) -> None:
    scopes = [f"{sandbox.url}/user_impersonation"]
    flow = desktop.initiate_auth_code_flow(scopes, redirect_uri=HERE, login_hint=AMARA)
    first = signed_in(desktop, http, flow)
    assert who(sandbox, http, first) == "Amara Diallo"
    assert first["id_token_claims"]["preferred_username"] == AMARA
    account = desktop.get_accounts()[0]
    assert desktop.acquire_token_silent(scopes, account)["token_source"] == "cache"
    second = desktop.acquire_token_silent(scopes, account, force_refresh=True)
    assert who(sandbox, http, second) == "Amara Diallo"
    assert second["refresh_token"] != first["refresh_token"]
    sandbox.entra.revoke(AMARA)
    refused = desktop.acquire_token_silent_with_error(scopes, account, force_refresh=True)
    assert refused["error_codes"] == [50173]


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_a_web_application_signs_people_in(sandbox: Sandbox, authority: str, http: requests.Session) -> None:
    app = confidential(CONNECTOR.secret, authority, http)
    flow = app.initiate_auth_code_flow([f"{sandbox.url}/.default"], redirect_uri=HERE, login_hint=AMARA)
    assert who(sandbox, http, signed_in(app, http, flow)) == "Amara Diallo"


def test_somebody_signs_in_on_another_device(sandbox: Sandbox, http: requests.Session, desktop: Any) -> None:
    flow = desktop.initiate_device_flow([f"{sandbox.url}/user_impersonation"])
    sandbox.entra.answer_device(flow["user_code"], AMARA)
    assert who(sandbox, http, desktop.acquire_token_by_device_flow(flow)) == "Amara Diallo"


def test_somebody_declines_on_another_device(sandbox: Sandbox, desktop: Any) -> None:
    flow = desktop.initiate_device_flow([f"{sandbox.url}/user_impersonation"])
    sandbox.entra.answer_device(flow["user_code"], None)
    assert desktop.acquire_token_by_device_flow(flow)["error"] == "authorization_declined"


@pytest.mark.parametrize("kind", ["machine", "service"])
def test_managed_identities(
    sandbox: Sandbox, http: requests.Session, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name, value in sandbox.entra.identity_environment(kind).items():
        monkeypatch.setenv(name, value)
    own = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=http)
    given = msal.ManagedIdentityClient(msal.UserAssignedManagedIdentity(client_id=ASSIGNED.client_id), http_client=http)
    assert who(sandbox, http, own.acquire_token_for_client(resource=sandbox.url)) == "# Sandbox Machine"
    assert who(sandbox, http, given.acquire_token_for_client(resource=sandbox.url)) == "# Sandbox Assigned"
    unknown = msal.UserAssignedManagedIdentity(client_id=CONNECTOR.client_id)
    refused = msal.ManagedIdentityClient(unknown, http_client=http).acquire_token_for_client(resource=sandbox.url)
    assert "error" in refused
