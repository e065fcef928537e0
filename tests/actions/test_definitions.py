"""List Columns, List Choices, List Keys, List Views and their dropdowns, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError
from onteg_dynamics.executor import Executor

KEY = {
    "SchemaName": "new_accountnumber",
    "DisplayName": {
        "@odata.type": "Microsoft.Dynamics.CRM.Label",
        "LocalizedLabels": [
            {"@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", "Label": "Number", "LanguageCode": 1033}
        ],
    },
    "KeyAttributes": ["accountnumber"],
}


def run(executor: Executor, settings: dict[str, str], action: str, **options: Any) -> Any:
    return executor.run(action, options, settings).unwrap()


def test_columns_by_type_and_text(executor: Executor, settings: dict[str, str]) -> None:
    found = run(executor, settings, "list_columns", table="leads", type="picklist", search="SOURCE")["columns"]
    assert [column["name"] for column in found] == ["leadsourcecode"]
    writable = run(executor, settings, "list_columns", table="lead", writable="true")["columns"]
    assert "fullname" not in {column["name"] for column in writable}
    assert "lastname" in {column["name"] for column in writable}


def test_choices_of_a_column(executor: Executor, settings: dict[str, str]) -> None:
    found = run(executor, settings, "list_choices", table="lead", column="statuscode")["choices"]
    assert {"value": 5, "label": "Cannot Contact", "state": 2} in found


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "is required with Column when Global Choice is empty"),
        ({"table": "lead", "column": "leadsourcecod"}, 'Did you mean "leadsourcecode"'),
        ({"table": "lead", "column": "lastname"}, "is not a choice"),
        ({"choice": "new_nothing"}, "there is no such global choice"),
    ],
)
def test_choices_that_are_none(
    executor: Executor, settings: dict[str, str], options: dict[str, str], told: str
) -> None:
    result = executor.run("list_choices", options, settings)
    with pytest.raises(InputError):
        result.unwrap()
    assert told in str(result.error)


def test_keys_and_their_dropdown(executor: Executor, settings: dict[str, str]) -> None:
    path = "EntityDefinitions(LogicalName='account')/Keys"
    run(executor, settings, "send_request", method="POST", path=path, body=KEY)
    (key,) = run(executor, settings, "list_keys", table="account")["keys"]
    assert (key["name"], key["label"], key["columns"], key["active"]) == (
        "new_accountnumber",
        "Number",
        ["accountnumber"],
        True,
    )
    choices = executor.choices(settings, "keys", {"table": "account"})
    assert [choice.value for choice in choices] == ["new_accountnumber"]


def test_views_and_their_dropdown(executor: Executor, settings: dict[str, str]) -> None:
    views = run(executor, settings, "list_views", table="account")["views"]
    assert "Active Accounts" in {view["name"] for view in views}
    choices = executor.choices(settings, "views", {"table": "account"})
    assert {choice.value for choice in choices} == {view["id"] for view in views}
