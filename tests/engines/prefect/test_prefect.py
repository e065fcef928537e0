"""A real Prefect runs flows against the sandbox; see ``.ci/engines``."""

from __future__ import annotations

import json
import logging
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.engines.fields import fields
from onteg_dynamics.registry import load
from onteg_dynamics.sandbox import Sandbox
from tests.engines.one_flow import EXAMPLES, check_the_end

pytest.importorskip("prefect", reason="tested in its own environment, see .ci/engines")
pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def block(settings: dict[str, str]) -> Any:
    from onteg_dynamics.engines.prefect import DynamicsBlock

    return DynamicsBlock(**{key: value for key, value in settings.items() if key in {one.key for one in fields()}})


def run(flow: Any, *arguments: Any) -> Any:
    from prefect import flow as as_flow

    return as_flow(flow)(*arguments)


def test_the_block_is_the_form() -> None:
    from onteg_dynamics.engines.prefect import DynamicsBlock

    schema = DynamicsBlock.model_json_schema()
    for one in fields():
        assert schema["properties"][one.key]["title"] == one.title
        assert (one.key in schema["secret_fields"]) == one.secret
    assert DynamicsBlock.get_block_type_slug() == "ms-dynamics-365"


def test_a_saved_block_connects_and_shows_no_secret(block: Any, settings: dict[str, str]) -> None:
    from onteg_dynamics.engines.prefect import DynamicsBlock

    block.save("sandbox", overwrite=True)
    loaded = DynamicsBlock.load("sandbox")
    assert loaded.settings().items() >= {**settings, "connection_name": "sandbox"}.items()
    assert settings["client_secret"] not in repr(loaded) + str(loaded) + loaded.model_dump_json()
    passed, told = loaded.test_connection()
    assert passed, told


def test_what_is_wrong_with_a_connection_is_told(block: Any) -> None:
    wrong = block.model_copy(update={"client_secret": type(block.client_secret)("not-the-secret")})
    passed, told = wrong.test_connection()
    assert not passed
    assert "secret" in told.casefold()
    assert "not-the-secret" not in told


def test_every_action_is_a_task_with_its_options() -> None:
    from inspect import signature

    from onteg_dynamics.engines.prefect import TASKS, action_task
    from onteg_dynamics.engines.prefect.tasks import parameter_name

    for name, entry in load().actions.items():
        assert TASKS[name].name == entry.spec.title
        wanted = set(map(parameter_name, entry.spec.input_schema["properties"]))
        assert wanted < set(signature(TASKS[name].fn).parameters)
    assert "from_" in signature(TASKS["send_email"].fn).parameters
    assert action_task("Create Record") is TASKS["create_record"]


def test_a_flow_creates_and_reads(block: Any, caplog: pytest.LogCaptureFixture, settings: dict[str, str]) -> None:
    from onteg_dynamics.engines.prefect import TASKS

    def flow() -> Any:
        made = TASKS["create_record"].submit(block, table="lead", row={"lastname": "Berg"})
        return TASKS["get_record"](block, table="lead", key=made.result()["id"], select="lastname")["row"]

    with caplog.at_level(logging.DEBUG):
        assert run(flow)["lastname"] == "Berg"
    assert settings["client_secret"] not in caplog.text


def test_a_task_is_mapped(block: Any, sandbox: Sandbox) -> None:
    from prefect import unmapped

    from onteg_dynamics.engines.prefect import TASKS

    def flow() -> Any:
        rows = [{"lastname": name} for name in ("A", "B", "C")]
        made = TASKS["create_record"].map(unmapped(block), table=unmapped("lead"), row=rows)
        return [one.result()["id"] for one in made]

    before = sandbox.call(lambda: sandbox.world.store.count("lead"))
    assert len(set(run(flow))) == 3
    assert sandbox.call(lambda: sandbox.world.store.count("lead")) == before + 3


def test_large_results_go_by_file(block: Any, tmp_path: Path) -> None:
    from onteg_dynamics.engines.prefect import TASKS

    def flow() -> Any:
        return TASKS["list_records"](block, table="account", select="name", output_path=str(tmp_path / "a.jsonl"))

    told = run(flow)
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert told["written"] == len(lines) > 5
    assert "rows" not in told
    assert json.loads(lines[0])["name"]


def test_what_is_wrong_is_not_tried_again(block: Any, sandbox: Sandbox) -> None:
    from onteg_dynamics.engines.prefect import TASKS
    from onteg_dynamics.errors import UnknownNameError

    def flow() -> Any:
        return TASKS["list_records"](block, table="accouns", return_state=True)

    with pytest.raises(UnknownNameError, match="accouns"):
        run(flow)
    tries = [one for one in sandbox.exchanges if "accouns" in one.target]
    assert len(tries) <= 1


def test_what_passes_is_tried_again(block: Any, sandbox: Sandbox) -> None:
    from onteg_dynamics.engines.prefect import TASKS

    impatient = block.model_copy(update={"retry_budget": 0})
    again = TASKS["who_am_i"].with_options(retry_delay_seconds=0.1)
    sandbox.faults.add("503", path="*WhoAmI*", times=2)

    def flow() -> Any:
        return again(impatient)

    assert run(flow)["user_id"]
    statuses = [one.status for one in sandbox.exchanges if "WhoAmI" in one.target]
    assert statuses == [503, 503, 200]


def test_the_one_flow(block: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    names = runpy.run_path(str(EXAMPLES / "prefect_flow.py"))
    block.save("one-flow", overwrite=True)
    names["new_leads"]("one-flow", str(tmp_path))
    check_the_end(sandbox, tmp_path)
