"""The connector in bad weather: what it promises holds although answers are lost, late or wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from onteg_dynamics.connection import Connection
from onteg_dynamics.executor import Executor
from onteg_dynamics.result import Result
from onteg_dynamics.sandbox import Sandbox

Run = Callable[..., Result]
WEATHER = (
    "429 retry-after=7",
    "500",
    "502 body=html",
    "503 retry-after=3",
    "504 body=html after=true",
    "503 after=true",
    "drop-before",
    "drop-after",
    "truncate",
    "expired-token",
)


class Client:
    """The connector in a hurry: the pauses that it wants are kept, and pass at once."""

    def __init__(self, executor: Executor, settings: dict[str, str]) -> None:
        self.naps: list[float] = []
        transport = executor._clients.get(Connection.from_settings(settings)).dataverse.transport
        transport.sleep, transport.clock = self.naps.append, lambda: time.monotonic() + sum(self.naps)
        self.run: Run = lambda action, /, **options: executor.run(action, options, settings)


@pytest.fixture(scope="module")
def connector(running_sandbox: Sandbox) -> Iterator[Client]:
    with Executor() as executor:
        yield Client(executor, running_sandbox.settings())


@pytest.fixture
def run(sandbox: Sandbox, connector: Client) -> Run:
    assert sandbox.faults.ordered() == []
    connector.naps.clear()
    return connector.run


def named(sandbox: Sandbox, name: str) -> int:
    return sandbox.call(lambda: len(sandbox.world.store.select("account", {"name": name})))


def output(result: Result) -> Mapping[str, Any]:
    return result.unwrap()


@pytest.mark.parametrize("fault", WEATHER)
def test_a_row_is_created_once(run: Run, sandbox: Sandbox, fault: str) -> None:
    run("list_records", table="account", select="name", top=1).unwrap()
    sandbox.faults.add(fault, nth=1, method="POST", table="account")
    assert output(run("create_record", table="account", row={"name": "Once"}))["id"]
    assert named(sandbox, "Once") == 1
    assert [one.fired for one in sandbox.faults.ordered()] == [1]


@pytest.mark.parametrize("fault", [*WEATHER, "truncate keep=0", "truncate keep=0.9"])
def test_rows_are_read_whole(run: Run, sandbox: Sandbox, fault: str) -> None:
    before = output(run("list_records", table="contact", select="fullname"))["rows"]
    sandbox.faults.add(fault, nth=1, method="GET", table="contact")
    assert output(run("list_records", table="contact", select="fullname"))["rows"] == before
    assert [one.fired for one in sandbox.faults.ordered()] == [1]


def test_the_server_tells_how_long_to_wait(run: Run, sandbox: Sandbox, connector: Client) -> None:
    sandbox.faults.add("429", nth=1, retry_after=7, path="*WhoAmI*")
    assert run("who_am_i").unwrap()
    assert 7 <= max(connector.naps) < 20


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_rows_are_created_once_each(run: Run, sandbox: Sandbox, seed: int) -> None:
    rows = [{"name": f"Bulk {number}", "accountnumber": f"B{number}"} for number in range(60)]
    run("list_records", table="account", select="name", top=1).unwrap()
    sandbox.faults.seed = seed
    for fault in ("drop-after", "504 after=true", "503", "drop-before"):
        sandbox.faults.add(fault, method="POST", probability=0.06)
    result = run("create_records", table="account", rows=rows, chunk_size=3)
    assert result.unwrap()
    found = [named(sandbox, row["name"]) for row in rows]
    assert found == [1] * 60
    assert sum(one.fired for one in sandbox.faults.ordered()) > 0
