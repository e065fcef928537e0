"""azure-identity, which most of Azure's own tools use, signs in to the sandbox over HTTPS."""

from __future__ import annotations

import threading
import webbrowser
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthorizationCodeCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import ASSIGNED, CONNECTOR, client_certificate
from tests.sandbox.entra.desk import AMARA


@pytest.fixture
def network(sandbox: Sandbox) -> dict[str, Any]:
    """How azure-identity is told of an authority that is not Microsoft's."""
    return {
        "authority": sandbox.url,
        "disable_instance_discovery": True,
        "connection_verify": str(sandbox.ca_bundle),
    }


@pytest.fixture
def tenant(sandbox: Sandbox) -> str:
    return sandbox.world.organization.tenant_id


def who(sandbox: Sandbox, credential: Any) -> str:
    """The full name of the user that the Web API sees."""
    headers = {"Authorization": f"Bearer {credential.get_token(f'{sandbox.url}/.default').token}"}
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.ca_bundle), False
        user = session.get(f"{sandbox.url}/api/data/v9.2/WhoAmI", headers=headers).json()["UserId"]
        found = session.get(f"{sandbox.url}/api/data/v9.2/systemusers({user})?$select=fullname", headers=headers)
    return str(found.json()["fullname"])


def test_client_secret(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    credential = ClientSecretCredential(tenant, CONNECTOR.client_id, CONNECTOR.secret, **network)
    assert who(sandbox, credential) == "# Sandbox Connector"
    wrong = ClientSecretCredential(tenant, CONNECTOR.client_id, "wrong", **network)
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        wrong.get_token(f"{sandbox.url}/.default")


def test_certificate_file(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    path = str(sandbox.client_certificate)
    assert who(sandbox, CertificateCredential(tenant, CONNECTOR.client_id, path, **network)) == "# Sandbox Connector"


def test_certificate_in_memory_with_a_password(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    data = client_certificate().pfx(b"made up")
    credential = CertificateCredential(
        tenant, CONNECTOR.client_id, certificate_data=data, password="made up", **network
    )
    assert who(sandbox, credential) == "# Sandbox Connector"


def test_a_certificate_that_is_not_registered(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    path = str(sandbox.client_certificate)
    credential = CertificateCredential(tenant, "6c8e2d31-9f50-4b74-82ea-4d7f609bab82", path, **network)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        credential.get_token(f"{sandbox.url}/.default")


def test_client_assertion(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    credential = ClientAssertionCredential(tenant, CONNECTOR.client_id, sandbox.entra.federated_token, **network)
    assert who(sandbox, credential) == "# Sandbox Connector"


def test_workload_identity(sandbox: Sandbox, tenant: str, network: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "token").write_text(sandbox.entra.federated_token())
    credential = WorkloadIdentityCredential(
        tenant_id=tenant, client_id=CONNECTOR.client_id, token_file_path=str(tmp_path / "token"), **network
    )
    assert who(sandbox, credential) == "# Sandbox Connector"


@pytest.mark.parametrize("kind", ["machine", "service"])
def test_managed_identity(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name, value in sandbox.entra.identity_environment(kind).items():
        monkeypatch.setenv(name, value)
    verify = str(sandbox.ca_bundle)
    assert who(sandbox, ManagedIdentityCredential(connection_verify=verify)) == "# Sandbox Machine"
    given = ManagedIdentityCredential(client_id=ASSIGNED.client_id, connection_verify=verify)
    assert who(sandbox, given) == "# Sandbox Assigned"
    unknown = ManagedIdentityCredential(client_id=CONNECTOR.client_id, connection_verify=verify)
    with pytest.raises((CredentialUnavailableError, ClientAuthenticationError)):
        unknown.get_token(f"{sandbox.url}/.default")


def test_device_code(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    def shown(address: str, user_code: str, _ends: datetime) -> None:
        assert address == f"{sandbox.url}/devicelogin"
        sandbox.entra.answer_device(user_code, AMARA)

    credential = DeviceCodeCredential(tenant_id=tenant, prompt_callback=shown, **network)
    assert who(sandbox, credential) == "Amara Diallo"


def browser(sandbox: Sandbox) -> Any:
    """A browser that follows every redirect, beside the program that opened it."""

    def visit(address: str) -> None:
        with requests.Session() as session:
            session.verify, session.trust_env = str(sandbox.ca_bundle), False
            page = session.get(address).text
            if "document.forms[0]" in page:
                action = page.split('action="')[1].split('"')[0]
                pairs = [part.split('"') for part in page.split('name="')[1:]]
                session.post(action, data={part[0]: part[2] for part in pairs})

    def opened(address: str) -> bool:
        threading.Thread(target=visit, args=(address,), daemon=True).start()
        return True

    return opened


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_a_browser(sandbox: Sandbox, tenant: str, network: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", browser(sandbox))
    credential = InteractiveBrowserCredential(tenant_id=tenant, login_hint=AMARA, timeout=30, **network)
    assert who(sandbox, credential) == "Amara Diallo"


def test_an_authorization_code(sandbox: Sandbox, tenant: str, network: dict[str, Any]) -> None:
    here = "http://localhost:8400/"
    query = {"client_id": CONNECTOR.client_id, "response_type": "code", "redirect_uri": here, "login_hint": AMARA}
    with requests.Session() as session:
        session.verify, session.trust_env = str(sandbox.ca_bundle), False
        address = f"{sandbox.url}/{tenant}/oauth2/v2.0/authorize"
        scope = f"{sandbox.url}/.default offline_access"
        answer = session.get(address, params={**query, "scope": scope}, allow_redirects=False)
    code = answer.headers["Location"].split("code=")[1].split("&")[0]
    credential = AuthorizationCodeCredential(
        tenant, CONNECTOR.client_id, code, here, client_secret=CONNECTOR.secret, **network
    )
    assert who(sandbox, credential) == "Amara Diallo"
