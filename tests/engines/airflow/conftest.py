"""A real Airflow beside a sandbox: one of each for all tests here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.engines.airflow.running import PROGRAMS, Airflow, free_port, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples" / "airflow"
PICTURES = HERE.parents[2] / "build" / "pictures"


@pytest.fixture(scope="session")
def dataverse() -> Iterator[Sandbox]:
    """The sandbox that the DAGs work with; its rows stay from test to test."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def held_jobs(dataverse: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """System jobs stand still until this is undone."""
    monkeypatch.setattr(dataverse.world.jobs, "advance", lambda: None)
    yield monkeypatch
    monkeypatch.undo()


def settings_of_airflow(home: Path, port: int) -> dict[str, str]:
    """Settings of an Airflow that is on this machine only."""
    url = f"http://127.0.0.1:{port}"
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))},
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__KILLED_TASK_CLEANUP_TIME": "20",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
    }


def lay_dags(home: Path) -> None:
    """The examples, the README's DAG and the tests' own."""
    readme = (EXAMPLES.parents[1] / "README.md").read_text("utf-8").partition("## From Apache Airflow")[2]
    (home / "dags").mkdir()
    (home / "dags" / "readme.py").write_text(readme.split("```python\n")[1].split("```")[0])
    for folder in (EXAMPLES, HERE / "dags"):
        shutil.copytree(folder, home / "dags", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (home / "dags" / "one_flow").mkdir()
    for name in ("airflow_flow.py", "leads.csv"):
        shutil.copy(EXAMPLES.parent / "one_flow" / name, home / "dags" / "one_flow" / name)


@pytest.fixture(scope="session")
def airflow(dataverse: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """``airflow standalone`` on SQLite, two tasks at a time, with the provider installed and a connection."""
    home, port = tmp_path_factory.mktemp("airflow"), free_port()
    lay_dags(home)
    running = Airflow(
        home, f"http://127.0.0.1:{port}", {**settings_of_airflow(home, port), "AIRFLOW__CORE__PARALLELISM": "2"}
    )
    try:
        running.start("standalone", "airflow", "standalone")
        until(running.is_ready, "Airflow is ready")
        running.connect("dynamics_default", dataverse.settings())
        running.connect("dynamics_hasty", dataverse.settings(), retry_budget=1)
        running.api("POST", "variables", json={"key": "dynamics_folder", "value": str(home / "data")})
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def page(airflow: Airflow) -> Iterator[Page]:
    """Airflow's pages in a headless Chromium."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    words = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=words)
        opened = running.new_page(viewport={"width": 1280, "height": 2200}, base_url=airflow.url)
        opened.set_default_timeout(60_000)
        yield opened
        running.close()


def pictured(page: Page, name: str) -> None:
    """Keeps a picture of the page, for people; git ignores it."""
    page.wait_for_timeout(500)  # panes unfold
    page.screenshot(path=PICTURES / f"airflow-{name}.png")
