"""Environments of foreign clients, each in a folder of its own; made once, kept beside the checkout's own."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TypeGuard

from onteg_dynamics.sandbox import Sandbox

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".venv-peers"


@cache
def python_with(*requirements: str) -> Path:
    """A Python that has these packages and nothing of ours."""
    folder = FOLDER / re.sub(r"\W+", "-", "-".join(requirements))
    python = folder / "bin" / "python"
    if not (folder / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
        (folder / "ready").touch()
    return python


@cache
def node_modules(*requirements: str) -> Path:
    """A folder whose ``node_modules`` has these packages."""
    folder = FOLDER / re.sub(r"\W+", "-", "-".join(requirements))
    if not (folder / "ready").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *requirements]
        subprocess.run(command, check=True, cwd=folder)
        (folder / "ready").touch()
    return folder


def names_in(*files: str) -> list[str]:
    """The scenarios of some files, without running them."""
    return [name for file in files for name in re.findall(r"(?:def|function) (scenario_\w+)", text_of(file))]


def text_of(*files: str) -> str:
    """What stands in some files of scenarios."""
    return "\n".join((HERE / file).read_text("utf-8") for file in files)


def play(python: Path, *files: str) -> list[str]:
    """The command that plays some files of scenarios, with the first one's client."""
    return [str(python), str(HERE / "play.py"), *(str(HERE / file) for file in files)]


def methods_of(package: Path) -> set[tuple[str, str]]:
    """The classes of a package with their public methods, without importing it."""
    trees = (ast.parse(file.read_text("utf-8")) for file in package.rglob("*.py"))
    classes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return {(one.name, part.name) for one in classes for part in one.body if _is_public(part)}


def outcomes(command: list[str], sandbox: Sandbox, cwd: Path | None = None) -> dict[str, str | None]:
    """What came of each scenario: its error, or None where it held."""
    settings = {**sandbox.settings(), "token": sandbox.token()}
    environment = {
        **os.environ,
        "SETTINGS": json.dumps(settings),
        "NODE_EXTRA_CA_CERTS": settings["ca_bundle"],
        "PYTHONPATH": "",
    }
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=cwd, timeout=300)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    return {line["name"]: line["error"] for line in lines}


def _is_public(part: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not part.name.startswith("_")
