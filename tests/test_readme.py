"""The README says what is so: its generated tables, its commands, its error table, its examples."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from onteg_dynamics import errors
from onteg_dynamics.cli.main import commands
from onteg_dynamics.export.markdown import actions_table, settings_table
from onteg_dynamics.export.page import connector_page
from onteg_dynamics.manifest import declaration_folder, own_manifest
from onteg_dynamics.sandbox import Sandbox

README = (declaration_folder() / "README.md").read_text("utf-8")


def section(name: str) -> str:
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip()


def test_the_table_of_actions_is_the_manifests() -> None:
    assert section("actions") == actions_table(own_manifest())


def test_the_table_of_settings_is_the_manifests() -> None:
    assert section("settings") == settings_table(own_manifest())


def test_the_connectors_page_is_fresh() -> None:
    page = (declaration_folder() / "docs" / "connector.md").read_text("utf-8")
    assert page == connector_page(own_manifest()), "write it with: onteg-dynamics docs --output docs/connector.md"


def test_the_page_has_onetegs_four_sections() -> None:
    sections = re.findall(r"^## (.+)$", connector_page(own_manifest()), re.MULTILINE)
    assert sections == [
        "General Information",
        "Connect",
        "Connection Settings and Configuration",
        "Supported Actions and Options",
    ]


def test_there_are_exactly_two_set_up_commands() -> None:
    found = re.findall(r"```sh\n(.*?)```", README.split("## Connect")[0], re.DOTALL)
    assert len(found) == 2
    assert all(text.strip().count("\n") == 0 for text in found)
    assert found[0].strip().endswith("onteg-dynamics demo")
    assert found[1].strip().endswith("python -m pytest -n auto")


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_in_the_table(name: str) -> None:
    if name not in {"ErrorDetails", "Problem"}:
        assert f"| `{name}` |" in README


def test_every_command_named_is_there() -> None:
    named = set(re.findall(r"^onteg-dynamics (\w+)", README, re.MULTILINE))
    assert named <= set(commands.commands)
    assert set(commands.commands) <= set(re.findall(r"onteg-dynamics (\w+)", README))


def test_the_python_example_runs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0].replace(
        "https://yourorg.crm.dynamics.com", sandbox.url
    )
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sandbox.ca_bundle))
    printed: list[object] = []
    exec(code, {"token": sandbox.token(), "print": printed.append})  # noqa: S102 - it is our own page
    assert sum(isinstance(line, list) and "Ada Byron" in line for line in printed) == 1


def test_the_engine_example_runs(settings: dict[str, str]) -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[1]
    names = {"settings": settings, "options": {"table": "account"}}
    exec(code, names)  # noqa: S102 - it is our own page
    assert names["result"].ok  # type: ignore[attr-defined]


def test_the_commands_for_many_rows_run(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = README.split("## Many rows")[1].split("\n## ")[0]
    lines = re.findall(r"^onteg-dynamics (.+)$", chapter, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    Path("connection.json").write_text(json.dumps(settings), "utf-8")
    Path("leads.csv").write_text("Last Name,Rating,Remark\nBerg,Hot,met at the fair\n", "utf-8")
    for line in lines:
        found = CliRunner().invoke(commands, shlex.split(line.replace("s3://", "memory://")))
        assert found.exit_code == 0, f"{line}: {found.output}"
    assert len(lines) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("accounts.parquet", "accounts.sqlite", "connection.json", "leads.csv")
    ]
