"""An Airflow at work, as tests see it: its commands, its API, its tasks, logs and pages."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

T = TypeVar("T")
Json = dict[str, Any]

PROGRAMS = Path(sys.executable).parent
ENDED = {"success", "failed"}
PATIENCE = 300.0  # seconds; the machine may be busy with something else


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """What `look` finds in the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(requests.RequestException):
            found = look()
            if found is not None:
                return found
        time.sleep(0.3)
    raise AssertionError(f"Not within {seconds:.0f} seconds: {what}.")


@dataclass
class Airflow:
    """One Airflow.

    Attributes:
        home: its folder, logs and database included.
        url: of its API and pages.
        environment: its settings, as its programs read them.
    """

    home: Path
    url: str
    environment: Mapping[str, str]
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """A program of Airflow's, with its output in the logs' folder."""
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        environment = {**self.environment, **more}
        with (self.home / "logs" / f"{name}.log").open("ab") as log:
            self.programs[name] = subprocess.Popen(
                list(words),
                env=environment,
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.programs[name]

    def stop(self) -> None:
        """Ends all programs and what they started."""
        for program in self.programs.values():
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGTERM)
        for program in self.programs.values():
            with suppress(subprocess.TimeoutExpired):
                program.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()

    def command(self, *words: str) -> str:
        """What a command of Airflow's prints."""
        done = subprocess.run(
            list(words),
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_ready(self) -> bool | None:
        """True when all its parts are well; fails when one has ended."""
        ended = [name for name, program in self.programs.items() if program.poll() is not None]
        assert not ended, [(self.home / "logs" / f"{name}.log").read_text("utf-8")[-2000:] for name in ended]
        parts = requests.get(f"{self.url}/api/v2/monitor/health", timeout=10).json()
        return all(part.get("status") == "healthy" for part in parts.values()) or None

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """An answer of the API, whatever it is."""
        if not hasattr(self, "_token"):
            self._token = requests.get(f"{self.url}/auth/token", timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}", **more.pop("headers", {})}
        return requests.request(method, f"{self.url}/api/v2/{path}", headers=headers, timeout=60, **more)

    def api(self, method: str, path: str, **more: Any) -> Json:
        """An answer of the API that is a success."""
        answer = self.ask(method, path, **more)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        found: Json = answer.json() if answer.content else {}
        return found

    def connect(self, name: str, settings: Mapping[str, Any], **changed: Any) -> None:
        """A connection with the settings of the connector's form."""
        from onteg_dynamics.engines.airflow.form import STANDARD, field_name

        wanted = {**settings, **changed}
        own = {"connection_name", "connector", *STANDARD}
        extra = {field_name(key): value for key, value in wanted.items() if key not in own}
        columns = {column: wanted.get(key) for key, column in STANDARD.items()}
        port = urlsplit(wanted["endpoint_url"]).port
        body = {"connection_id": name, "conn_type": "msdynamics365", "port": port, **columns}
        body["extra"] = json.dumps(extra)
        self.api("POST", "connections", json=body)

    def unpause(self, dag: str) -> None:
        until(lambda: self.ask("PATCH", f"dags/{dag}", json={"is_paused": False}).ok or None, f"{dag} is there")

    def run(self, dag: str, **conf: Any) -> Run:
        """Starts a DAG."""
        self.unpause(dag)
        made = self.api("POST", f"dags/{dag}/dagRuns", json={"logical_date": None, "conf": conf})
        return Run(self, dag, made["dag_run_id"])

    def scheduled(self, dag: str) -> Run:
        """The first run of a DAG that Airflow starts by itself."""
        self.unpause(dag)
        runs = until(lambda: self.api("GET", f"dags/{dag}/dagRuns")["dag_runs"] or None, f"{dag} starts by itself")
        return Run(self, dag, runs[0]["dag_run_id"])


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    airflow: Airflow
    dag: str
    id: str

    @property
    def path(self) -> str:
        return f"dags/{self.dag}/dagRuns/{self.id}"

    def state(self) -> str:
        return str(self.airflow.api("GET", self.path)["state"])

    def ended(self, seconds: float = PATIENCE) -> str:
        """How it ended."""

        def look() -> str | None:
            state = self.state()
            return state if state in ENDED else None

        return until(look, f"the end of {self.dag}", seconds)

    def succeeds(self) -> None:
        """Waits for its end; tells the logs of what failed."""
        if self.ended() != "success":
            failed = [task for task in self.tasks() if task["state"] not in ("success", "skipped")]
            told = [f"{task['task_id']}: {task['state']}\n{self.log(task['task_id'])[-3000:]}" for task in failed]
            raise AssertionError("\n".join(told))

    def tasks(self, task: str = "") -> list[Json]:
        """Its task instances, those of one task where one is named, in the order of their map index."""
        found = self.airflow.api("GET", f"{self.path}/taskInstances", params={"limit": 100})["task_instances"]
        chosen = [one for one in found if not task or one["task_id"] == task]
        return sorted(chosen, key=lambda one: int(one["map_index"]))

    def reaches(self, task: str, *states: str) -> Json:
        """The task's only instance, when it has come to one of these states."""

        def look() -> Json | None:
            found = self.tasks(task)
            return found[0] if found and found[0]["state"] in states else None

        return until(look, f"{self.dag}.{task} is {' or '.join(states)}")

    def log(self, task: str, tried: int = 1, index: int = -1) -> str:
        """What a task's log says."""
        path = f"{self.path}/taskInstances/{task}/logs/{tried}"
        answer = self.airflow.ask(
            "GET", path, params={"map_index": index, "full_content": True}, headers={"Accept": "application/x-ndjson"}
        )
        return answer.text

    def xcom(self, task: str, key: str = "return_value", index: int = -1) -> Any:
        """What a task handed on."""
        path = f"{self.path}/taskInstances/{task}/xcomEntries/{key}"
        return self.airflow.api("GET", path, params={"map_index": index})["value"]

    def links(self, task: str, index: int = -1) -> Json:
        """The buttons of a task, with their addresses."""
        found: Json = self.airflow.api("GET", f"{self.path}/taskInstances/{task}/links", params={"map_index": index})
        links: Json = found["extra_links"]
        return links
