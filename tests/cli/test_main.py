"""The command line: what it prints, and what its exit codes mean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from onteg_dynamics.cli import show
from onteg_dynamics.cli.main import commands
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import NO_USER, READER


@pytest.fixture
def connection(tmp_path: Path, settings: dict[str, str]) -> Path:
    """The connection in a file, without its secret."""
    path = tmp_path / "connection.json"
    path.write_text(json.dumps({key: value for key, value in settings.items() if key != "client_secret"}))
    return path


def call(*words: str, secret: str | None = None, stdin: str | None = None) -> Result:
    env = {"ONTEG_DYNAMICS_CLIENT_SECRET": secret} if secret else {}
    return CliRunner().invoke(commands, words, env=env, input=stdin)


def test_run_prints_a_table_for_people(connection: Path, settings: dict[str, str]) -> None:
    found = call(
        *("run", "List Records", "--connection", str(connection), "--set", "table=account", "--set", "select=name"),
        secret=settings["client_secret"],
    )
    assert found.exit_code == 0
    assert "Northwind" in found.output
    assert "complete  true" in found.output


def test_run_prints_json_for_machines(connection: Path, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name", "top": 2}
    words = ("run", "list_records", "--connection", str(connection), "--json", "--input")
    for source, stdin in ((json.dumps(options), None), ("-", json.dumps(options))):
        found = call(*words, source, secret=settings["client_secret"], stdin=stdin)
        envelope = json.loads(found.stdout)
        assert envelope["ok"]
        assert len(envelope["output"]["rows"]) == 2


def test_input_from_a_file_and_single_options_beside_it(
    connection: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "options.json"
    file.write_text('{"table": "account", "top": 5}')
    words = ("run", "list_records", "--connection", str(connection), "--json", "--input", str(file), "--set", "top=1")
    found = call(*words, secret=settings["client_secret"])
    assert len(json.loads(found.stdout)["output"]["rows"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "lst_records"), 2, "list_records"),
        (("run", "list_records", "--set", "table=acount"), 2, 'Did you mean "account"'),
        (("run", "list_records", "--set", "table"), 2, "NAME=VALUE"),
        (("run", "list_records", "--input", "{broken"), 2, "not valid JSON"),
        (("run", "list_records", "--input", "[1]"), 2, "neither a JSON object nor a file"),
        (
            ("run", "get_record", "--set", "table=account", "--set", "key=11111111-1111-1111-1111-111111111111"),
            1,
            "0x80040217",
        ),
        (("choices", "columns", "--param", "table=acount"), 2, 'Did you mean "account"'),
    ],
)
def test_mistakes(connection: Path, settings: dict[str, str], words: tuple[str, ...], code: int, told: str) -> None:
    found = call(*words, "--connection", str(connection), secret=settings["client_secret"])
    assert found.exit_code == code
    assert told in found.stderr


def test_rows_that_failed_have_an_exit_code_and_long_results_are_cut(
    connection: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("lastname,leadqualitycode\n" + "Lee,Warm\n" * 30 + "Berg,Lukewarm\n")
    words = ("run", "import_records", "--connection", str(connection), "--set", "table=lead", "--set", f"path={path}")
    found = call(*words, secret=settings["client_secret"])
    assert found.exit_code == 5
    assert "11 more rows; see all with --json." in found.stderr
    assert "no choice has this label" in found.stdout
    assert '"kind"' not in found.stdout
    short = call(*words, "--set", "most_requests=1", "--json", secret=settings["client_secret"])
    assert (short.exit_code, json.loads(short.stdout)["ok"]) == (5, True)


def test_columns_stand_in_the_order_of_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    show.print_rows([{"a": "1", "b": None, "c": "2", "d": None}, {"a": "3", "b": "4", "c": "5", "d": None}])
    heading = capsys.readouterr().out.splitlines()[1]
    assert [cell.strip() for cell in heading.strip("┃").split("┃")] == ["a", "b", "c"]


def test_what_was_asked_for_is_shown_whole(connection: Path, settings: dict[str, str]) -> None:
    words = ("run", "list_columns", "--connection", str(connection), "--set", "table=account")
    found = call(*words, secret=settings["client_secret"])
    assert (found.exit_code, "more row" in found.stderr) == (0, False)
    assert found.stdout.count("\n│") > 100


def test_a_wrong_secret(connection: Path) -> None:
    found = call("run", "who_am_i", "--connection", str(connection), secret="not-the-secret")
    assert found.exit_code == 3
    assert "AADSTS7000215" in found.stderr
    assert "not-the-secret" not in found.output


def test_nobody_listens(settings: dict[str, str], connection: Path) -> None:
    words = ("run", "who_am_i", "--connection", str(connection), "--endpoint-url", "https://localhost:1")
    found = call(*words, "--retry-budget", "0", secret=settings["client_secret"])
    assert found.exit_code == 4


def test_check(connection: Path, settings: dict[str, str]) -> None:
    found = call("check", "--connection", str(connection), "--table", "lead", secret=settings["client_secret"])
    assert found.exit_code == 0
    assert found.stdout.count("passed") == 9


def test_check_asks_for_what_the_flow_does(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "connection.json"
    path.write_text(json.dumps(sandbox.settings(READER)))
    words = ("check", "--connection", str(path), "--table", "account")
    assert call(*words, "--access", "Read", "--access", "Create").exit_code == 0
    found = call(*words, "--access", "Delete")
    assert (found.exit_code, "prvDeleteAccount" in found.stdout) == (1, True)


def test_check_says_what_to_do(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "connection.json"
    path.write_text(json.dumps(sandbox.settings(NO_USER)))
    found = call("check", "--connection", str(path))
    assert found.exit_code == 1
    assert "failed" in found.stdout
    assert "application user" in found.stdout
    as_json = json.loads(call("check", "--connection", str(path), "--json").stdout)
    assert as_json["output"]["healthy"] is False


def test_choices(connection: Path, settings: dict[str, str]) -> None:
    words = ("choices", "choices", "--param", "table=lead", "--param", "column=leadsourcecode")
    found = call(*words, "--connection", str(connection), "--json", secret=settings["client_secret"])
    assert {"value": 8, "label": "Web"} in json.loads(found.stdout)


@pytest.mark.parametrize("words", [(), ("create_record",), ("connection",), ("row", "--table", "lead")])
def test_spec(words: tuple[str, ...]) -> None:
    assert call("spec", *words).exit_code == 0
    assert json.loads(call("spec", *words, "--json").stdout)


def test_spec_of_nothing() -> None:
    assert call("spec", "row", "--table", "task").exit_code == 2
    assert call("spec", "nonsense").exit_code == 2


def test_settings_may_be_given_by_label_and_in_the_environment(
    tmp_path: Path, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"Endpoint URL": settings["endpoint_url"], "Token URL": settings["token_url"]}))
    monkeypatch.setenv("ONTEG_DYNAMICS_CLIENT_ID", settings["client_id"])
    monkeypatch.setenv("ONTEG_DYNAMICS_CA_BUNDLE", settings["ca_bundle"])
    found = call("run", "who_am_i", "--connection", str(path), secret=settings["client_secret"])
    assert found.exit_code == 0, found.output


def test_demo() -> None:
    found = call("demo")
    assert found.exit_code == 0, found.output
    assert "Northwind" in found.output
    assert "PATCH opportunities(" in found.output


def test_ctrl_c_stops_an_export_that_goes_on_later(
    connection: Path, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = json.dumps({"table": "account", "path": str(tmp_path / "a.csv"), "page_size": 1, "parallel": 1})
    words = ("run", "export_records", "--connection", str(connection), "--input", options)
    run = Executor.run

    def interrupted(*args: Any, **more: Any) -> Any:
        def report(progress: Progress) -> None:
            if progress.rows == 3:
                os.kill(os.getpid(), signal.SIGINT)
                while not more["cancelled"]():
                    time.sleep(0.01)

        return run(*args, **{**more, "report": report})

    with monkeypatch.context() as patch:
        patch.setattr(Executor, "run", interrupted)
        found = call(*words, secret=settings["client_secret"])
    assert found.exit_code == 130
    assert "Run the same export again to go on where it stopped." in found.stderr
    again = call(*words, "--json", secret=settings["client_secret"])
    output = json.loads(again.stdout)["output"]
    assert 3 <= output["resumed_rows"] < output["rows"]


def test_ctrl_c_once_more_stops_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "connection.json").write_text(json.dumps(sandbox.settings()))
    sandbox.faults.add("delay seconds=3600", table="account", method="GET")
    command = [sys.executable, "-m", "onteg_dynamics", "run", "list_records", "--set", "table=account"]
    command += ["--connection", str(tmp_path / "connection.json")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while not any(one.fired for one in sandbox.faults.ordered()):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert "comes to its end" in process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_serves_until_stopped(tmp_path: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--json", "--seed", "empty"]
    command += ["--db", str(tmp_path / "rows.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        url = f"{told['endpoint_url']}/api/data/v9.2/accounts"
        headers = {"Authorization": f"Bearer {told['token']}"}
        made = requests.post(url, json={"name": "Kept"}, headers=headers, verify=told["ca_bundle"], timeout=60)
        process.send_signal(end)
        assert process.wait(60) == 0
    assert made.status_code == 204
    assert not Path(told["ca_bundle"]).exists()
    with Sandbox(db=tmp_path / "rows.sqlite") as again:
        assert again.world.store.first(again.world.model.tables["account"], {"name": "Kept"})


def test_docs_are_written_and_checked(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert call("docs", "--output", str(page)).exit_code == 0
    assert call("docs", "--output", str(page), "--check").exit_code == 0
    page.write_text("old")
    stale = call("docs", "--output", str(page), "--check")
    assert stale.exit_code == 1
    assert "is stale" in stale.stderr
    assert page.read_text() == "old"
    assert call("docs").stdout.startswith("# MS Dynamics 365 Connector")
