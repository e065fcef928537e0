"""Advanced options and dry runs, through the executor over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import READER
from onteg_dynamics.sandbox.log import Exchange


def sent(sandbox: Sandbox, method: str) -> list[Exchange]:
    return [one for one in sandbox.exchanges if one.method == method and "/api/data/" in one.target]


def account(executor: Executor, settings: dict[str, str]) -> str:
    options = {"table": "account", "filter": "name eq 'Northwind Roasters'", "select": "name"}
    return str(executor.run("list_records", options, settings).unwrap()["rows"][0]["accountid"])


def test_options_become_headers_and_parameters(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    options = {
        "table": "lead",
        "row": {"lastname": "X"},
        "bypass_plugins": "Both",
        "bypass_flows": "true",
        "detect_duplicates": "yes",
        "strong_consistency": "true",
        "tag": "import & more",
    }
    executor.run("create_record", options, settings).unwrap()
    (made,) = sent(sandbox, "POST")[-1:]
    assert made.target.endswith("leads?tag=import%20%26%20more")
    assert made.request_headers["mscrm.bypassbusinesslogicexecution"] == "CustomSync,CustomAsync"
    assert made.request_headers["mscrm.suppresscallbackregistrationexpanderjob"] == "true"
    assert made.request_headers["mscrm.suppressduplicatedetection"] == "false"
    assert made.request_headers["consistency"] == "Strong"


def test_a_dry_run_changes_nothing_and_tells_what_would_be(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str]
) -> None:
    own = account(executor, settings)
    before = len(sent(sandbox, "PATCH"))
    row = {
        "fax": "1",
        "name": "Northwind Roasters",
        "primarycontactid": "Omar Haddad",
        "accountcategorycode": "Standard",
    }
    result = executor.run("update_record", {"table": "account", "key": own, "row": row, "dry_run": "true"}, settings)
    output = result.unwrap()
    (request,) = output["requests"]
    assert (request["method"], request["path"]) == ("PATCH", f"accounts({own})")
    assert request["body"]["accountcategorycode"] == 2
    changes = {change["column"]: (change["from"], change["to"]) for change in output["changes"]}
    assert changes["fax"] == (None, "1")
    assert set(changes) == {"fax", "primarycontactid", "accountcategorycode"}
    assert len(sent(sandbox, "PATCH")) == before


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("create_record", {"table": "lead", "row": {"lastname": "X"}}),
        ("upsert_record", {"table": "lead", "key": "11111111-1111-1111-1111-111111111111", "row": {"lastname": "X"}}),
        ("delete_record", {"table": "lead", "key": "11111111-1111-1111-1111-111111111111"}),
        ("send_request", {"method": "POST", "path": "leads", "body": {"lastname": "X"}}),
    ],
)
def test_every_write_can_be_rehearsed(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], action: str, options: dict[str, Any]
) -> None:
    before = sandbox.call(lambda: sandbox.world.store.db.total_changes)
    output = executor.run(action, {**options, "dry_run": True}, settings).unwrap()
    assert len(output["requests"]) == 1
    assert sandbox.call(lambda: sandbox.world.store.db.total_changes) == before


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"name": "x" * 161}, "must be at most 160 characters"),
        ({"numberofemployees": -1}, "must be at least 0"),
        ({"numberofemployees": 2_000_000_000}, "must be at most"),
    ],
)
def test_a_dry_run_checks_lengths_and_ranges(
    executor: Executor, settings: dict[str, str], row: dict[str, Any], told: str
) -> None:
    result = executor.run("create_record", {"table": "account", "row": row, "dry_run": True}, settings)
    with pytest.raises(InputError, match=told):
        result.unwrap()


def test_a_dry_run_tells_the_privileges(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    options = {"table": "account", "key": "11111111-1111-1111-1111-111111111111", "row": {"name": "X"}, "dry_run": True}
    output = executor.run("upsert_record", options, settings).unwrap()
    assert [(one["access"], one["held"]) for one in output["privileges"]] == [("Create", True), ("Write", True)]
    own = account(executor, settings)
    reader = sandbox.settings(READER)
    delete = {"table": "account", "key": own, "dry_run": True}
    (lacking,) = executor.run("delete_record", delete, reader).unwrap()["privileges"]
    assert lacking == {
        "table": "account",
        "access": "Delete",
        "privilege": "prvDeleteAccount",
        "held": False,
        "reach": "no rows",
    }


def test_a_dry_run_checks_state_pairs(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "lead", "key": "11111111-1111-1111-1111-111111111111", "dry_run": True}
    row = {"statecode": "Open", "statuscode": "Lost"}
    with pytest.raises(InputError, match="belongs to another state; fitting are New"):
        executor.run("update_record", {**options, "row": row}, settings).unwrap()


def test_a_dry_run_misses_what_is_required(executor: Executor, settings: dict[str, str]) -> None:
    options = {"table": "incident", "row": {"title": "T"}, "dry_run": True}
    with pytest.raises(InputError, match=r"Customer.*is required"):
        executor.run("create_record", options, settings).unwrap()
    found = {**options, "row": {"title": "T", "customerid": "Northwind Roasters"}}
    assert executor.run("create_record", found, settings).ok
