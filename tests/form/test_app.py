"""What the page asks for, over HTTP, against the sandbox."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from onteg_dynamics.connection import SECRETS
from onteg_dynamics.form.calls import SHOWN_ROWS
from onteg_dynamics.form.serving import FormServer
from onteg_dynamics.sandbox import Sandbox
from tests.form.conftest import Page

LEAD = {"subject": "Grinders", "lastname": "Quillfeather", "leadsourcecode": "Web"}


def test_it_starts_with_the_form_and_all_actions(form: Page) -> None:
    start = form.get("api/start")
    assert start["form"]["uiSchema"]["client_secret"]["ui:widget"] == "password"
    assert {"create_record", "delete_record"} <= {action["name"] for action in start["actions"]}
    faces = {action["name"]: action for action in start["actions"]}
    assert (faces["delete_record"]["destructive"], faces["list_records"]["readOnly"]) == (True, True)
    shown = form.get("api/actions/create_record")
    assert shown["example"]["table"] == "lead"
    assert shown["form"]["uiSchema"]["ui:order"][:3] == ["table", "row", "returning"]


def test_a_connection_is_tested_line_by_line_and_secrets_stay(form: Page, settings: dict[str, str]) -> None:
    first, *findings = form.test(settings)
    assert first["connection"]["kept"] == ["client_secret"]
    assert "client_secret" not in first["connection"]["settings"]
    assert all(line["finding"]["passed"] is not False for line in findings)
    assert settings["client_secret"] not in json.dumps([first, *findings])


def test_a_wrong_secret_is_explained(form: Page, settings: dict[str, str]) -> None:
    *_, last = form.test({**settings, "client_secret": "not-the-secret"})
    assert last["finding"]["passed"] is False
    assert "Client Secret" in last["finding"]["message"]
    assert "Value" in last["finding"]["fix"]


def test_settings_that_are_wrong_are_told_by_field(form: Page, settings: dict[str, str]) -> None:
    answer = form.post("api/test", {"settings": {**settings, "endpoint_url": "crm", "client_secret": ""}})
    assert answer.status_code == 422
    problems = {problem["path"]: problem for problem in answer.json()["error"]["problems"]}
    assert problems["client_secret"]["label"] == "Client Secret"


def test_a_kept_secret_is_used_again_but_goes_nowhere_else(form: Page, settings: dict[str, str]) -> None:
    name = form.connect(settings)
    bare = {key: value for key, value in settings.items() if key != "client_secret"}
    first, *findings = form.test({**bare, "concurrency": "4"}, name, ("client_secret",))
    assert findings
    assert first["connection"]["settings"]["concurrency"] == 4
    elsewhere = bare | {"token_url": settings["token_url"].replace("127.0.0.1", "localhost")}
    answer = form.post("api/test", {"settings": elsewhere, "connection": name, "keep": ["client_secret"]})
    (problem,) = answer.json()["error"]["problems"]
    assert problem["path"] == "client_secret"
    assert "Token URL has changed" in problem["message"]
    forgotten = form.post("api/test", {"settings": bare, "connection": name, "keep": []})
    assert "is required" in forgotten.json()["error"]["message"]


def test_only_secrets_are_kept_for_the_page(form: Page, settings: dict[str, str]) -> None:
    name = form.connect(settings)
    bare = {key: value for key, value in settings.items() if key != "endpoint_url"}
    answer = form.post("api/test", {"settings": bare, "connection": name, "keep": ["endpoint_url"]})
    assert "Endpoint URL" in answer.json()["error"]["message"]


def test_a_row_is_made_and_seen_in_a_list(form: Page, settings: dict[str, str]) -> None:
    name, options = form.connect(settings), {"table": "lead", "row": LEAD}
    assert form.run(name, "create_record", {**options, "dry_run": True})["output"]["dry_run"] is True
    made = form.run(name, "create_record", options)
    wanted = {"table": "lead", "select": ["subject"], "filter": "lastname eq 'Quillfeather'"}
    listed = form.run(name, "list_records", wanted)
    assert [row["leadid"] for row in listed["output"]["rows"]] == [made["output"]["id"]]


def test_a_failure_is_an_envelope(form: Page, settings: dict[str, str]) -> None:
    failed = form.run(form.connect(settings), "create_record", {"table": "lead"})
    assert failed["ok"] is False
    assert [problem["path"] for problem in failed["error"]["problems"]] == ["row"]


def test_long_lists_stop_with_a_cursor(form: Page, settings: dict[str, str]) -> None:
    name = form.connect(settings)
    rows = [{"subject": f"Many {number}"} for number in range(SHOWN_ROWS + 20)]
    assert form.run(name, "create_records", {"table": "lead", "rows": rows})["ok"]
    result = form.run(name, "list_records", {"table": "lead", "select": "subject", "page_size": 100})
    assert len(result["output"]["rows"]) == SHOWN_ROWS
    assert result["output"]["cursor"]


def test_how_far_it_has_come_is_told(form: Page, settings: dict[str, str], sandbox: Sandbox, tmp_path: Path) -> None:
    name = form.connect(settings)
    sandbox.faults.add("delay table=lead method=GET", seconds=0.8)
    options = {"table": "lead", "select": "subject", "path": str(tmp_path / "leads.csv"), "page_size": 10}
    body = {"connection": name, "action": "export_records", "options": options}
    *told, last = [json.loads(line) for line in form.post("api/run", body).text.splitlines()]
    assert last["result"]["ok"], last
    rows = [line["progress"]["rows"] for line in told]
    assert rows
    assert rows == sorted(rows)
    assert rows[-1] <= last["result"]["output"]["rows"]


def test_an_action_stops_where_the_page_goes_away(form: Page, settings: dict[str, str], sandbox: Sandbox) -> None:
    name = form.connect(settings)
    rows = [{"lastname": f"Lead {number}"} for number in range(300)]
    assert form.run(name, "create_records", {"table": "lead", "rows": rows})["ok"]
    sandbox.faults.add("delay table=lead method=GET", seconds=0.3)
    options = {"table": "lead", "select": "subject", "page_size": 1}
    body = {"connection": name, "action": "list_records", "options": options}
    with pytest.raises(requests.exceptions.ConnectionError):
        form.post("api/run", body, patience=1)
    asked = until_quiet(sandbox)
    assert 1 <= asked < 300


def until_quiet(sandbox: Sandbox) -> int:
    """How many requests there were for leads, when no more come."""
    counts = [-1]
    while len(counts) < 3 or counts[-1] != counts[-2]:
        time.sleep(1)
        counts.append(sum("/leads?" in exchange.target for exchange in sandbox.exchanges))
    return counts[-1]


def test_dropdowns_and_row_forms_are_live(form: Page, settings: dict[str, str]) -> None:
    name = form.connect(settings)
    tables = form.ask("api/choices", {"connection": name, "source": "tables", "params": {}})
    assert {"value": "lead", "label": "Lead (lead)"} in tables
    pair = form.ask("api/schema", {"connection": name, "source": "row", "params": {"table": "lead"}})
    assert "Web" in pair["schema"]["properties"]["leadsourcecode"]["enum"]
    assert pair["uiSchema"]["parentaccountid"]["ui:options"]["choices"]["source"] == "lookup"
    wrong = form.post("api/choices", {"connection": name, "source": "columns", "params": {"table": "leads1"}})
    assert "leads1" in wrong.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("api/run", {"connection": "unknown", "action": "who_am_i"}),
        ("api/choices", {"connection": "", "source": "tables"}),
        ("api/snippets", {"action": "no_such_action"}),
        ("api/test", {"settings": {}, "connection": "unknown", "keep": ["client_secret"]}),
        ("api/test", {"settings": []}),
        ("api/test", ["settings"]),
        ("api/run", {"connection": 7}),
    ],
)
def test_what_cannot_be_answered_is_told(form: Page, path: str, body: Any) -> None:
    answer = form.post(path, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_the_server_begins_with_a_connection_and_never_shows_its_secret(settings: dict[str, str]) -> None:
    with FormServer(settings) as server:
        page = Page(server)
        begun = page.get("api/start")["connection"]
        assert begun["kept"] == ["client_secret"]
        assert not set(SECRETS) & set(begun["settings"])
        lines = page.test(begun["settings"], begun["name"], ("client_secret",))
        assert all(line["finding"]["passed"] is not False for line in lines[1:])
        assert settings["client_secret"] not in repr(server) + json.dumps(lines)


def test_secrets_are_kept_from_the_page_whatever_their_name(settings: dict[str, str]) -> None:
    bare = {key: value for key, value in settings.items() if key != "client_secret"}
    for name in ("Client Secret", "client secret", "client_secrett"):
        with FormServer({**bare, name: settings["client_secret"]}) as server:
            told = Page(server).get("api/start")
        assert settings["client_secret"] not in json.dumps(told), name
        assert told["connection"]["kept"] == (["client_secret"] if name != "client_secrett" else [])


def test_secrets_of_every_kind_are_kept_from_the_page(form: Page, settings: dict[str, str]) -> None:
    proxied = {**settings, "proxy": "http://user:pass-word-9@127.0.0.1:9"}
    lines = form.test(proxied)
    assert lines[0]["connection"]["kept"] == ["client_secret", "proxy"]
    assert "pass-word-9" not in json.dumps(lines)


def test_snippets_leave_secrets_to_the_environment(form: Page, settings: dict[str, str]) -> None:
    name = form.connect(settings)
    body = {"connection": name, "action": "list_records", "options": {"table": "account"}}
    shell, python, airflow = form.ask("api/snippets", body)
    assert "ONTEG_DYNAMICS_CLIENT_SECRET" in shell["code"]
    assert 'os.environ["ONTEG_DYNAMICS_CLIENT_SECRET"]' in python["code"]
    assert "DynamicsOperator(" in airflow["code"]
    assert settings["client_secret"] not in shell["code"] + python["code"] + airflow["code"]
