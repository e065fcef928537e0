"""Conditions typed as form rows: the same rows as a filter written by hand; no value becomes syntax."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from onteg_dynamics.dataverse.conditions import OPERATORS
from onteg_dynamics.errors import InputError, UnknownNameError
from onteg_dynamics.executor import Executor

Names = Callable[..., list[str]]


@pytest.fixture
def leads(executor: Executor, settings: dict[str, str]) -> Names:
    """The last names of the leads that match."""

    def names(conditions: Any, **more: Any) -> list[str]:
        options = {"table": "lead", "select": "lastname", "conditions": conditions, **more}
        return sorted(row["lastname"] for row in executor.run("list_records", options, settings).unwrap()["rows"])

    return names


def by_hand(executor: Executor, settings: dict[str, str], text: str, table: str = "lead") -> list[str]:
    options = {"table": table, "filter": text}
    key = f"{table}id"
    return sorted(row[key] for row in executor.run("list_records", options, settings).unwrap()["rows"])


def by_row(executor: Executor, settings: dict[str, str], row: dict[str, Any], table: str = "lead") -> list[str]:
    options = {"table": table, "conditions": [row]}
    key = f"{table}id"
    return sorted(found[key] for found in executor.run("list_records", options, settings).unwrap()["rows"])


CRM = "Microsoft.Dynamics.CRM."
SAME = [
    ("lead", "statuscode", "equals", "New", "statuscode eq 1"),
    ("lead", "statuscode", "does not equal", 1, "statuscode ne 1"),
    ("lead", "statuscode", "is one of", ["New", "Contacted"], "statuscode eq 1 or statuscode eq 2"),
    ("lead", "statuscode", "is one of", "New, Contacted", "statuscode eq 1 or statuscode eq 2"),
    ("lead", "statuscode", "is none of", ["New"], "statuscode ne 1"),
    ("lead", "lastname", "begins with", "O'", "startswith(lastname,'O''')"),
    ("lead", "lastname", "ends with", "n", "endswith(lastname,'n')"),
    ("lead", "lastname", "contains", "er", "contains(lastname,'er')"),
    ("lead", "lastname", "does not contain", "er", "not contains(lastname,'er')"),
    ("lead", "emailaddress1", "is empty", None, "emailaddress1 eq null"),
    ("lead", "emailaddress1", "is not empty", None, "emailaddress1 ne null"),
    ("opportunity", "estimatedvalue", "is at least", "10000.50", "estimatedvalue ge 10000.5"),
    ("opportunity", "estimatedvalue", "is greater than", 10000, "estimatedvalue gt 10000"),
    ("opportunity", "estimatedvalue", "is less than", 20000, "estimatedvalue lt 20000"),
    ("opportunity", "estimatedvalue", "is at most", 20000, "estimatedvalue le 20000"),
    ("account", "creditonhold", "equals", "No", "creditonhold eq false"),
    ("lead", "createdon", "is on or before", "2999-01-01", "createdon ne null"),
    ("lead", "createdon", "is in the last days", "400", f"{CRM}LastXDays(PropertyName='createdon',PropertyValue=400)"),
    ("lead", "createdon", "is this year", None, f"{CRM}ThisYear(PropertyName='createdon')"),
    ("lead", "ownerid", "is me", None, f"{CRM}EqualUserId(PropertyName='ownerid')"),
]


@pytest.mark.parametrize(("table", "column", "operator", "value", "text"), SAME)
def test_a_row_of_the_form_means_the_same_as_a_filter(
    executor: Executor, settings: dict[str, str], table: str, column: str, operator: str, value: Any, text: str
) -> None:
    row = {"column": column, "operator": operator, **({} if value is None else {"value": value})}
    assert by_row(executor, settings, row, table) == by_hand(executor, settings, text, table)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_one_the_service_knows(executor: Executor, settings: dict[str, str], operator: str) -> None:
    column, value = "createdon", "5"
    if operator in {"contains", "does not contain", "begins with", "ends with"}:
        column = "lastname"
    elif operator in {"is me", "is not me"}:
        column = "ownerid"
    elif not operator.startswith("is in"):
        value = "2026-01-31"
    row = {"column": column, "operator": operator, "value": value}
    executor.run("list_records", {"table": "lead", "conditions": [row]}, settings).unwrap()


def test_rows_are_joined_by_all_or_any_and_to_the_filter(leads: Names) -> None:
    rows = [{"column": "lastname", "operator": "begins with", "value": letter} for letter in "OL"]
    assert leads(rows) == []
    either = leads(rows, match="Any")
    assert either
    assert {name[0] for name in either} == {"O", "L"}
    only = leads(rows, match="Any", filter="startswith(lastname,'O')")
    assert only == [name for name in either if name[0] == "O"]
    assert leads(json.dumps(rows), match="any") == either


def test_lookups_are_named(executor: Executor, settings: dict[str, str]) -> None:
    row = {"column": "parentaccountid", "value": "Northwind Roasters"}
    found = by_row(executor, settings, row, "opportunity")
    assert found
    assert found == by_hand(executor, settings, "parentaccountid/name eq 'Northwind Roasters'", "opportunity")
    several = {**row, "operator": "is one of", "value": ["Northwind Roasters"]}
    assert by_row(executor, settings, several, "opportunity") == found


def test_numbers_of_rows_take_conditions_too(executor: Executor, settings: dict[str, str]) -> None:
    conditions = [{"column": "statecode", "value": "Open"}]
    counted = executor.run("count_records", {"table": "lead", "conditions": conditions}, settings).unwrap()["count"]
    assert counted == len(by_hand(executor, settings, "statecode eq 0")) > 0
    options = {"table": "lead", "conditions": conditions, "group_by": "statecode", "aggregates": "count() as number"}
    rows = executor.run("aggregate_records", options, settings).unwrap()["rows"]
    assert rows[0]["number"] == counted
    with pytest.raises(InputError, match="Estimate"):
        executor.run("count_records", {"table": "lead", "conditions": conditions, "estimate": True}, settings).unwrap()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"column": "lastnme", "value": "x"}, 'Did you mean "lastname"'),
        ({"column": "statuscode", "value": "Nwe"}, "New"),
        ({"column": "lastname"}, "needs a value"),
        ({"column": "lastname", "operator": "is today"}, "is for dates"),
        ({"column": "lastname", "operator": "is me"}, "is for users"),
        ({"column": "statuscode", "operator": "contains", "value": "N"}, "is for texts"),
        ({"column": "createdon", "operator": "is in the last days", "value": "many"}, "whole number"),
        ({"column": "createdon", "operator": "is on", "value": "yesterday-ish"}, "date"),
        ({"column": "lastname", "operator": "is roughly", "value": "x"}, "Operator"),
    ],
)
def test_what_does_not_fit_is_said(
    executor: Executor, settings: dict[str, str], row: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as caught:
        executor.run("list_records", {"table": "lead", "conditions": [row]}, settings).unwrap()
    assert told.lower() in str(caught.value).lower()
    assert "Conditions" in str(caught.value)


def test_unknown_columns_are_an_error_of_their_own(executor: Executor, settings: dict[str, str]) -> None:
    rows = [{"column": "nope", "value": 1}, {"column": "neither", "value": 1}]
    with pytest.raises(UnknownNameError) as caught:
        executor.run("list_records", {"table": "lead", "conditions": rows}, settings).unwrap()
    assert [problem.path for problem in caught.value.problems] == ["conditions.0.column", "conditions.1.column"]


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@profile(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXTS)
def test_any_text_finds_its_own_row(executor: Executor, settings: dict[str, str], name: str) -> None:
    made = executor.run("create_record", {"table": "lead", "row": {"lastname": name}}, settings).unwrap()["id"]
    for operator in ("equals", "contains", "begins with", "ends with", "is one of"):
        value = [name] if operator == "is one of" else name
        assert made in by_row(executor, settings, {"column": "lastname", "operator": operator, "value": value})
    executor.run("delete_record", {"table": "lead", "key": made}, settings).unwrap()
