"""The same step elsewhere: each snippet runs as it stands, and holds no secret."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.export.snippets import airflow, python, shell, snippets
from onteg_dynamics.manifest import own_manifest

LIST = own_manifest().actions["list_records"]
OPTIONS = {"table": "account", "select": ["name"], "filter": "name eq 'O''Hara & \"Sons\"' or name ne null", "top": 3}


def without_secret(settings: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in settings.items() if key != "client_secret"}


def test_the_script_runs(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    code = python(LIST, OPTIONS, without_secret(settings), ["client_secret"])
    monkeypatch.setenv("ONTEG_DYNAMICS_CLIENT_SECRET", settings["client_secret"])
    names: dict[str, Any] = {"print": lambda _: None}
    exec(code, names)  # noqa: S102 - it is our own code
    assert len(names["output"]["rows"]) == 3


@pytest.mark.skipif(shutil.which("bash") is None, reason="the snippet is for bash and zsh")
def test_the_command_runs(settings: dict[str, str], tmp_path: Path) -> None:
    code = shell(LIST, OPTIONS, without_secret(settings), ["client_secret"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", code],
        input=settings["client_secret"] + "\n",
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "3 requests" in done.stderr or "1 request" in done.stderr or "2 requests" in done.stderr
    assert settings["client_secret"] not in (tmp_path / "connection.json").read_text("utf-8")


def test_the_dag_is_python() -> None:
    code = airflow(LIST, OPTIONS)
    compile(code, "dag.py", "exec")
    assert "action='List Records'" in code
    assert repr(OPTIONS["filter"]) in code


def test_there_is_one_for_each_place() -> None:
    titles = [snippet.title for snippet in snippets(LIST, {}, {}, [])]
    assert titles == ["Command line", "Python", "Airflow"]
    assert "--input" not in shell(LIST, {}, {}, [])
