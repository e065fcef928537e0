"""List Tables, Describe Table, dropdowns and typed forms, over HTTPS against the sandbox."""

from __future__ import annotations

import json

import pytest

from onteg_dynamics.errors import UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.manifest import declaration_folder
from onteg_dynamics.sandbox import Sandbox

READY = ("account", "contact", "lead", "opportunity", "incident")


def test_list_tables(executor: Executor, settings: dict[str, str]) -> None:
    tables = executor.run("list_tables", {"search": "OPPORT"}, settings).unwrap()["tables"]
    found = next(table for table in tables if table["name"] == "opportunity")
    assert found == {
        "name": "opportunity",
        "entity_set": "opportunities",
        "label": "Opportunity",
        "primary_id": "opportunityid",
        "primary_name": "name",
    }


def test_describe_table(executor: Executor, settings: dict[str, str]) -> None:
    output = executor.run("describe_table", {"table": "leads"}, settings).unwrap()
    columns = {column["name"]: column for column in output["columns"]}
    assert columns["leadsourcecode"]["choices"][0] == {"value": 1, "label": "Advertisement"}
    assert {choice["state"] for choice in columns["statuscode"]["choices"]} == {0, 1, 2}
    assert columns["subject"]["max_length"] == 300
    assert {target["table"] for target in columns["customerid"]["targets"]} == {"account", "contact"}
    assert output["form"]["properties"]["lastname"]["x-onteg-group"] == "Required"


def test_dropdowns(executor: Executor, settings: dict[str, str]) -> None:
    tables = executor.choices(settings, "tables", {})
    assert ("account", "Account (account)") in [(choice.value, choice.label) for choice in tables]
    columns = executor.choices(settings, "columns", {"table": "account"})
    assert "primarycontactid" in {choice.value for choice in columns}
    choices = executor.choices(settings, "choices", {"table": "account", "column": "accountcategorycode"})
    assert [(choice.value, choice.label) for choice in choices] == [(1, "Preferred Customer"), (2, "Standard")]


def test_an_unknown_dropdown(executor: Executor, settings: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="no plugin knows"):
        executor.choices(settings, "nonsense", {})


@pytest.mark.parametrize("table", READY)
def test_ready_forms_need_no_connection_and_are_what_live_metadata_gives(
    executor: Executor, settings: dict[str, str], table: str
) -> None:
    live = executor.schema(settings, "row", {"table": table})
    assert executor.schema(None, "row", {"table": table}) == json.loads(json.dumps(live))


def test_only_the_ready_forms_lie_there() -> None:
    found = {path.stem for path in (declaration_folder() / "schemas" / "tables").glob("*.json")}
    assert found == set(READY)


def test_other_forms_need_a_connection(executor: Executor, settings: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="without a connection"):
        executor.schema(None, "row", {"table": "task"})
    assert "subject" in executor.schema(settings, "row", {"table": "task"})["properties"]


def test_metadata_is_asked_for_once(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    options = {"table": "account", "select": "name", "top": "1"}
    executor.run("list_records", options, settings).unwrap()
    before = len(sandbox.exchanges)
    executor.run("list_records", options, settings).unwrap()
    assert len(sandbox.exchanges) == before + 1
