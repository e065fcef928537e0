from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from click.testing import CliRunner

from onteg_dynamics.cli.main import commands
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.processes.custom import CustomApiFileError, read_file
from tests.sandbox.processes.custom.conftest import Declare

GREET: dict[str, Any] = {
    "name": "new_Greet",
    "parameters": {"Name": "String"},
    "response": {"Text": "String"},
    "answer": {"Text": "Hello {Name}"},
}


def _file(folder: Path, document: Any) -> Path:
    path = folder / "apis.json"
    path.write_bytes(document if isinstance(document, bytes) else orjson.dumps(document))
    return path


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"{", "not JSON"),
        ({"apis": []}, "custom_apis"),
        ([{"name": "Greet"}], "prefix"),
        ([{"name": "new_Greet", "kind": "action"}], "'kind' is not known"),
        ([GREET, GREET], "twice"),
        ([{**GREET, "parameters": {"Name": "Text"}}], "Name: a type was expected"),
        ([{**GREET, "parameters": {"Name": {"type": "String", "needed": True}}}], "'needed' is not known"),
        ([{**GREET, "answer": {"Txt": "x"}}], "no 'Txt'"),
        ([{**GREET, "answer": {"Text": "{Nmae}"}}], "{Nmae}"),
        ([{**GREET, "answer": {"Text": "{entity.name}"}}], "{entity}"),
        ([{**GREET, "answer": []}], '"answer" must be an object'),
        ([{**GREET, "parameters": []}], "must be objects"),
        ([{"name": "new_Greet", "function": True}], "must give something"),
        ([{**GREET, "collection": True}], "bound_to"),
    ],
)
def test_a_file_that_does_not_fit_is_told_what_is_wrong(tmp_path: Path, document: Any, told: str) -> None:
    with pytest.raises(CustomApiFileError, match=r"apis\.json") as caught:
        read_file(_file(tmp_path, document))
    assert told in str(caught.value)


def test_tables_must_be_there(declared: Declare) -> None:
    with pytest.raises(CustomApiFileError, match="no table 'new_x'"):
        declared({"name": "new_Greet", "bound_to": "new_x"})


def test_a_sandbox_has_them_after_a_reset_too(tmp_path: Path) -> None:
    path = _file(tmp_path, [GREET])
    with Sandbox("empty", http=True, custom_apis=path) as sandbox:
        for _ in range(2):
            answer = requests.post(
                f"{sandbox.url}/api/data/v9.2/new_Greet",
                json={"Name": "Ada"},
                headers={"Authorization": f"Bearer {sandbox.token()}"},
                timeout=60,
            )
            assert answer.json()["Text"] == "Hello Ada"
            sandbox.reset()


def test_a_sandbox_with_a_file_takes_what_changed(tmp_path: Path) -> None:
    for text in ("one", "two"):
        path = _file(tmp_path, [{**GREET, "answer": {"Text": text}}])
        with Sandbox("empty", http=True, db=tmp_path / "rows.db", custom_apis=path) as sandbox:
            answer = requests.post(
                f"{sandbox.url}/api/data/v9.2/new_Greet",
                json={"Name": "Ada"},
                headers={"Authorization": f"Bearer {sandbox.token()}"},
                timeout=60,
            )
            assert answer.json()["Text"] == text


def test_the_command_tells_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, [{"name": "Greet"}])
    result = CliRunner().invoke(commands, ["sandbox", "--http", "--custom-apis", str(path)])
    assert result.exit_code != 0
    assert "prefix" in result.output
