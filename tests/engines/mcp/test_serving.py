"""The command, reached as clients reach it: over stdio and over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import requests
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from onteg_dynamics.cli.mcp import TOKEN
from onteg_dynamics.engines.mcp.serving import is_loopback

SECRET = "a-token-of-some-length"


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **{f"ONTEG_DYNAMICS_{key.upper()}": value for key, value in settings.items()}}


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "onteg_dynamics", "mcp", *more]


async def names_and_self(client: Client) -> tuple[set[str], Any]:
    listed = await client.list_tools()
    who = await client.call_tool("who_am_i", {})
    return {tool.name for tool in listed.tools}, who.structured_content


def test_over_stdio(settings: dict[str, str]) -> None:
    program, *arguments = command("--action", "who_am_i", "--action", "Get Record")
    server = StdioServerParameters(command=program, args=arguments, env=environment(settings))

    async def talking() -> tuple[set[str], Any]:
        async with Client(server) as client:
            return await names_and_self(client)

    names, who = anyio.run(talking)
    assert names == {"who_am_i", "get_record"}
    assert who["user_id"]


@contextmanager
def served(settings: Mapping[str, str], *more: str, token: str = "") -> Iterator[str]:
    variables = environment(settings) | ({TOKEN: token} if token else {})
    with subprocess.Popen(command("--http", *more), env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            assert "only rehearsed" in process.stderr.readline()
            yield process.stderr.readline().strip()
        finally:
            process.terminate()


def over_http(url: str, token: str) -> tuple[set[str], Any]:
    async def talking() -> tuple[set[str], Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        http = httpx2.AsyncClient(headers=headers)
        async with http, Client(streamable_http_client(url, http_client=http)) as client:
            return await names_and_self(client)

    return anyio.run(talking)


def test_over_http(settings: dict[str, str]) -> None:
    with served(settings) as url:
        assert url.startswith("http://127.0.0.1:")
        names, who = over_http(url, "")
        assert {"list_records", "who_am_i"} <= names
        assert who["user_id"]


def test_other_sites_cannot_speak_to_it(settings: dict[str, str]) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with served(settings) as url:
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            answer = requests.post(url, json=hello, headers=headers, timeout=10)
            assert answer.status_code in (403, 421)


def test_a_token_is_asked_for(settings: dict[str, str]) -> None:
    with served(settings, token=SECRET) as url:
        for brought in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}):
            answer = requests.post(url, json={}, headers=brought, timeout=10)
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert over_http(url, SECRET)[1]["user_id"]


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (("--http", "--host", "0.0.0.0"), {}, "a token is needed"),  # noqa: S104 - it is refused
        (("--http",), {TOKEN: "short"}, "at least 16"),
        (("--action", "nothing"), {}, 'no action "nothing"'),
        ((), {"ONTEG_DYNAMICS_ENDPOINT_URL": ""}, "Endpoint URL"),
    ],
)
def test_what_cannot_be_served_is_told_at_once(
    settings: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], told: str
) -> None:
    known = environment(settings) | variables
    done = subprocess.run(
        command(*arguments), env=known, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert not done.stdout


def test_stdout_belongs_to_the_protocol(settings: dict[str, str]) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    done = subprocess.run(
        command(),
        input=json.dumps(hello) + "\n",
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("x.y", False)],  # noqa: S104
)
def test_loopback(host: str, loopback: bool) -> None:  # noqa: FBT001
    assert is_loopback(host) == loopback
