"""A sandbox as people start it: its tables outlive it where it has a file, and a reset takes them away."""

from __future__ import annotations

from pathlib import Path

import requests

from onteg_dynamics.sandbox.instance import Sandbox
from tests.sandbox.schema import bodies


def call(sandbox: Sandbox, method: str, path: str, body: object = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.token()}"}
    url = f"{sandbox.url}/api/data/v9.2/{path}"
    return requests.request(method, url, json=body, headers=headers, verify=str(sandbox.ca_bundle), timeout=30)


def test_tables_outlive_a_sandbox_with_a_file(tmp_path: Path) -> None:
    with Sandbox("empty", db=tmp_path / "rows.db") as sandbox:
        assert call(sandbox, "POST", "EntityDefinitions", bodies.table()).status_code == 204
        assert call(sandbox, "POST", "new_bankaccounts", {"new_accountname": "A"}).status_code == 204
    with Sandbox("empty", db=tmp_path / "rows.db") as sandbox:
        (row,) = call(sandbox, "GET", "new_bankaccounts").json()["value"]
        assert row["new_accountname"] == "A"


def test_a_reset_takes_them_away() -> None:
    with Sandbox("empty") as sandbox:
        call(sandbox, "POST", "EntityDefinitions", bodies.table())
        sandbox.reset()
        assert call(sandbox, "GET", "new_bankaccounts").status_code == 404
        assert call(sandbox, "POST", "EntityDefinitions", bodies.table()).status_code == 204
        assert call(sandbox, "GET", "new_bankaccounts").json()["value"] == []
