"""The live log of the sandbox command: a line for each request, or all of it, without secrets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import pytest
import requests

from onteg_dynamics.cli.live import print_exchange
from onteg_dynamics.sandbox.log import Exchange

ROWS = b'{"value": [{"name": "A"}, {"name": "B"}]}'


def exchange(**changes: Any) -> Exchange:
    known: dict[str, Any] = {
        "method": "GET",
        "target": "/api/data/v9.2/accounts?$filter=name%20eq%20'[A]'",
        "request_headers": {"authorization": "***", "prefer": "odata.maxpagesize=2"},
        "request_body": b"",
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "_response": ROWS,
        "answer_size": len(ROWS),
        "moment": datetime(2026, 11, 24, 8, 15, 1, tzinfo=timezone.utc),
        "seconds": 0.0032,
        "caller": "id",
    }
    return Exchange(**{**known, **changes})


def test_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_exchange(exchange(), "# Connector", full=False, as_json=False)
    told = "08:15:01 GET    /api/data/v9.2/accounts?$filter=name%20eq%20'[A]' 200 3 ms 2 rows, 41 bytes # Connector\n"
    assert capsys.readouterr().out == told


def test_what_is_no_list_is_told_in_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    for body in (b"{}", b"[1]", b'{"value": [', b'{"value": 1}'):
        print_exchange(exchange(_response=body, answer_size=len(body)), "", full=False, as_json=False)
        assert capsys.readouterr().out.endswith(f"200 3 ms {len(body)} bytes\n")


def test_everything(capsys: pytest.CaptureFixture[str]) -> None:
    print_exchange(exchange(request_body=b"one\ntwo"), "", full=True, as_json=False)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert "  > prefer: odata.maxpagesize=2" in lines
    assert lines[2:4] == ["  > one", "  > two"]
    assert f"  < {ROWS.decode()}" in lines


def test_long_bodies_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_exchange(exchange(request_body=b"x" * 5000), "", full=True, as_json=False)
    assert "x… 5000 characters in all" in capsys.readouterr().out


def test_a_terminal_is_not_led_astray(capsys: pytest.CaptureFixture[str]) -> None:
    evil = exchange(target="/\x1b[2J", request_headers={"a": "\x1b]0;x\x07"}, request_body=b"\x1b[31m[red]")
    print_exchange(evil, "\x1b[1m", full=True, as_json=False)
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "[31m[red]" in told


@contextmanager
def served(*words: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "onteg_dynamics", "sandbox", "--seed", "empty", "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline()), process
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_the_command_shows_each_request_at_once() -> None:
    with served("--log=full", "--http") as (told, process):
        assert process.stdout is not None
        headers = {"Authorization": f"Bearer {told['token']}"}
        requests.get(f"{told['endpoint_url']}/api/data/v9.2/accounts", headers=headers, timeout=30)
        line = json.loads(process.stdout.readline())
    assert (line["method"], line["status"], line["rows"]) == ("GET", 200, 0)
    assert line["caller"] == "# Sandbox Connector"
    assert line["request_headers"]["authorization"] == "***"
    assert told["token"] not in str(line)
