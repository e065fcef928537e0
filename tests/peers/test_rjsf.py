"""react-jsonschema-form as it is (npm) draws every form that is exported for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from onteg_dynamics.cli.main import commands
from onteg_dynamics.manifest import own_manifest
from tests.peers.environments import HERE, node_modules

pytestmark = pytest.mark.peers

REQUIREMENTS = (
    "@rjsf/core@6.11.1",
    "@rjsf/utils@6.11.1",
    "@rjsf/validator-ajv8@6.11.1",
    "ajv@8.20.0",
    "react@19.3.1",
    "react-dom@19.3.1",
)


def test_every_form_is_drawn(tmp_path: Path) -> None:
    assert CliRunner().invoke(commands, ["export", "rjsf", "--output", str(tmp_path)]).exit_code == 0
    command = ["node", str(HERE / "stock_rjsf.mjs"), str(tmp_path)]
    done = subprocess.run(command, cwd=node_modules(*REQUIREMENTS), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(own_manifest().actions) + 1} forms\n"
