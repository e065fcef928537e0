"""The HTTP interface, as its own OpenAPI document describes it, against the sandbox."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from jsonschema import Draft202012Validator

from onteg_dynamics.engines.http.app import LARGEST_BODY, Service, create_app
from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.errors import InputError, StoppedError
from onteg_dynamics.executor import Executor
from onteg_dynamics.export.openapi import openapi
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.secret import Secret

KEY = "a-key-of-more-than-16-letters"


class Host:
    """A host that knows the OpenAPI document and the key."""

    def __init__(self, settings: Mapping[str, str], **limits: Any) -> None:
        self.executor = Executor()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        wanted = {"writes": True, "actions": (), "tables": (), "files": None, **limits}
        guard = Guard.of(self.executor.registry, **wanted)
        self.document = openapi(self.executor.registry.complete, self.address)
        app = create_app(Service(self.executor, settings, guard, self.document), Secret(KEY))
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, args=([self.listening],))

    def __enter__(self) -> Host:  # noqa: PYI034 - typing.Self needs Python 3.11
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.executor.close()

    def post(self, action: str, options: Any, **headers: str) -> requests.Response:
        headers = {"X-API-Key": KEY, **headers}
        return requests.post(f"{self.address}/actions/{action}", json=options, headers=headers, timeout=60)

    def get(self, path: str, **params: str) -> Any:
        return requests.get(self.address + path, params=params, headers={"X-API-Key": KEY}, timeout=60)

    def described(self, action: str, answer: requests.Response) -> dict[str, Any]:
        """The answer, held to the document."""
        responses = self.document["paths"][f"/actions/{action}"]["post"]["responses"]
        told = responses.get(str(answer.status_code), {"$ref": "#/components/responses/Errordefault"})
        if "$ref" in told:
            told = self.document["components"]["responses"][told["$ref"].rsplit("/", 1)[1]]
        schema = {**told["content"]["application/json"]["schema"], "components": self.document["components"]}
        data: dict[str, Any] = answer.json()
        Draft202012Validator(schema).validate(data)
        return data


@pytest.fixture
def host(settings: dict[str, str]) -> Iterator[Host]:
    with Host(settings) as running:
        yield running


READS = ("list_records", "get_record", "who_am_i", "list_tables", "describe_table", "check_connection", "find_record")


@pytest.mark.parametrize("action", READS)
def test_examples_of_the_document_run_and_answer_as_described(host: Host, action: str) -> None:
    content = host.document["paths"][f"/actions/{action}"]["post"]["requestBody"]["content"]["application/json"]
    answer = host.post(action, content["example"])
    assert answer.status_code == 200, answer.text
    assert host.described(action, answer)["ok"] is True


def test_a_row_is_made_changed_and_gone(host: Host) -> None:
    made = host.post("create_record", {"table": "lead", "row": '{"lastname": "Quill", "leadsourcecode": "Web"}'})
    key = host.described("create_record", made)["output"]["id"]
    changed = {"table": "lead", "key": key, "row": {"subject": "Grinders"}}
    rehearsed = host.described("update_record", host.post("update_record", {**changed, "dry_run": "true"}))
    assert rehearsed["output"]["dry_run"] is True
    assert host.post("update_record", changed).json()["ok"]
    assert host.post("get_record", {"table": "lead", "key": key}).json()["output"]["row"]["subject"] == "Grinders"
    assert host.post("delete_record", {"table": "lead", "key": key}).status_code == 200
    gone = host.post("get_record", {"table": "lead", "key": key})
    assert gone.status_code == 404
    assert host.described("get_record", gone)["error"]["kind"] == "NotFoundError"


def test_an_action_is_called_off_where_the_client_hangs_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, called_off, over = threading.Event(), threading.Event(), threading.Event()

    def work(_: Service, name: str, options: Mapping[str, Any], cancelled: Callable[[], bool]) -> None:
        assert (name, options) == ("list_records", {"table": "lead"})
        begun.set()
        while not cancelled() and not over.wait(0.01):
            pass
        if cancelled():
            called_off.set()
        raise StoppedError("It was called off.")

    monkeypatch.setattr(Service, "run", work)
    client = HTTPConnection(*host.listening.getsockname())
    client.request("POST", "/actions/list_records", '{"table": "lead"}', {"X-API-Key": KEY})
    try:
        assert begun.wait(60)
        assert not called_off.is_set()
        client.close()
        assert called_off.wait(60)
    finally:
        over.set()


def test_dropdowns_and_forms_answer_as_the_document_calls_them(host: Host) -> None:
    field = host.document["paths"]["/actions/create_record"]["post"]["requestBody"]["content"]["application/json"]
    call = field["schema"]["properties"]["row"]["x-ms-dynamic-properties"]
    assert call["parameters"]["table"] == {"parameterReference": "body/table"}
    form = host.get(f"/schemas/{call['parameters']['source']['value']}", table="lead").json()
    assert "lastname" in form[call["itemValuePath"]]["properties"]
    tables = host.get("/choices/tables").json()
    assert {"value": "lead", "label": "Lead (lead)"} in tables
    assert host.get("/choices/columns", table="no_such").status_code == 400


@pytest.mark.parametrize(
    ("action", "options", "status", "kind"),
    [
        ("create_record", {}, 400, "InputError"),
        ("create_record", [], 400, "InputError"),
        ("create_rekord", {}, 400, "UnknownNameError"),
        ("list_records", {"table": "no_such_table"}, 400, "UnknownNameError"),
    ],
)
def test_failures_have_a_status_and_say_why(host: Host, action: str, options: Any, status: int, kind: str) -> None:
    answer = host.post(action, options)
    assert answer.status_code == status
    assert answer.json()["error"]["kind"] == kind
    assert answer.json()["error"]["message"]


def test_throttling_tells_when_to_come_again() -> None:
    with Sandbox(faults=["429 retry-after=7"]) as sandbox, Host({**sandbox.settings(), "retry_budget": "0"}) as host:
        answer = host.post("who_am_i", {})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], KEY + "x"])
def test_without_the_key_there_is_nothing(host: Host, key: str) -> None:
    refused = host.post("who_am_i", {}, **{"X-API-Key": key})
    assert refused.status_code == 401
    assert host.described("who_am_i", refused)["error"]["kind"] == "AuthenticationError"
    for path in ("/openapi.json", "/choices/tables", "/schemas/row?table=lead"):
        assert requests.get(host.address + path, headers={"X-API-Key": key}, timeout=30).status_code == 401


def test_no_browser_is_told_that_it_may_come(host: Host) -> None:
    answer = host.post("who_am_i", {}, Origin="https://evil.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    asked = requests.options(f"{host.address}/actions/who_am_i", timeout=30)
    assert asked.status_code == 405


def test_a_key_that_can_be_guessed_is_refused(host: Host) -> None:
    with pytest.raises(InputError, match="at least 16"):
        create_app(Service(host.executor, {}, Guard(), {}), Secret("short"))


def test_it_keeps_to_what_is_served(settings: dict[str, str], tmp_path: Path) -> None:
    with Host(settings, writes=False, actions=("Create Record", "list_records"), tables=("lead",)) as host:
        made = host.post("create_record", {"table": "lead", "row": {"lastname": "Quill"}})
        assert made.json()["output"]["dry_run"] is True
        assert "not served" in host.post("delete_record", {"table": "lead"}).json()["error"]["message"]
        assert host.post("list_records", {"table": "account"}).status_code == 400
        assert host.get("/choices/rows", table="account").status_code == 400
        assert host.get("/choices/lookup", table="lead", column="parentaccountid").status_code == 400
        assert host.get("/schemas/row", table="account").status_code == 400
        assert [one["value"] for one in host.get("/choices/tables").json()] == ["lead"]
    with Host(settings) as host:
        path = str(tmp_path / "secret.txt")
        refused = host.post("upload_file", {"table": "account", "key": "0" * 8, "column": "x", "path": path})
        assert "not served" in refused.json()["error"]["message"]


def test_a_body_that_is_too_large_is_refused(host: Host) -> None:
    answer = host.post("who_am_i", "x" * (LARGEST_BODY + 1))
    assert answer.status_code == 400
    assert "larger" in answer.json()["error"]["message"]


def test_the_document_is_served(host: Host) -> None:
    assert host.get("/openapi.json").json() == host.document
    assert host.document["servers"] == [{"url": host.address}]
