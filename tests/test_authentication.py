"""Every kind of Authentication, from the filled-in form to rows, against the sandbox's Entra over HTTPS."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from onteg_dynamics.connection import Connection
from onteg_dynamics.dataverse.credentials import FEDERATED_TOKEN_FILE, read_certificate
from onteg_dynamics.dataverse.delegated import sign_in_by_device
from onteg_dynamics.dataverse.transport import NetworkSettings, new_session
from onteg_dynamics.errors import AuthenticationError, SettingsError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import ASSIGNED, DESKTOP, client_certificate

AMARA = "amara.diallo@sandbox.onmicrosoft.com"
WhoAmI = Callable[[dict[str, str]], str]


@pytest.fixture
def base(sandbox: Sandbox) -> dict[str, str]:
    """The form without what only one kind of Authentication needs."""
    settings = sandbox.settings()
    for name in ("flows", "client_secret", "authentication"):
        del settings[name]
    return settings


@pytest.fixture
def name_of(executor: Executor) -> WhoAmI:
    """The full name of the user that the service sees."""

    def name(settings: dict[str, str]) -> str:
        user = executor.run("who_am_i", {}, settings).unwrap()["user_id"]
        options = {"table": "systemuser", "key": user, "select": "fullname"}
        return str(executor.run("get_record", options, settings).unwrap()["row"]["fullname"])

    return name


def certificate(base: dict[str, str], value: str, password: str = "") -> dict[str, str]:
    more = {"certificate_private_key": value, "certificate_password": password}
    return {**base, "authentication": "Client Certificate", **more}


@pytest.mark.parametrize("form", ["path", "text", "one line", "pfx", "pfx with a password", "pfx path"])
def test_a_client_certificate(
    sandbox: Sandbox, base: dict[str, str], name_of: WhoAmI, tmp_path: Path, form: str
) -> None:
    text = sandbox.client_certificate.read_text()
    locked = client_certificate().pfx(b"open sesame")
    file = tmp_path / "own.pfx"
    file.write_bytes(locked)
    forms = {
        "path": (str(sandbox.client_certificate), ""),
        "text": (text, ""),
        "one line": (text.replace("\n", "\\n"), ""),
        "pfx": (base64.b64encode(locked).decode(), "open sesame"),
        "pfx with a password": (base64.encodebytes(locked).decode(), "open sesame"),
        "pfx path": (str(file), "open sesame"),
    }
    assert "Sandbox Connector" in name_of(certificate(base, *forms[form]))


def test_a_key_that_is_locked(base: dict[str, str], name_of: WhoAmI) -> None:
    own = client_certificate()
    key = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")).decode()
    text = own.certificate.public_bytes(Encoding.PEM).decode() + key
    assert "Sandbox Connector" in name_of(certificate(base, text, "word"))


@pytest.mark.parametrize(
    ("make", "password", "told"),
    [
        (lambda _: "no such file", "", "is neither PEM text nor a PFX"),
        (lambda own: own.pem.decode().replace("MI", "BB"), "", "cannot be read"),
        (lambda own: own.pem.decode().partition("-----BEGIN CERT")[0], "", "holds no certificate"),
        (lambda own: own.pem.decode(), "useless", "must be empty"),
        (lambda own: base64.b64encode(own.pfx(b"word")).decode(), "wrong", "does not open"),
        (lambda own: base64.b64encode(own.pfx(b"word")).decode(), "", "does not open"),
    ],
)
def test_a_certificate_that_cannot_be_used(
    base: dict[str, str], make: Callable[[Any], str], password: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        Connection.from_settings(certificate(base, make(client_certificate()), password))
    assert "MII" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_certificate_that_the_application_does_not_have(base: dict[str, str], executor: Executor) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    own = client_certificate().certificate.public_bytes(Encoding.PEM).decode()
    with pytest.raises(SettingsError, match="does not belong to its certificate"):
        executor.run("who_am_i", {}, certificate(base, key + own)).unwrap()


def test_the_key_is_shown_nowhere(base: dict[str, str]) -> None:
    connection = Connection.from_settings(certificate(base, client_certificate().pem.decode()))
    line = client_certificate().pem.decode().splitlines()[3]
    assert line not in repr(connection)
    assert line in read_certificate(client_certificate().pem.decode()).secrets()
    assert line not in repr(read_certificate(client_certificate().pem.decode()))


def test_a_workload_identity(
    sandbox: Sandbox, base: dict[str, str], name_of: WhoAmI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(sandbox.entra.federated_token() + "\n")
    settings = {**base, "authentication": "Workload Identity"}
    assert "Sandbox Connector" in name_of({**settings, "federated_token_file": str(file)})
    monkeypatch.setenv(FEDERATED_TOKEN_FILE, str(file))
    assert "Sandbox Connector" in name_of(settings)


def test_a_workload_without_its_token(
    base: dict[str, str], executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FEDERATED_TOKEN_FILE, raising=False)
    with pytest.raises(AuthenticationError, match="not there or empty") as caught:
        executor.run("who_am_i", {}, {**base, "authentication": "Workload Identity"}).unwrap()
    assert "Federated Token File" in str(caught.value.details.fix)


@pytest.mark.parametrize("kind", ["machine", "service"])
@pytest.mark.parametrize("client_id", ["", ASSIGNED.client_id])
def test_a_managed_identity(
    sandbox: Sandbox,
    base: dict[str, str],
    name_of: WhoAmI,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    client_id: str,
) -> None:
    for name, value in sandbox.entra.identity_environment(kind).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings = {**base, "authentication": "Managed Identity", "client_id": client_id}
    assert ("Assigned" if client_id else "Machine") in name_of(settings)


def test_a_managed_identity_that_is_not_there(
    sandbox: Sandbox, base: dict[str, str], executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.entra.identity_environment("service").items():
        monkeypatch.setenv(name, value)
    stranger = "11111111-1111-1111-1111-111111111111"
    settings = {**base, "authentication": "Managed Identity", "client_id": stranger}
    with pytest.raises(AuthenticationError):
        executor.run("who_am_i", {}, settings).unwrap()


@pytest.fixture
def signed_in(sandbox: Sandbox) -> str:
    """A refresh token of Amara's."""
    settings = sandbox.settings()

    def show(message: str) -> None:
        code = message.split("enter the code ")[1].split(maxsplit=1)[0]
        sandbox.entra.answer_device(code, AMARA)

    session = new_session(NetworkSettings(ca_bundle=settings["ca_bundle"]))
    with session:
        answer = sign_in_by_device(
            settings["token_url"], DESKTOP.client_id, [f"{sandbox.url}/.default"], session=session, show=show
        )
    return str(answer["refresh_token"])


