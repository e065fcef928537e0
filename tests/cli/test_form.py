"""``form`` and ``serve`` as commands: what they print, what they serve, and how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from onteg_dynamics.cli import form as form_module
from onteg_dynamics.cli.form import form
from onteg_dynamics.cli.main import commands

KEY = "a-key-of-more-than-16-letters"


@pytest.fixture
def file(settings: dict[str, str], tmp_path: Path) -> Path:
    """A connection's file, without its secret."""
    path = tmp_path / "connection.json"
    kept = {key: value for key, value in settings.items() if key != "client_secret"}
    path.write_text(json.dumps(kept), "utf-8")
    return path


@contextmanager
def running(*words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A command of ours, until the end of the block; then it is asked to stop, and does."""
    command = [sys.executable, "-m", "onteg_dynamics", *words]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env={**os.environ, **environment}, **pipes) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert process.returncode in (0, -signal.SIGTERM)


def test_the_form_is_served_until_stopped(file: Path, settings: dict[str, str]) -> None:
    secret = {"ONTEG_DYNAMICS_CLIENT_SECRET": settings["client_secret"]}
    with running("form", "--json", "--connection", str(file), **secret) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert "<title>MS Dynamics 365 Connector</title>" in requests.get(url, timeout=30).text
        begun = requests.get(f"{url}api/start", timeout=30).json()["connection"]
    assert begun["kept"] == ["client_secret"]
    assert begun["settings"]["endpoint_url"] == settings["endpoint_url"]


def test_the_interface_is_served_until_stopped(file: Path, settings: dict[str, str]) -> None:
    secrets = {"ONTEG_DYNAMICS_CLIENT_SECRET": settings["client_secret"], "ONTEG_DYNAMICS_API_KEY": KEY}
    with running("serve", "--port", "0", "--connection", str(file), **secrets) as process:
        assert process.stderr is not None
        address = process.stderr.readline().split("/openapi.json")[0]
        answer = requests.post(f"{address}/actions/who_am_i", headers={"X-API-Key": KEY}, timeout=30)
    assert answer.json()["ok"] is True


def test_a_key_is_made_where_none_is_set(file: Path, settings: dict[str, str]) -> None:
    secret = {"ONTEG_DYNAMICS_CLIENT_SECRET": settings["client_secret"], "ONTEG_DYNAMICS_API_KEY": ""}
    with running("serve", "--port", "0", "--connection", str(file), **secret) as process:
        assert process.stderr is not None
        key = process.stderr.readline().split(": ")[1].strip()
        address = process.stderr.readline().split("/openapi.json")[0]
        assert requests.get(f"{address}/openapi.json", headers={"X-API-Key": key}, timeout=30).status_code == 200


def test_a_connection_that_is_filled_in_wrongly_is_told_before_anything_is_served(tmp_path: Path) -> None:
    path = tmp_path / "connection.json"
    path.write_text('{"endpoint_url": "crm", "client_id": "c"}', "utf-8")
    told = CliRunner().invoke(commands, ["serve", "--connection", str(path)], env={"ONTEG_DYNAMICS_API_KEY": KEY})
    assert told.exit_code == 2


def test_a_port_that_is_taken_is_told() -> None:
    from onteg_dynamics.form.serving import FormServer

    with FormServer() as server:
        told = CliRunner().invoke(form, ["--port", str(server.port)])
    assert told.exit_code == 1
    assert f"Port {server.port} cannot be had" in told.output


def test_the_browser_is_led_there_without_the_address_on_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str, int]] = []

    def browse(address: str) -> bool:
        file = Path(address.removeprefix("file://"))
        opened.append((address, file.read_text("utf-8"), file.stat().st_mode & 0o777))
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    monkeypatch.setattr(form_module, "_until_stopped", lambda server: server._socket.close())
    told = CliRunner().invoke(form, ["--open", "--json"])
    url = json.loads(told.output)["url"]
    ((address, text, mode),) = opened
    assert url.split("/")[3] not in address
    assert f"url={url}" in text
    assert mode == 0o600
    assert not Path(address.removeprefix("file://")).exists()
