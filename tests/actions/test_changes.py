"""Assign Record, Set Record Status, Delete Column Value through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import BadRequestError, InputError, LookupTextError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox.model import stable_id

NORTHWIND = stable_id("seed", "account", "Northwind Roasters")
LEAD = stable_id("seed", "lead", "1")
OPPORTUNITY = stable_id("seed", "opportunity", "Northwind Roasters/Barista training, spring")


def row(executor: Executor, settings: dict[str, str], table: str, key: str, select: str) -> Any:
    options = {"table": table, "key": key, "select": select, "labels": True}
    return executor.run("get_record", options, settings).unwrap()["row"]


@pytest.mark.parametrize("owner", ["Priya Raman", {"table": "systemuser", "name": "Priya Raman"}])
def test_assign(executor: Executor, settings: dict[str, str], owner: Any) -> None:
    executor.run("assign_record", {"table": "account", "key": NORTHWIND, "owner": owner}, settings).unwrap()
    found = row(executor, settings, "account", NORTHWIND, "ownerid")
    assert (found["ownerid.label"], found["ownerid.table"]) == ("Priya Raman", "systemuser")


def test_assign_to_nobody(executor: Executor, settings: dict[str, str]) -> None:
    with pytest.raises(LookupTextError, match="Owner"):
        executor.run("assign_record", {"table": "account", "key": NORTHWIND, "owner": "Nobody"}, settings).unwrap()


@pytest.mark.parametrize(
    ("options", "pair"),
    [
        ({"state": "disqualified", "status": "Cannot Contact"}, (2, 5)),
        ({"state": 2, "status": "6"}, (2, 6)),
        ({"status": "Canceled"}, (2, 7)),
        ({"state": "Disqualified"}, (2, 4)),
    ],
)
def test_status_by_label_and_by_value(
    executor: Executor, settings: dict[str, str], options: dict[str, Any], pair: tuple[int, int]
) -> None:
    executor.run("set_record_status", {"table": "lead", "key": LEAD, **options}, settings).unwrap()
    found = row(executor, settings, "lead", LEAD, "statecode,statuscode")
    assert (found["statecode"], found["statuscode"]) == pair


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"state": "Open", "status": "Canceled"}, r"Status Reason \(status\): is not allowed here; allowed are New"),
        ({"state": "Shut"}, r"State \(state\): is not allowed here; allowed are Open"),
        ({}, "is required when Status Reason is empty"),
    ],
)
def test_pairs_are_checked_before_anything_is_sent(
    executor: Executor, settings: dict[str, str], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        executor.run("set_record_status", {"table": "lead", "key": LEAD, **options}, settings).unwrap()


def test_a_state_that_needs_its_message(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "opportunity", "key": OPPORTUNITY, "state": "Won"}
    with pytest.raises(BadRequestError, match="WinOpportunity"):
        executor.run("set_record_status", options, settings).unwrap()


def test_a_table_without_a_status(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "annotation", "key": NORTHWIND, "state": "Open"}
    with pytest.raises(InputError, match="has no status"):
        executor.run("set_record_status", options, settings).unwrap()


def test_delete_column_value(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "account", "key": NORTHWIND, "columns": "websiteurl, primarycontactid"}
    executor.run("delete_column_value", options, settings).unwrap()
    found = row(executor, settings, "account", NORTHWIND, "websiteurl,primarycontactid")
    assert (found["websiteurl"], found["primarycontactid"]) == (None, None)


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("assign_record", {"owner": "# Sandbox Connector"}),
        ("set_record_status", {"state": "Inactive"}),
        ("delete_column_value", {"columns": ["websiteurl"]}),
    ],
)
def test_dry_runs_change_nothing(
    executor: Executor, settings: dict[str, str], action: str, options: dict[str, Any]
) -> None:
    before = row(executor, settings, "account", NORTHWIND, "modifiedon,ownerid,statecode,websiteurl")
    told = executor.run(action, {"table": "account", "key": NORTHWIND, **options, "dry_run": True}, settings).unwrap()
    assert len(told["requests"]) == 1
    assert told["changes"]
    assert row(executor, settings, "account", NORTHWIND, "modifiedon,ownerid,statecode,websiteurl") == before
