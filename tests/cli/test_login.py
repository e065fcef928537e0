"""`login` against the sandbox's Entra: a device code, answered by a person."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.main import commands
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

AMARA = "amara.diallo@sandbox.onmicrosoft.com"


def login(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, who: str | None, *more: str) -> Result:
    def answer(message: str, **_: object) -> None:
        if "enter the code " in message:
            sandbox.entra.answer_device(message.split("enter the code ")[1].split(maxsplit=1)[0], who)

    monkeypatch.setattr(show.errors, "print", answer)
    settings = sandbox.settings()
    options = [f"--{name.replace('_', '-')}={settings[name]}" for name in ("endpoint_url", "token_url", "ca_bundle")]
    return CliRunner().invoke(commands, ["login", *options, *more])


def test_what_it_prints_opens_dynamics(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, executor: Executor) -> None:
    result = login(sandbox, monkeypatch, AMARA, "--json")
    assert result.exit_code == exits.OK, result.output
    settings = {**json.loads(result.stdout), "connector": "msDynamics365Connector-v1.0"}
    user = executor.run("who_am_i", {}, settings).unwrap()["user_id"]
    options = {"table": "systemuser", "key": user, "select": "fullname"}
    assert executor.run("get_record", options, settings).unwrap()["row"]["fullname"] == "Amara Diallo"


def test_alone_it_prints_the_token_only(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    result = login(sandbox, monkeypatch, AMARA)
    assert len(result.stdout.split()) == 1


def test_a_person_who_declines(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    result = login(sandbox, monkeypatch, None, "--json")
    assert result.exit_code == exits.DENIED
    assert json.loads(result.stdout)["error"]["kind"] == "AuthenticationError"


def test_a_wrong_address(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    result = login(sandbox, monkeypatch, AMARA, "--endpoint-url=ftp://x")
    assert result.exit_code == exits.WRONG_INPUT
