"""The connection form in Airflow's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from onteg_dynamics.connection import Connection, connection_form
from onteg_dynamics.engines.airflow.form import STANDARD, conn_fields, field_name, settings_of, ui_behaviour
from onteg_dynamics.executor import Executor

# Airflow's own list (3.3.2); a test in its environment holds the two together.
SENSITIVE: tuple[str, ...] = ("access_key", "access_token", "api_key", "apikey", "auth_header", "authorization")
SENSITIVE += (
    "bearer",
    "dsn",
    "connection_string",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "proxy",
    "proxies",
    "secret",
)
SENSITIVE += ("service_account", "service_key", "token", "keyfile_dict", "webhook_url")


@dataclass
class Kept:
    """A connection as Airflow hands it out."""

    conn_id: str = "dynamics_default"
    host: str | None = None
    login: str | None = None
    password: str | None = None
    port: int | None = None
    extra_dejson: Mapping[str, Any] = field(default_factory=dict)


def kept(settings: Mapping[str, Any]) -> Kept:
    """The connection that a filled in form makes."""
    fields = connection_form().fields.keys() - {"connection_name", "connector", *STANDARD}
    extra = {field_name(key): settings[key] for key in fields if key in settings}
    columns: dict[str, Any] = {column: settings.get(key) for key, column in STANDARD.items()}
    return Kept(extra_dejson=extra, **columns)


def test_airflow_hides_a_field_exactly_if_it_is_a_secret() -> None:
    fields = connection_form().fields
    for key, schema in fields.items():
        if key in STANDARD:
            assert (STANDARD[key] == "password") == bool(schema.get("writeOnly")), key
        else:
            hidden = any(word in field_name(key) for word in SENSITIVE)
            assert hidden == bool(schema.get("writeOnly")), f"{key}: give it another name in RENAMED"


def test_every_setting_has_its_place() -> None:
    fields = connection_form().fields
    places = {*conn_fields(), *STANDARD.values()}
    assert len(places) == len(fields) - len(("connection_name", "connector"))
    for key, schema in fields.items():
        if field_name(key) in conn_fields():
            assert conn_fields()[field_name(key)]["label"] == schema["title"]


def test_secrets_are_password_fields_and_no_pattern_refuses_the_mask() -> None:
    fields = conn_fields()
    hidden = {name for name, one in fields.items() if one["schema"].get("format") == "password"}
    assert hidden == {"certificate_private_key", "certificate_password", "proxy", "refresh_token", "token"}
    assert not any("pattern" in one["schema"] for one in fields.values())


def test_no_field_is_required_because_which_are_depends_on_others() -> None:
    assert all("null" in one["schema"]["type"] for one in conn_fields().values())


def test_advanced_settings_stand_in_a_section_of_their_own() -> None:
    sections = {name: one["schema"]["section"] for name, one in conn_fields().items()}
    assert sections["retry_budget"] == "Advanced"
    assert sections["sign_in_url"] == "Authentication"


def test_own_columns_have_the_forms_labels() -> None:
    behaviour = ui_behaviour()
    assert behaviour["relabeling"] == {"host": "Endpoint URL", "login": "Client ID", "password": "Client Secret"}
    assert set(behaviour["hidden-fields"]) == {"schema", "extra"}


def test_what_went_in_comes_out(settings: dict[str, str]) -> None:
    found = settings_of(kept(settings))
    assert found == {**settings, "connection_name": "dynamics_default"}


def test_settings_of_a_connection_connect(settings: dict[str, str], executor: Executor) -> None:
    assert executor.run("who_am_i", {}, settings_of(kept(settings))).ok


def test_a_bearer_connection(settings: dict[str, str]) -> None:
    bearer = Kept(host=settings["endpoint_url"], extra_dejson={"authentication": "Bearer", "token": "abc", "flows": ""})
    assert Connection.from_settings(settings_of(bearer)).token.value == "abc"


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("yourorg.crm.dynamics.com", None, "https://yourorg.crm.dynamics.com"),
        ("127.0.0.1", 8443, "https://127.0.0.1:8443"),
        ("https://yourorg.crm.dynamics.com", None, "https://yourorg.crm.dynamics.com"),
        ("https://yourorg.crm.dynamics.com/api/data", 443, "https://yourorg.crm.dynamics.com/api/data"),
        ("https://127.0.0.1:8443", 8443, "https://127.0.0.1:8443"),
        ("https://127.0.0.1:8443", 1, "https://127.0.0.1:8443"),
        ("https://[yourorg", 443, "https://[yourorg"),
        ("https://[::1]/api", 8443, "https://[::1]:8443/api"),
    ],
)
def test_a_host_and_a_port_make_an_endpoint(host: str, port: int | None, url: str) -> None:
    assert settings_of(Kept(host=host, port=port))["endpoint_url"] == url


def test_a_connection_without_an_address_is_told_by_the_form() -> None:
    assert "endpoint_url" not in settings_of(Kept())
