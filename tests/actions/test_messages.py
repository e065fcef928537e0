"""Call Action, Call Function, List Messages, and the typed form of a message's parameters."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from onteg_dynamics.errors import InputError, OntegError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox


def posts(sandbox: Sandbox) -> list[str]:
    return [one.target for one in sandbox.exchanges if one.method == "POST" and "/api/data/" in one.target]


def test_a_function_without_parameters(run: Any) -> None:
    output = run("call_function", function="WhoAmI")
    assert output["message"] == "WhoAmI"
    assert output["result"]["UserId"] == run("who_am_i")["user_id"]


@pytest.mark.parametrize("name", ["retrieveversion", "Microsoft.Dynamics.CRM.RetrieveVersion", " RetrieveVersion "])
def test_names_are_found_however_they_are_written(run: Any, name: str) -> None:
    assert run("call_function", function=name)["result"]["Version"].startswith("9.2")


@pytest.mark.parametrize("names", [["account", "contact"], "account, contact", '["account","contact"]'])
def test_lists_are_written_naturally(run: Any, names: Any) -> None:
    output = run("call_function", function="RetrieveTotalRecordCount", parameters={"EntityNames": names})
    counts = output["result"]["EntityRecordCountCollection"]
    assert counts["Keys"] == ["account", "contact"]


@pytest.mark.parametrize("member", ["Default", "default", 0])
def test_members_of_a_type_are_written_by_name_or_number(run: Any, sandbox: Sandbox, member: Any) -> None:
    run("call_function", function="RetrieveCurrentOrganization", parameters={"AccessType": member})
    assert "AccessType'Default'" in sandbox.exchanges[-1].target


def test_an_action_with_a_complex_parameter(run: Any) -> None:
    label = {"LocalizedLabels": [{"Label": "Podcast", "LanguageCode": "1033"}]}
    parameters = {"EntityLogicalName": "lead", "AttributeLogicalName": "leadsourcecode", "Label": label}
    value = run("call_action", action="InsertOptionValue", parameters=parameters)["result"]["NewOptionValue"]
    choices = run("list_choices", table="lead", column="leadsourcecode")["choices"]
    assert {"value": value, "label": "Podcast"} in choices


def test_a_dry_run_shows_the_request_and_sends_nothing(run: Any, sandbox: Sandbox) -> None:
    parameters = {"EntityLogicalName": "account", "EntityKeyLogicalName": "x"}
    output = run("call_action", action="ReactivateEntityKey", parameters=parameters, dry_run="true")
    assert output["requests"][0]["path"] == "ReactivateEntityKey"
    assert output["requests"][0]["body"] == parameters
    assert posts(sandbox) == []


@pytest.mark.parametrize(
    ("action", "options", "told"),
    [
        ("call_function", {"function": "WhoAmIReally"}, 'Did you mean "WhoAmI"'),
        ("call_function", {"function": "InsertOptionValue"}, "no such function"),
        ("call_action", {"action": "WhoAmI"}, "no such action"),
    ],
)
def test_unknown_names_are_said(run: Any, action: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UnknownNameError, match=told):
        run(action, **options)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"EntityNamez": ["account"]}, 'Did you mean "EntityNames"'),
        ({"AccessType": "Nope"}, "no such parameter"),
    ],
)
def test_unknown_parameters_are_said(run: Any, parameters: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        run("call_function", function="RetrieveTotalRecordCount", parameters=parameters)


def test_a_wrong_value_is_said_without_being_shown(run: Any, sandbox: Sandbox) -> None:
    with pytest.raises(InputError, match=r"Parameters.*is one of") as caught:
        run("call_function", function="RetrieveCurrentOrganization", parameters={"AccessType": "s3cret"})
    assert "s3cret" not in str(caught.value)
    with pytest.raises(InputError, match="number"):
        run("call_action", action="InsertOptionValue", parameters={"Value": "many"})
    assert posts(sandbox) == []


def test_a_message_of_its_own_takes_no_table(run: Any) -> None:
    with pytest.raises(InputError, match="leave Table and Row empty"):
        run("call_function", function="WhoAmI", table="account")
    with pytest.raises(InputError, match="required with Row"):
        run("call_function", function="WhoAmI", key="11111111-1111-1111-1111-111111111111")


def test_refusals_of_the_service_come_through(run: Any) -> None:
    with pytest.raises(OntegError) as caught:
        run("call_function", function="RetrieveTotalRecordCount", parameters={"EntityNames": ["nothing"]})
    assert caught.value.details.status == 404


def test_messages_are_listed(run: Any) -> None:
    found = {one["name"]: one for one in run("list_messages")["messages"]}
    assert found["WhoAmI"] == {
        "name": "WhoAmI",
        "kind": "function",
        "table": None,
        "on_collection": False,
        "parameters": [],
        "returns": "WhoAmIResponse",
    }
    assert {one["kind"] for one in run("list_messages", kind="Action")["messages"]} == {"action"}
    assert all("version" in one["name"].lower() for one in run("list_messages", search="version")["messages"])


def test_dropdowns_name_functions_and_actions(executor: Executor, settings: dict[str, str]) -> None:
    functions = {choice.value for choice in executor.choices(settings, "functions", {})}
    actions = {choice.value for choice in executor.choices(settings, "actions", {})}
    assert "WhoAmI" in functions
    assert "InsertOptionValue" in actions
    assert not functions & actions
    assert {choice.value for choice in executor.choices(settings, "messages", {})} == functions | actions


def test_the_form_of_a_message_is_typed(executor: Executor, settings: dict[str, str]) -> None:
    form = executor.schema(settings, "parameters", {"function": "RetrieveCurrentOrganization"})
    Draft202012Validator.check_schema(form)
    assert "Default" in form["properties"]["AccessType"]["enum"]
    form = executor.schema(settings, "parameters", {"action": "InsertOptionValue"})
    assert form["properties"]["Value"]["type"] == "integer"
    labels = form["properties"]["Label"]["properties"]["LocalizedLabels"]
    assert labels["items"]["properties"]["LanguageCode"]["type"] == "integer"
