"""The page "Test your flow without Dynamics" does what it says: its files are written, its commands run, in order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from onteg_dynamics.manifest import declaration_folder
from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.schema import bodies

PAGE = declaration_folder() / "docs" / "testing.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


def sections() -> Iterator[Section]:
    for part in PAGE.read_text("utf-8").split("\n## ")[1:]:
        yield Section(part.partition("\n")[0], tuple(Block(*found) for found in BLOCK.findall(part)))


def environment() -> dict[str, str]:
    """That of a person with the project's own environment at hand, and nothing that would steer its clients."""
    own = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    steering = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "PYTEST_ADDOPTS", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in steering}
    return {**kept, "PATH": own, "PYTHONPATH": str(declaration_folder()), "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.fixture
def environment_of_theirs(tmp_path: Path) -> Iterator[None]:
    """The reader's own environment with a table of its own, and his connection to it."""
    with Sandbox("empty") as theirs:
        headers = {"Authorization": f"Bearer {theirs.token()}"}
        url = f"{theirs.url}/api/data/v9.2/EntityDefinitions"
        made = requests.post(url, json=bodies.table(), headers=headers, verify=str(theirs.ca_bundle), timeout=30)
        assert made.status_code == 204
        (tmp_path / "connection.json").write_text(json.dumps(theirs.settings()))
        yield


@pytest.mark.usefixtures("environment_of_theirs")
def test_the_page_from_beginning_to_end(tmp_path: Path) -> None:
    for section in sections():
        play(section, tmp_path)


def play(section: Section, folder: Path) -> None:
    """Writes a section's files, then runs its commands in one shell, each followed by what it must print."""
    script = ["set -eu"]
    expected: list[tuple[str, list[str]]] = []
    for block in section.blocks:
        if block.file:
            path = folder / block.file
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language == "sh":
            script += [f"echo '== {len(expected)}'", block.text]
            expected.append((block.text, []))
        elif block.language == "text":
            expected[-1][1].extend(block.text.splitlines())
    check(section.title, run("\n".join(script), folder), expected)


def run(script: str, folder: Path) -> str:
    command = ["sh", "-c", f"exec 2>&1\n{script}"]
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def check(title: str, output: str, expected: list[tuple[str, list[str]]]) -> None:
    told = re.split(r"^== \d+\n", output, flags=re.MULTILINE)[1:]
    assert len(told) == len(expected)
    for (command, lines), found in zip(expected, told, strict=True):
        for line in lines:
            assert line in found, f"{title}: {command} does not print {line!r} but {found!r}"


def test_every_block_is_of_a_kind_that_is_run() -> None:
    blocks = [block for section in sections() for block in section.blocks]
    assert {block.language for block in blocks if not block.file} == {"sh", "text"}
    assert sum(block.language == "sh" for block in blocks) >= 10
    assert PAGE.read_text("utf-8").count("```") == 2 * len(blocks)


def test_the_readme_leads_there() -> None:
    assert "](docs/testing.md)" in (declaration_folder() / "README.md").read_text("utf-8")
