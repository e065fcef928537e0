"""A real Dagster runs jobs against the sandbox; see ``.ci/engines``."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.engines.fields import fields
from onteg_dynamics.registry import load
from onteg_dynamics.sandbox import Sandbox
from tests.engines.one_flow import EXAMPLES, check_the_end

pytest.importorskip("dagster", reason="tested in its own environment, see .ci/engines")
pytestmark = pytest.mark.dagster


@pytest.fixture
def resource(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    from dagster import EnvVar

    from onteg_dynamics.engines.dagster import DynamicsResource

    monkeypatch.setenv("DYNAMICS_SECRET", settings["client_secret"])
    known = {key: value for key, value in settings.items() if key in {one.key for one in fields()}}
    return DynamicsResource(**{**known, "client_secret": EnvVar("DYNAMICS_SECRET")})


def run(resource: Any, *ops: Any) -> Any:
    """A job of ops, each after the one before; how it ended."""
    from dagster import graph

    @graph
    def chain() -> None:
        made = None
        for one in ops:
            made = one() if made is None else one(made)

    return chain.to_job(resource_defs={"dynamics": resource}).execute_in_process(raise_on_error=False)


def told(result: Any) -> str:
    return "\n".join(str(event) for event in result.all_events)


def test_the_resource_is_the_form() -> None:
    from onteg_dynamics.engines.dagster import DynamicsResource

    shown = DynamicsResource.model_fields
    for one in fields():
        assert shown[one.key].description.startswith(one.title)
        assert shown[one.key].repr is not one.secret


def test_no_secret_is_printed(settings: dict[str, str]) -> None:
    from onteg_dynamics.engines.dagster import DynamicsResource

    plain = DynamicsResource(**{key: value for key, value in settings.items() if key in {f.key for f in fields()}})
    assert settings["client_secret"] not in f"{plain!r} {plain}"


def test_a_connection_is_tested(settings: dict[str, str]) -> None:
    from onteg_dynamics.engines.dagster import DynamicsResource

    known = {key: value for key, value in settings.items() if key in {f.key for f in fields()}}
    passed, line = DynamicsResource(**known).test_connection()
    assert passed, line
    passed, line = DynamicsResource(**{**known, "client_secret": "not-the-secret"}).test_connection()
    assert not passed
    assert "not-the-secret" not in line


def test_every_action_is_an_op_with_its_options() -> None:
    from onteg_dynamics.engines.dagster import OPS, action_op

    for name, entry in load().actions.items():
        options = OPS[name].config_schema.config_type.fields
        assert set(entry.spec.input_schema["properties"]) < set(options)
        assert OPS[name].description == entry.spec.description
    assert action_op("Create Record") is OPS["create_record"]


def test_a_job_creates_and_reads(resource: Any, settings: dict[str, str]) -> None:
    from dagster import op

    from onteg_dynamics.engines.dagster import action_op

    @op
    def key_of(made: dict) -> dict:  # type: ignore[type-arg]
        return {"key": made["id"]}

    create = action_op("create_record", "create_lead", table="lead", row={"lastname": "Berg"})
    result = run(resource, create, key_of, action_op("get_record", "get_lead", table="lead", select="lastname"))
    assert result.output_for_node("get_lead")["row"]["lastname"] == "Berg"
    assert settings["client_secret"] not in told(result)


def test_large_results_go_by_file(resource: Any, tmp_path: Path) -> None:
    from onteg_dynamics.engines.dagster import action_op

    path = tmp_path / "a.jsonl"
    result = run(resource, action_op("list_records", table="account", select="name", output_path=str(path)))
    lines = path.read_text().splitlines()
    assert result.output_for_node("list_records")["written"] == len(lines) > 5
    assert json.loads(lines[0])["name"]


def test_what_is_wrong_is_not_tried_again(resource: Any) -> None:
    from onteg_dynamics.engines.dagster import action_op

    result = run(resource, action_op("list_records", table="accouns"))
    assert not result.success
    assert not [event for event in result.all_events if "RESTART" in event.event_type_value]
    assert 'no table "accouns"' in told(result)


def test_what_passes_is_tried_again(settings: dict[str, str], sandbox: Sandbox) -> None:
    from dagster import op

    from onteg_dynamics.engines.dagster import DynamicsResource, trying_again

    known = {key: value for key, value in settings.items() if key in {f.key for f in fields()}}
    impatient = DynamicsResource(**known, retry_budget=0)
    sandbox.faults.add("503", path="*WhoAmI*", times=2, retry_after=1)

    @op
    def who(dynamics: DynamicsResource) -> str:
        with trying_again():
            return str(dynamics.run("who_am_i", {})["user_id"])

    result = run(impatient, who)
    assert result.success
    assert len([event for event in result.all_events if "RESTART" in event.event_type_value]) >= 2


def test_an_asset_by_the_resource(resource: Any) -> None:
    from dagster import asset, materialize

    from onteg_dynamics.engines.dagster import DynamicsResource

    @asset
    def accounts(dynamics: DynamicsResource) -> int:
        return len(dynamics.run("list_records", {"table": "account", "select": "name"})["rows"])

    assert materialize([accounts], resources={"dynamics": resource}).output_for_node("accounts") > 5


def test_the_one_flow(resource: Any, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONTEG_DYNAMICS_FOLDER", str(tmp_path))
    names = runpy.run_path(str(EXAMPLES / "dagster_flow.py"))
    job = names["leads_to_opportunities"]
    assert job.execute_in_process(resources={"dynamics": resource}).success
    check_the_end(sandbox, tmp_path)