def test_on_behalf_of_a_person(base: dict[str, str], name_of: WhoAmI, executor: Executor, signed_in: str) -> None:
    person = {"flows": "Authorization Code", "client_id": DESKTOP.client_id, "refresh_token": signed_in}
    settings = {**base, "authentication": "OAuth", **person}
    assert name_of(settings) == "Amara Diallo"
    assert signed_in not in repr(Connection.from_settings(settings))
    assert signed_in not in str(executor.run("get_record", {"table": "lead", "key": signed_in}, settings).error)


def test_a_person_who_was_signed_out(
    sandbox: Sandbox, base: dict[str, str], executor: Executor, signed_in: str
) -> None:
    sandbox.entra.revoke(AMARA)
    person = {"flows": "Authorization Code", "client_id": DESKTOP.client_id, "refresh_token": signed_in}
    with pytest.raises(AuthenticationError) as caught:
        executor.run("who_am_i", {}, {**base, "authentication": "OAuth", **person}).unwrap()
    assert caught.value.details.fix
    assert signed_in not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ({"authentication": "Client Certificate"}, "Certificate and Private Key"),
        ({"authentication": "OAuth", "flows": "Authorization Code"}, "Refresh Token"),
        ({"authentication": "OAuth", "flows": "Client Credentials"}, "Client Secret"),
        ({"authentication": "Workload Identity", "token_url": ""}, "Token URL"),
        ({"authentication": "Certificate"}, "Authentication"),
    ],
)
def test_what_is_missing_is_named(base: dict[str, str], kind: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        Connection.from_settings({**base, **kind})
