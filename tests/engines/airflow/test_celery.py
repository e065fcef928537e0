"""Airflow on two workers with Redis and PostgreSQL: a big table in parts, one user's limits, a worker that dies."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.sandbox import Limits, Sandbox
from tests.engines.airflow.conftest import lay_dags, settings_of_airflow
from tests.engines.airflow.running import Airflow, Run, free_port, until
from tests.engines.airflow.test_secrets import holding

pytestmark = pytest.mark.airflow_celery

ROWS = 12_000
LIMITS = Limits(requests=40, seconds=1200, concurrent=8, window=5)
LONGEST = 400.0
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))  # as Debian lays it
WORKERS = ("one", "two")


@pytest.fixture(scope="module")
def dataverse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with many contacts, whose only user may ask for little."""
    folder = tmp_path_factory.mktemp("rows")
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    rows = [
        {
            "lastname": f"Many {number}",
            "emailaddress1": f"many{number}@example.com",
            "createdon": (start + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for number in range(ROWS)
    ]
    (folder / "contact.json").write_text(json.dumps(rows))
    with Sandbox("empty", limits=LIMITS) as sandbox:
        sandbox.load(folder)
        yield sandbox


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL of its own; it will not run as root."""
    who: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder, port = Path(tempfile.mkdtemp(prefix="onteg-postgres-")), free_port()
    if who:
        shutil.chown(folder, "postgres", "postgres")

    def run(program: str, *words: str) -> None:
        subprocess.run([str(POSTGRES / program), *words], check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)

    run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "airflow")
        yield f"postgres@127.0.0.1:{port}/airflow"
    finally:
        run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def airflow(dataverse: Sandbox, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """All parts of an Airflow, each a program, with two workers of four tasks."""
    home, port, redis = tmp_path_factory.mktemp("airflow"), free_port(), free_port()
    lay_dags(home)
    (home / "config").mkdir()
    (home / "config" / "names.py").write_text("".join(f"def {one}():\n    return '{one}'\n" for one in WORKERS))
    settings = {
        **settings_of_airflow(home, port),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database}",
        # What a dead worker had taken from Redis and not begun comes back after this, not after a day.
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "30",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{redis}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{database}",
    }
    running = Airflow(home, f"http://127.0.0.1:{port}", settings)
    try:
        running.start("redis", "redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "")
        running.command("airflow", "db", "migrate")
        for program in ("api-server", "scheduler", "dag-processor", "triggerer"):
            running.start(program, "airflow", program)
        for worker in WORKERS:
            start_worker(running, worker)
        until(running.is_ready, "Airflow is ready")
        running.connect("dynamics_default", dataverse.settings())
        running.api("POST", "variables", json={"key": "dynamics_folder", "value": str(home / "data")})
        yield running
    finally:
        running.stop()


def start_worker(airflow: Airflow, name: str) -> None:
    words = ("celery", "worker", "--concurrency", "4", "--celery-hostname", f"{name}@localhost")
    own = {"LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()), "CORE__HOSTNAME_CALLABLE": f"names.{name}"}
    airflow.start(name, "airflow", *words, **{f"AIRFLOW__{key}": value for key, value in own.items()})


def end(airflow: Airflow, name: str, *, with_tasks: bool) -> None:
    """Kills a worker, as a machine's end does (with its tasks) or a person with ``kill -9`` (its tasks may live on)."""
    import psutil

    program = airflow.programs.pop(name)
    tasks = psutil.Process(program.pid).children(recursive=True) if with_tasks else []
    os.killpg(program.pid, signal.SIGKILL)
    for task in tasks:
        with suppress(psutil.NoSuchProcess):
            task.kill()
    program.wait()


def has_begun(run: Run, task: str, worker: str) -> bool | None:
    """True when a worker is at work on a task."""
    return any(one["state"] == "running" and one["hostname"] == worker for one in run.tasks(task)) or None


def test_a_big_table_goes_through_although_workers_die(airflow: Airflow, dataverse: Sandbox) -> None:
    run = airflow.run("proof_partitions")
    until(lambda: has_begun(run, "export", "one"), "the export is at work", LONGEST)
    end(airflow, "one", with_tasks=True)
    start_worker(airflow, "one")
    until(lambda: has_begun(run, "import", "two"), "the import is at work", LONGEST)
    end(airflow, "two", with_tasks=False)
    start_worker(airflow, "two")
    assert run.ended(LONGEST) == "success"

    assert run.xcom("check") == {"files": 8, "rows": ROWS}
    names = [row["lastname"] for row in dataverse.world.store.select("lead", {})]
    assert sorted(names) == sorted(f"Many {number}" for number in range(ROWS))
    assert any(one["try_number"] > 1 for one in run.tasks("export"))
    assert any(one["try_number"] > 1 for one in run.tasks("import"))
    assert not list(airflow.home.rglob("*.import"))


def test_it_waited_for_the_service_and_raised_no_storm(dataverse: Sandbox) -> None:
    statuses = Counter(one.status for one in dataverse.exchanges)
    told = f"{dict(statuses)} for {ROWS} rows out and in"
    logging.getLogger(__name__).info(told)
    assert statuses[429] > 0, told
    assert statuses[429] < statuses.total() / 4, told


def test_no_secret_is_in_its_files(airflow: Airflow, dataverse: Sandbox) -> None:
    assert holding(airflow.home, [dataverse.settings()["client_secret"]]) == []
