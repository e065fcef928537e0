"""The connection form in Airflow's own page, in a headless Chromium."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from onteg_dynamics.connection import connection_form
from onteg_dynamics.engines.airflow.form import STANDARD, conn_fields
from onteg_dynamics.sandbox import Sandbox
from tests.engines.airflow.conftest import pictured
from tests.engines.airflow.running import Airflow

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.airflow


def new_form(page: Page, name: str) -> None:
    """Airflow's form for a new connection of our type."""
    page.goto("/connections")
    page.get_by_role("button", name="Add Connection").click()
    page.locator('input[name="connection_id"]').fill(name)
    page.get_by_role("combobox").last.click()
    page.keyboard.type("MS Dynamics")
    page.get_by_role("option", name="MS Dynamics 365", exact=True).click()


def opened(page: Page, section: str) -> None:
    pane = page.get_by_role("button", name=section, exact=True)
    if pane.get_attribute("aria-expanded") != "true":
        pane.click()


def own(page: Page, name: str) -> Locator:
    return page.locator(f'input[name="element_{name}"]')


def saved(page: Page, method: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == method) as answer:
        page.get_by_role("button", name="Save", exact=True).click()
    assert answer.value.ok, answer.value.text()
    page.get_by_role("button", name="Test Connection").first.wait_for()


def try_out(page: Page, name: str) -> dict[str, object]:
    """What the page's own test of a connection says."""
    row = page.get_by_role("row", name=re.compile(name))
    with page.expect_response(lambda answer: answer.url.endswith("/connections/test")) as answer:
        row.get_by_role("button", name="Test Connection").click()
    found: dict[str, object] = answer.value.json()
    return found


def stored(airflow: Airflow, name: str) -> dict[str, str]:
    """A connection with its secrets, as tasks get it."""
    (found,) = json.loads(airflow.command("airflow", "connections", "get", name, "--output", "json"))
    return {**found, "extra": json.dumps(found["extra_dejson"])}


def test_it_has_the_fields_of_the_connectors_form(page: Page) -> None:
    new_form(page, "fields")
    pictured(page, "form")
    fields = connection_form().fields
    for key, column in STANDARD.items():
        assert page.locator(f'input[name="{column}"]').is_visible()
        assert page.get_by_text(fields[key]["title"], exact=True).first.is_visible()
    assert not page.locator('input[name="schema"]').count()
    for section in ("Authentication", "Advanced"):
        opened(page, section)
        pictured(page, f"form-{section.lower()}")
        for name, one in conn_fields().items():
            if one["schema"]["section"] == section:
                assert own(page, name).count() == 1 or page.locator(f'[name="element_{name}"]').count() == 1, name
                assert page.get_by_text(one["label"], exact=True).first.is_visible()
                assert page.get_by_text(one["description"]).first.is_visible()


def test_its_secrets_are_hidden_as_they_are_typed(page: Page) -> None:
    new_form(page, "hidden")
    assert page.locator('input[name="password"]').get_attribute("type") == "password"
    for name, one in conn_fields().items():
        opened(page, one["schema"]["section"])
        is_hidden = own(page, name).first.get_attribute("type") == "password"
        assert is_hidden == (one["schema"].get("format") == "password"), name


def test_it_is_saved_tested_and_changed(page: Page, airflow: Airflow, dataverse: Sandbox) -> None:
    settings = dataverse.settings()
    port = settings["endpoint_url"].rpartition(":")[2]
    new_form(page, "filled_in")
    for key, column in STANDARD.items():
        page.locator(f'input[name="{column}"]').fill(settings[key])
    page.locator('input[name="port"]').fill(port)
    opened(page, "Authentication")
    own(page, "sign_in_url").fill(settings["token_url"])
    own(page, "refresh_token").fill("kept-while-others-change")
    opened(page, "Advanced")
    own(page, "ca_bundle").fill(settings["ca_bundle"])
    saved(page, "POST")
    found = try_out(page, "filled_in")
    assert found["status"] is True, found
    assert str(found["message"]).startswith("Verified: ")
    page.locator('[aria-label="Test Connection"]').first.hover()
    pictured(page, "tested")

    page.get_by_role("row", name=re.compile("filled_in")).get_by_role("button", name="Edit Connection").click()
    opened(page, "Authentication")
    assert own(page, "refresh_token").input_value() == "***"
    opened(page, "Extra Fields JSON")
    pictured(page, "changed")
    text = page.content()
    assert settings["client_secret"] not in text
    assert "kept-while-others-change" not in text
    opened(page, "Advanced")
    own(page, "read_timeout").fill("60")
    own(page, "read_timeout").blur()
    saved(page, "PATCH")
    after = stored(airflow, "filled_in")
    assert json.loads(after["extra"])["read_timeout"] in (60, "60")  # the command prints texts
    assert json.loads(after["extra"])["refresh_token"] == "kept-while-others-change"
    assert after["password"] == settings["client_secret"]
    assert try_out(page, "filled_in")["status"] is True


def test_a_connection_that_fails_says_why(page: Page, airflow: Airflow, dataverse: Sandbox) -> None:
    settings = dataverse.settings()
    airflow.connect("wrong_secret", settings, client_secret="not-the-right-secret")
    page.goto("/connections")
    found = try_out(page, "wrong_secret")
    assert found["status"] is False
    assert "secret" in str(found["message"]).lower()
    assert "not-the-right-secret" not in str(found["message"])
    pictured(page, "failed")
