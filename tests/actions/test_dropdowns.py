"""Dropdowns: every source that a form names is filled, and what it offers the action takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from onteg_dynamics.actions.dropdowns import SOURCES
from onteg_dynamics.errors import InputError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.manifest import declaration_folder

Choices = Any


@pytest.fixture
def choices(executor: Executor, settings: dict[str, str]) -> Choices:
    def choices(source: str, **params: str) -> dict[str | int, str]:
        return {choice.value: choice.label for choice in executor.choices(settings, source, params)}

    return choices


def named(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "x-onteg-choices" in node:
            yield node["x-onteg-choices"]
        for value in node.values():
            yield from named(value)
    elif isinstance(node, list):
        for value in node:
            yield from named(value)


def test_every_source_that_a_form_names_exists() -> None:
    folder = declaration_folder() / "schemas"
    paths = [folder / "common.schema.json", *sorted((folder / "actions").glob("*.json"))]
    found = {one["source"] for path in paths for one in named(json.loads(path.read_text("utf-8")))}
    assert found
    assert found <= set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_offers_something(choices: Choices, source: str) -> None:
    params = {"table": "opportunity", "column": "parentaccountid"}
    if source == "choices":
        params["column"] = "statuscode"
    if source in {"keys", "custom_relationships"}:
        pytest.skip("the seed has none; test_definitions and test_reshaping make them")
    found = choices(source, **params)
    assert found
    assert all(label for label in found.values())


FIXED = sorted(
    {
        (one["source"], *sorted(one.get("constants", {}).items()))
        for path in sorted((declaration_folder() / "schemas" / "actions").glob("*.input.json"))
        for one in named(json.loads(path.read_text("utf-8")))
        if not one["params"]
    }
)


@pytest.mark.parametrize("source", FIXED, ids=str)
def test_dropdowns_that_need_no_other_field_open_at_once(choices: Choices, source: tuple[Any, ...]) -> None:
    name, *constants = source
    found = choices(name, **dict(constants))
    assert all(isinstance(label, str) and label for label in found.values())


def test_who_takes_part_is_found_by_name_in_several_tables(choices: Choices) -> None:
    found = choices("parties", search="n")
    assert {str(value).partition("(")[0] for value in found} >= {"accounts", "contacts", "systemusers"}


def test_columns_by_what_may_be_done_with_them(choices: Choices) -> None:
    assert "createdon" in choices("columns", table="account")
    assert "createdon" not in choices("updatable_columns", table="account")
    assert set(choices("lookups", table="account")) < set(choices("columns", table="account"))


def test_rows_are_found_by_part_of_their_name(choices: Choices, executor: Executor, settings: dict[str, str]) -> None:
    found = choices("rows", table="account", search="northwind")
    assert list(found.values()) == ["Northwind Roasters"]
    (own,) = found
    row = executor.run("get_record", {"table": "account", "key": own, "select": "name"}, settings).unwrap()["row"]
    assert row["name"] == "Northwind Roasters"
    assert choices("rows", table="account", search="100%") == {}


def test_rows_of_several_tables_say_which(choices: Choices, executor: Executor, settings: dict[str, str]) -> None:
    found = choices("lookup", table="incident", column="customerid")
    assert {str(value).partition("(")[0] for value in found} == {"accounts", "contacts"}
    customer = next(value for value, label in found.items() if label == "Northwind Roasters (Account)")
    options = {"table": "incident", "row": {"title": "T", "customerid": customer}, "returning": True}
    row = executor.run("create_record", options, settings).unwrap()["row"]
    assert str(row["customerid"]) in str(customer)


def test_a_lookup_of_one_table_offers_ids(choices: Choices) -> None:
    found = choices("lookup", table="opportunity", column="parentaccountid", search="northwind")
    assert list(found.values()) == ["Northwind Roasters"]
    assert all("(" not in str(value) for value in found)
    assert choices("targets", table="opportunity", column="parentaccountid") == {"account": "Account (account)"}


def test_owners_are_people_and_teams(choices: Choices, executor: Executor, settings: dict[str, str]) -> None:
    owner, label = next(iter(choices("owners", search="a").items()))
    lead = executor.run("create_record", {"table": "lead", "row": {"lastname": "O"}}, settings).unwrap()["id"]
    executor.run("assign_record", {"table": "lead", "key": lead, "owner": owner}, settings).unwrap()
    options = {"table": "lead", "key": lead, "select": "ownerid", "labels": True}
    row = executor.run("get_record", options, settings).unwrap()["row"]
    assert str(row["ownerid.label"]) in label


def test_what_is_needed_first_is_said(choices: Choices) -> None:
    with pytest.raises(InputError, match="table: is needed before"):
        choices("columns")
    with pytest.raises(InputError, match="column: is needed before"):
        choices("lookup", table="account")
    with pytest.raises(InputError, match="is no lookup"):
        choices("lookup", table="account", column="name")
    with pytest.raises(UnknownNameError, match="parentaccountid"):
        choices("lookup", table="account", column="parentacountid")
    with pytest.raises(UnknownNameError, match="no plugin knows"):
        choices("nothing")


def test_the_form_of_a_row_says_where_its_lookups_choices_come_from(
    executor: Executor, settings: dict[str, str]
) -> None:
    form = executor.schema(settings, "row", {"table": "opportunity"})
    field = form["properties"]["parentaccountid"]["x-onteg-choices"]
    assert field["source"] == "lookup"
    found = executor.choices(settings, field["source"], {**field["constants"], "search": "northwind"})
    assert [choice.label for choice in found] == ["Northwind Roasters"]


def test_users_to_act_for(choices: Choices, executor: Executor, settings: dict[str, str]) -> None:
    found = choices("users")
    assert "SYSTEM" not in found.values()  # it is in no directory
    (own,) = choices("users", search="Priya")
    assert found[own] == "Priya Raman"
    made = {"table": "account", "row": {"name": "A"}, "impersonate": own}
    key = executor.run("create_record", made, settings).unwrap()["id"]
    read = {"table": "account", "key": key, "select": "createdby", "labels": True}
    assert executor.run("get_record", read, settings).unwrap()["row"]["createdby.label"] == "Priya Raman"
