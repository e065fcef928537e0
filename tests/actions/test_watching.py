"""Get Changes and List New or Updated Records through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.errors import BadRequestError, InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.result import Result
from onteg_dynamics.sandbox import Sandbox


class Flow:
    """A flow that keeps the state between its runs."""

    def __init__(self, executor: Executor, settings: dict[str, str], action: str, **options: Any) -> None:
        self.executor, self.settings, self.action, self.options = executor, settings, action, options
        self.state: Mapping[str, Any] | None = None
        self.result: Result

    def run(self, **more: Any) -> Mapping[str, Any]:
        options = {**self.options, **more, **({"state": json.dumps(self.state)} if self.state else {})}
        self.result = self.executor.run(self.action, options, self.settings)
        output = self.result.unwrap()
        self.state = output["state"]
        return output

    def do(self, action: str, /, **options: Any) -> Any:
        return self.executor.run(action, options, self.settings).unwrap()

    def account(self, name: str) -> str:
        return str(self.do("create_record", table="account", row={"name": name})["id"])


@pytest.fixture
def tracked(executor: Executor, settings: dict[str, str]) -> Flow:
    return Flow(executor, settings, "get_changes", table="account", select="name")


def names(output: Mapping[str, Any]) -> list[str]:
    return sorted(row["name"] for row in output["rows"])


def test_changes_come_once(tracked: Flow) -> None:
    everything = tracked.run()
    assert len(everything["rows"]) == tracked.do("count_records", table="account")["count"]
    assert (everything["complete"], everything["deleted"], everything["resynchronised"]) == (True, [], False)
    assert tracked.run()["rows"] == []
    own = tracked.account("New")
    other = tracked.account("Gone")
    tracked.do("update_record", table="account", key=own, row={"name": "Newer"})
    tracked.do("delete_record", table="account", key=other)
    output = tracked.run()
    assert output["rows"] == [{"name": "Newer", "accountid": own}]
    assert output["deleted"] == [other]
    assert tracked.run()["rows"] == []


def test_only_what_comes(tracked: Flow) -> None:
    assert tracked.run(only_later="yes")["rows"] == []
    tracked.account("Later")
    assert names(tracked.run()) == ["Later"]


def test_a_bounded_step_goes_on(sandbox: Sandbox, settings: dict[str, str]) -> None:
    with Executor(inline_rows=5) as executor:
        flow = Flow(executor, settings, "get_changes", table="account", select="name")
        seen: list[str] = []
        while not (output := flow.run())["complete"]:
            assert output["reason"] == "limit"
            assert len(output["rows"]) == 5
            seen += [row["accountid"] for row in output["rows"]]
        seen += [row["accountid"] for row in output["rows"]]
        stored = sandbox.call(lambda: sandbox.world.store.select("account", {}, ("accountid",)))
        assert sorted(seen) == sorted(row["accountid"] for row in stored)


def test_labels(executor: Executor, settings: dict[str, str]) -> None:
    flow = Flow(executor, settings, "get_changes", table="account", select="industrycode,ownerid", labels="true")
    row = next(row for row in flow.run()["rows"] if row["industrycode"])
    assert row["industrycode.label"]
    assert row["ownerid.table"] == "systemuser"


def test_an_expired_state_heals(tracked: Flow, sandbox: Sandbox) -> None:
    stays, goes = tracked.account("Stays"), tracked.account("Goes")
    known = [row["accountid"] for row in tracked.run()["rows"]]
    tracked.do("delete_record", table="account", key=goes)
    assert tracked.state is not None
    token = "919042!08/22/2017 08:10:44"
    link = str(tracked.state["link"]).partition("deltatoken=")[0] + f"deltatoken={token.replace('!', '%21')}"
    tracked.state = {**tracked.state, "link": link.replace(" ", "%20").replace("/22/", "%2f22%2f")}
    output = tracked.run(known_ids=known)
    assert output["resynchronised"] is True
    assert output["deleted"] == [goes]
    assert stays in [row["accountid"] for row in output["rows"]]
    assert "expired" in tracked.result.warnings[0]
    assert tracked.run()["rows"] == []
    assert sandbox.exchanges


def test_a_table_that_does_not_track_changes_says_what_to_do(executor: Executor, settings: dict[str, str]) -> None:
    made = executor.run("create_table", {"name": "new_pet", "label": "Pet"}, settings)
    made.unwrap()
    with pytest.raises(BadRequestError, match="does not track changes") as caught:
        executor.run("get_changes", {"table": "new_pet"}, settings).unwrap()
    assert "List New or Updated Records" in str(caught.value.details.fix)


@pytest.mark.parametrize("action", ["get_changes", "list_new_or_updated_records"])
def test_a_state_belongs_to_its_query(executor: Executor, settings: dict[str, str], action: str) -> None:
    flow = Flow(executor, settings, action, table="account", select="name")
    flow.run()
    with pytest.raises(InputError, match="belongs to another table"):
        Flow.run(flow, table="contact", select="fullname")
    flow.state = {"since": "x"}
    with pytest.raises(InputError, match="is damaged"):
        flow.run()


@pytest.fixture
def watched(executor: Executor, settings: dict[str, str]) -> Flow:
    return Flow(executor, settings, "list_new_or_updated_records", table="account", select="name")


def test_new_and_changed_rows_come_once(watched: Flow) -> None:
    first = watched.run()
    assert (first["rows"], first["complete"]) == ([], True)
    own = watched.account("New")
    assert names(watched.run()) == ["New"]
    assert watched.run()["rows"] == []
    watched.do("update_record", table="account", key=own, row={"name": "Newer"})
    assert names(watched.run()) == ["Newer"]
    assert watched.run()["rows"] == []


def test_new_rows_only(watched: Flow) -> None:
    watched.run(which="New")
    own = watched.account("New")
    assert names(watched.run(which="new")) == ["New"]
    watched.do("update_record", table="account", key=own, row={"name": "Newer"})
    assert [row["accountid"] for row in watched.run(which="New")["rows"]] in ([], [own])  # as a new version at most


def test_a_row_whose_transaction_ended_late_is_found(watched: Flow, sandbox: Sandbox) -> None:
    watched.run()
    watched.account("In time")
    assert names(watched.run()) == ["In time"]
    late = watched.account("Late")

    def back() -> None:
        with sandbox.world.store.transaction():
            sandbox.world.store.db.execute(
                "UPDATE account SET modifiedon = strftime('%Y-%m-%dT%H:%M:%SZ', modifiedon, '-30 seconds') "
                "WHERE accountid = ?",
                (late,),
            )

    sandbox.call(back)
    assert names(watched.run()) == ["Late"]
    assert watched.run()["rows"] == []


def test_from_a_moment_on(watched: Flow) -> None:
    assert watched.run(since="2999-01-01")["rows"] == []
    watched.state = None
    everything = watched.run(since="2000-01-01T00:00:00Z")
    assert len(everything["rows"]) == watched.do("count_records", table="account")["count"]
    with pytest.raises(InputError, match="ISO form"):
        Flow(watched.executor, watched.settings, watched.action, table="account").run(since="soon")


def test_a_bounded_reading_goes_on_without_doubles(settings: dict[str, str], sandbox: Sandbox) -> None:
    with Executor(inline_rows=4) as executor:
        options = {"table": "account", "select": "name", "filter": "statecode eq 0", "since": "2000-01-01"}
        flow = Flow(executor, settings, "list_new_or_updated_records", **options)
        seen: list[str] = []
        while True:
            output = flow.run()
            seen += [row["accountid"] for row in output["rows"]]
            if output["complete"]:
                break
        assert len(seen) == len(set(seen))
        stored = sandbox.call(lambda: sandbox.world.store.select("account", {"statecode": 0}, ("accountid",)))
        assert sorted(seen) == sorted(row["accountid"] for row in stored)


def test_a_table_is_kept_as_a_file(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    options = {"table": "accounts", "path": str(tmp_path / "copy"), "format": "sqlite", "select": "name"}
    rehearsed = executor.run("sync_table", {**options, "dry_run": "yes"}, settings).unwrap()
    assert (rehearsed["dry_run"], rehearsed["requests"], list(tmp_path.iterdir())) == (True, [], [])
    first = executor.run("sync_table", options, settings).unwrap()
    assert (first["table"], first["format"], first["full"]) == ("account", "SQLite", True)
    again = executor.run("Sync Table", {**options, "start_over": "false"}, settings).unwrap()
    assert (again["rows"], again["written"], again["full"]) == (first["rows"], 0, False)
