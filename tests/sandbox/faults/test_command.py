"""Limits and faults as the command line orders them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--json", "--http", "--seed", "empty"]


def test_the_command_takes_limits_and_faults(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps({"seed": 7, "rules": [{"kind": "502", "nth": 1, "body": "html"}]}))
    options = ["--limits", "4/100/9/300", "--fault", "503 nth=2", "--fault", "500 nth=3", "--fault-file", str(file)]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        url = told["endpoint_url"]
        headers = {"Authorization": f"Bearer {told['token']}"}
        who = [requests.get(f"{url}/api/data/v9.2/WhoAmI", headers=headers, timeout=60) for _ in range(5)]
        faults = requests.get(f"{url}/_sandbox/faults", timeout=60).json()
        process.terminate()
        assert process.wait(60) == 0
    assert [answer.status_code for answer in who] == [502, 503, 500, 200, 429]
    assert faults["seed"] == 7
    assert [rule["fired"] for rule in faults["rules"]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--limits", "many", "Limits are"),
        ("--fault", "nonsense", "There is no fault"),
        ("--fault", "503 x=1", "no 'x'"),
    ],
)
def test_the_command_says_what_it_does_not_understand(option: str, value: str, message: str) -> None:
    done = subprocess.run([*COMMAND, option, value], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert message in done.stderr
