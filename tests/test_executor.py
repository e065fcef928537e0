"""The rules that hold for every action: errors, envelope, secrets, observers, deadline, cancel."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from onteg_dynamics.connection import Connection
from onteg_dynamics.errors import (
    InputError,
    OutputError,
    SettingsError,
    StoppedError,
    UnexpectedError,
    UnknownNameError,
)
from onteg_dynamics.executor import Executor
from onteg_dynamics.hookspecs import Action, Context, Outcome, hookimpl
from onteg_dynamics.registry import Registered, Registry, load
from onteg_dynamics.result import Result
from onteg_dynamics.sandbox import Sandbox


def with_handler(handler: Any, name: str = "who_am_i") -> Registry:
    """The registry with another handler behind one action."""
    registry = load(())
    entry = registry.actions[name]
    changed = Registered(entry.spec, Action(name, handler), entry.distribution)
    return replace(registry, actions={**registry.actions, name: changed})


@pytest.fixture
def connection(settings: dict[str, str]) -> Connection:
    return Connection.from_settings(settings)


def test_the_envelope(executor: Executor, connection: Connection) -> None:
    result = executor.run("list_records", {"table": "account", "select": "name"}, connection)
    stats = result.stats
    assert result.ok
    assert result.action == "list_records"
    assert stats["rows"] == len(result.output["rows"])
    assert stats["pages"] == 1
    assert stats["requests"] >= 1
    assert stats["retries"] == 0
    assert stats["seconds"] >= 0
    assert stats["limits"]["requests_left"] > 0
    assert result.as_dict()["error"] is None


def test_an_unknown_action_names_what_may_be_meant(executor: Executor, connection: Connection) -> None:
    with pytest.raises(UnknownNameError, match='"create_record"'):
        executor.run("creat_record", {}, connection).unwrap()


def test_wrong_settings_are_told_by_label(executor: Executor) -> None:
    with pytest.raises(SettingsError, match=r"Endpoint URL \(endpoint_url\): is required"):
        executor.run("who_am_i", {}, {"authentication": "Bearer"}).unwrap()


def test_an_unexpected_exception_becomes_a_result(connection: Connection) -> None:
    def broken(_: Context, __: Mapping[str, Any]) -> Outcome:
        raise KeyError("missing")

    with Executor(with_handler(broken)) as executor:
        result = executor.run("who_am_i", {}, connection)
    assert not result.ok
    with pytest.raises(UnexpectedError, match="KeyError"):
        result.unwrap()


def test_output_is_checked(connection: Connection) -> None:
    with Executor(with_handler(lambda *_: Outcome({"user_id": 7}))) as executor:
        result = executor.run("who_am_i", {}, connection)
    with pytest.raises(OutputError, match="user_id"):
        result.unwrap()


def test_secrets_leave_nowhere(settings: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    secret = settings["client_secret"]

    def leaky(context: Context, _: Mapping[str, Any]) -> Outcome:
        token = context.dataverse.transport.tokens.token().value
        context.warn(f"secret {secret}")
        try:
            raise ValueError(f"https://host/?client_secret={secret}&t={token}")  # noqa: TRY301 - it is the cause
        except ValueError as exc:
            raise InputError(f"it was {secret} with {token}") from exc

    caplog.set_level(logging.DEBUG)
    with Executor(with_handler(leaky)) as executor:
        result = executor.run("who_am_i", {}, settings)
        with pytest.raises(InputError) as caught:
            result.unwrap()
    shown = f"{result!r} {result.as_dict()} {caught.value!r} {caught.value} {caplog.text}"
    assert secret not in shown
    assert "eyJ" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_secrets_are_taken_out_of_outputs(settings: dict[str, str]) -> None:
    def leaky(context: Context, _: Mapping[str, Any]) -> Outcome:
        secret = context.connection.client_secret.value
        return Outcome({"user_id": secret, "business_unit_id": "b", "organization_id": "c"})

    with Executor(with_handler(leaky)) as executor:
        result = executor.run("who_am_i", {}, settings)
    assert settings["client_secret"] not in str(result.as_dict())


def test_a_row_that_holds_a_secret_is_masked(executor: Executor, settings: dict[str, str]) -> None:
    made = executor.run(
        "create_record", {"table": "lead", "row": {"lastname": "X", "description": settings["client_secret"]}}, settings
    ).unwrap()
    options = {"table": "lead", "key": made["id"], "select": "description"}
    assert executor.run("get_record", options, settings).unwrap()["row"]["description"] == "***"


def test_a_connection_shows_no_secret(connection: Connection, settings: dict[str, str]) -> None:
    assert settings["client_secret"] not in f"{connection} {connection!r} {vars(connection)}"


class Watcher:
    def __init__(self, *, broken: bool = False) -> None:
        self.seen: list[Any] = []
        self.broken = broken

    @hookimpl
    def onteg_before_execute(self, action: str, options: Mapping[str, Any]) -> None:
        self.seen.append((action, dict(options)))
        if self.broken:
            raise RuntimeError("I broke")

    @hookimpl
    def onteg_after_execute(self, action: str, result: Result) -> None:
        self.seen.append((action, result.ok))


def watched(watcher: Watcher) -> Registry:
    return load((), observers=[watcher])


def test_observers_see_typed_options_and_the_result(connection: Connection) -> None:
    watcher = Watcher()
    with Executor(watched(watcher)) as executor:
        executor.run("list_records", {"Table": "account", "Top": "2"}, connection).unwrap()
    assert watcher.seen == [
        ("list_records", {"table": "account", "top": 2}),
        ("list_records", True),
    ]


def test_a_broken_observer_is_a_warning(connection: Connection) -> None:
    with Executor(watched(Watcher(broken=True))) as executor:
        result = executor.run("who_am_i", {}, connection)
    assert result.ok
    assert "I broke" in result.warnings[0]


def test_a_deadline_that_has_passed(executor: Executor, connection: Connection) -> None:
    with pytest.raises(StoppedError):
        executor.run("who_am_i", {}, connection, deadline=0).unwrap()


def test_cancel_between_pages(executor: Executor, connection: Connection, sandbox: Sandbox) -> None:
    cancel = threading.Event()
    stream = executor.stream(
        "list_records", {"table": "account", "page_size": "2"}, connection, cancelled=cancel.is_set
    )
    pages = iter(stream)
    next(pages)
    cancel.set()
    with pytest.raises(StoppedError):
        list(pages)
    assert len([one for one in sandbox.exchanges if "accounts" in one.target]) <= 2


def test_a_stream_let_go_early_says_where_to_go_on(executor: Executor, connection: Connection) -> None:
    stream = executor.stream("list_records", {"table": "account", "page_size": "2", "select": "name"}, connection)
    pages: Iterator[Any] = iter(stream)
    first = next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert stream.result is not None
    assert stream.result.output["complete"] is False
    options = {"table": "account", "page_size": "2", "select": "name", "cursor": stream.result.output["cursor"]}
    rest = executor.run("list_records", options, connection).unwrap()["rows"]
    ids = [row["accountid"] for row in (*first, *rest)]
    assert len(ids) == len(set(ids)) == 10


def test_sixteen_cold_threads_ask_for_one_token(sandbox: Sandbox, settings: dict[str, str]) -> None:
    sandbox.reset()
    with Executor() as executor:
        threads = [threading.Thread(target=executor.run, args=("who_am_i", {}, settings)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    targets = [one.target for one in sandbox.exchanges]
    assert len([target for target in targets if target.endswith("/token")]) == 1
    assert len([target for target in targets if "WhoAmI" in target]) == 16


def test_a_token_refused_is_renewed_once(sandbox: Sandbox, settings: dict[str, str]) -> None:
    with Executor() as executor:
        executor.run("who_am_i", {}, settings).unwrap()
        provider = executor.dataverse(Connection.from_settings(settings)).transport.tokens
        token = provider.token()
        object.__setattr__(token, "value", sandbox.token(exp=int(time.time()) - 5))
        result = executor.run("who_am_i", {}, settings)
    assert result.ok
