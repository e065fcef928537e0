"""No secret in any log, XCom, rendered template, page or database; searched for by value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.engines.airflow.conftest import pictured
from tests.engines.airflow.running import Airflow, Run

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.airflow

TASKS = ("tells", "refused", "shown")
PANES = ("", "/rendered_templates", "/xcom", "/details")
CARELESS = {"refresh_token": "a-refresh-token-that-was-typed", "client_secret": "a-secret-that-a-task-prints"}
WRONG = "a-wrong-secret-that-was-typed"


def holding(folder: Path, secrets: list[str], *without: str) -> list[str]:
    """Files in which a secret stands."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in without]
    return [f"{path}: {secret[:6]}…" for path in files for secret in secrets if secret.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def printed(dataverse: Sandbox) -> dict[str, str]:
    """The secrets of a connection that a careless task prints."""
    return {**CARELESS, "token": dataverse.token()}


@pytest.fixture(scope="module", autouse=True)
def run(airflow: Airflow, dataverse: Sandbox, printed: dict[str, str]) -> Run:
    """A run whose tasks print secrets, are refused, and have secrets in their templates."""
    settings = dataverse.settings()
    bearer = {"endpoint_url": settings["endpoint_url"], "authentication": "Bearer", "ca_bundle": settings["ca_bundle"]}
    airflow.connect("dynamics_bearer", bearer, **printed)
    airflow.connect("dynamics_wrong_secret", settings, client_secret=WRONG)
    started = airflow.run("proof_talkative")
    assert started.ended() == "failed"
    return started


def test_logs_results_and_templates_hold_none(run: Run, dataverse: Sandbox, printed: dict[str, str]) -> None:
    secrets = [*printed.values(), WRONG, dataverse.settings()["client_secret"]]
    assert re.search(r"token (eyJ)?\*\*\*", run.log("tells"))
    assert "secret" in run.log("refused").lower()
    assert "***" in str(run.tasks("shown")[0]["rendered_fields"])
    for task in TASKS:
        results = run.airflow.api("GET", f"{run.path}/taskInstances/{task}/xcomEntries")
        told = run.log(task) + str(run.tasks(task)) + str(results)
        assert not [secret for secret in secrets if secret in told], task


def test_pages_hold_none(run: Run, page: Page, dataverse: Sandbox, printed: dict[str, str]) -> None:
    secrets = [*printed.values(), WRONG, dataverse.settings()["client_secret"]]
    task = f"/dags/{run.dag}/runs/{run.id}/tasks/"
    panes = [f"{task}{one}{pane}" for one in ("tells", "shown") for pane in PANES]
    for path in ("/connections", f"{task}refused", *panes):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        shown = page.content()
        assert not [secret for secret in secrets if secret in shown], path
    page.goto(f"{task}shown/rendered_templates")
    page.get_by_text("***").first.wait_for()
    pictured(page, "rendered")


def test_files_and_the_database_hold_none(airflow: Airflow, dataverse: Sandbox, printed: dict[str, str]) -> None:
    assert holding(airflow.home, [WRONG, dataverse.settings()["client_secret"]]) == []
    # Airflow 3.3's executor repeats unmasked on its own output what a task prints; the careless task is not ours.
    assert holding(airflow.home, list(printed.values()), "standalone.log") == []
