"""The sandbox command: rows come from files and go into files, and what is wrong is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from onteg_dynamics.cli import commands
from onteg_dynamics.sandbox import Sandbox


def call(*words: str) -> Result:
    return CliRunner().invoke(commands, ("sandbox", *words))


def test_rows_go_into_a_file_and_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "account.csv").write_text("name\nAda\n")
    db, out = str(tmp_path / "rows.sqlite"), tmp_path / "out"
    loaded = call("load", str(tmp_path / "in"), "--db", db, "--seed", "empty", "--json")
    assert json.loads(loaded.stdout) == {"account": 1}
    saved = call("save", str(out), "--db", db, "--format", "csv", "--table", "account")
    assert saved.exit_code == 0
    assert "account" in saved.stdout
    assert "Ada" in (out / "account.csv").read_text()
    assert [path.name for path in out.iterdir()] == ["account.csv"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("load", "{}/none", "--db", "{}/a.sqlite"), "There is no such folder"),
        (("load", "{}", "--db", "{}/a.sqlite"), "account.csv, line 2, column nam:"),
        (("--load", "{}"), "account.csv, line 2, column nam:"),
        (("save", "{}/out", "--db", "{}/none.sqlite"), "does not exist"),
        (("save", "{}/out", "--db", "{}/b.sqlite", "--table", "nothing"), "There is no table 'nothing'"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "account.csv").write_text("nam\nAda\n")
    (tmp_path / "b.sqlite").write_bytes(b"")
    found = call(*(word.replace("{}", str(tmp_path)) for word in words))
    assert found.exit_code == 2
    assert told in found.output
    assert "Traceback" not in found.output


def test_how_to_connect_goes_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "connection.json"
    command = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--json", "--write-connection", str(path)]
    for _ in range(2):  # a file that an earlier sandbox wrote is written again
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            found = CliRunner().invoke(commands, ("run", "who_am_i", "--connection", str(path)))
            process.send_signal(signal.SIGTERM)
        assert found.exit_code == 0, found.output
        assert json.loads(path.read_text()) == told


@pytest.mark.parametrize("content", ['{"endpoint_url": "https://org.crm.dynamics.com"}', "[]", "mine"])
def test_a_connection_of_somebody_else_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "connection.json").write_text(content)
    found = call("--write-connection", str(tmp_path / "connection.json"))
    assert (found.exit_code, "no sandbox wrote it" in found.output) == (2, True)
    assert (tmp_path / "connection.json").read_text() == content


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = call("--port", str(taken.getsockname()[1]))
    assert found.exit_code == 1
    assert "in use" in found.output


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("not at all a database, but long enough to be looked at")
    found = call("--db", str(tmp_path / "x.sqlite"))
    assert found.exit_code == 1
    assert "not a database" in found.output


def test_what_was_written_is_saved_at_the_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--seed", "empty", "--http", "--json"]
    command += ["--save", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {told['token']}"}
        url = f"{told['endpoint_url']}/api/data/v9.2/accounts"
        assert requests.post(url, json={"name": "Kept"}, headers=headers, timeout=30).status_code == 204
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with Sandbox("empty") as again:
        assert again.load(tmp_path / "out") == {"account": 1}


def test_it_gets_the_tables_of_exported_metadata(tmp_path: Path) -> None:
    with Sandbox("empty", http=True) as plain:
        headers = {"Authorization": f"Bearer {plain.token()}"}
        exported = requests.get(f"{plain.url}/api/data/v9.2/$metadata", headers=headers, timeout=30).text
    path = tmp_path / "metadata.xml"
    new = '<EntityType Name="new_thing"><Key><PropertyRef Name="new_thingid" /></Key>'
    new += '<Property Name="new_thingid" Type="Edm.Guid" /></EntityType>'
    path.write_text(exported.replace("</EntityType>", f"</EntityType>{new}", 1), encoding="utf-8")
    assert call("--metadata", str(tmp_path / "none.xml")).exit_code == 2
    bad = tmp_path / "bad.xml"
    bad.write_text("<a")
    found = call("--metadata", str(path), "--metadata", str(bad))
    assert found.exit_code == 2
    assert "bad.xml, line 1" in found.output
    with Sandbox("empty", http=True, metadata=path) as sandbox:
        assert "new_thing" in sandbox.world.model.tables
