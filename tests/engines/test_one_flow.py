"""One flow on several hosts, the same rows at the end. Prefect, Dagster and Airflow do it in their own environments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.engines.one_flow import EXAMPLES, check_the_end


@pytest.mark.parametrize("host", ["python_flow.py", "shell_flow.sh", "mcp_flow.py"])
def test_the_flow_ends_the_same(sandbox: Sandbox, settings: dict[str, str], tmp_path: Path, host: str) -> None:
    connection = tmp_path / "connection.json"
    connection.write_text(json.dumps(settings))
    program = "sh" if host.endswith(".sh") else sys.executable
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [program, str(EXAMPLES / host), str(connection), str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240, env=variables)
    assert done.returncode == 0, done.stderr
    check_the_end(sandbox, tmp_path)
