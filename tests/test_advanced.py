"""Advanced options and dry runs, through the executor over HTTPS against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from onteg_dynamics.errors import InputError, NotFoundError, PermissionDeniedError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import READER
from onteg_dynamics.sandbox.log import Exchange
from tests.sandbox.elastic.conftest import definition
from tests.sandbox.webhooks.desk import Desk, values
from tests.sandbox.webhooks.receiver import receiving


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
    contact, category = output["resolved"]
    assert (contact["column"], contact["given"]) == ("primarycontactid", "Omar Haddad")
    assert contact["value"].startswith("/contacts(")
    assert category == {"column": "accountcategorycode", "given": "Standard", "value": 2}
    needed = [(one["table"], one["access"]) for one in output["privileges"]]
    assert needed == [("account", "Write"), ("account", "Append"), ("contact", "AppendTo")]


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


@pytest.fixture
def desk(sandbox: Sandbox) -> Iterator[Desk]:
    with receiving() as receiver:
        made = Desk(sandbox, receiver)
        with made.session:
            yield made


def people(name: str, **options: Any) -> list[tuple[str, dict[str, Any]]]:
    """A new contact, alone and by each of the roads that carry several rows."""
    rows = [{"lastname": f"{name} {number}"} for number in range(2)]
    operations = [{"operation": "Create", "table": "contact", "row": row} for row in rows]
    return [
        ("create_record", {"table": "contact", "row": rows[0], **options}),
        ("create_records", {"table": "contact", "rows": rows, **options}),
        ("run_batch", {"operations": operations, **options}),
        ("run_batch", {"operations": operations, "all_or_nothing": True, **options}),
    ]


ROADS = range(len(people("")))


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("bypassed", "heard"), [({}, 1), ({"bypass_plugins": "Synchronous"}, 0)])
def test_plugins_are_bypassed(
    executor: Executor, settings: dict[str, str], desk: Desk, road: int, bypassed: dict[str, str], heard: int
) -> None:
    desk.step("Create", mode=0)
    action, options = people("Bypass", **bypassed)[road]
    executor.run(action, options, settings).unwrap()
    assert bool(desk.posts()) == heard


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("bypassed", "heard"), [({}, 1), ({"bypass_flows": "yes"}, 0)])
def test_flows_are_bypassed(
    executor: Executor, settings: dict[str, str], desk: Desk, road: int, bypassed: dict[str, str], heard: int
) -> None:
    desk.callback(1)
    action, options = people("Flow", **bypassed)[road]
    executor.run(action, options, settings).unwrap()
    assert bool(desk.posts()) == heard


@pytest.mark.parametrize("road", ROADS)
def test_a_tag_reaches_plugins(executor: Executor, settings: dict[str, str], desk: Desk, road: int) -> None:
    desk.step("Create", mode=0)
    action, options = people("Tag", tag="import & more")[road]
    executor.run(action, options, settings).unwrap()
    assert {values(post.json()["SharedVariables"])["tag"] for post in desk.posts()} == {"import & more"}


@pytest.mark.parametrize(("detect", "refused"), [(None, ""), ("no", ""), ("yes", "0x80040333")])
def test_duplicates_are_detected_or_not(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], detect: str | None, refused: str
) -> None:
    options: dict[str, Any] = {"table": "contact", "row": {"lastname": "A", "emailaddress1": "a@b.example"}}
    executor.run("create_record", options, settings).unwrap()
    again = {**options, "detect_duplicates": detect} if detect else options
    result = executor.run("create_record", again, settings)
    assert (result.error or {}).get("code", "") == refused
    told = sent(sandbox, "POST")[-1].request_headers.get("mscrm.suppressduplicatedetection")
    assert told == {None: None, "no": "true", "yes": "false"}[detect]


@pytest.mark.parametrize("road", ROADS)
def test_another_acts(executor: Executor, sandbox: Sandbox, settings: dict[str, str], road: int) -> None:
    (user,) = executor.run(
        "list_records",
        {"table": "systemuser", "filter": "azureactivedirectoryobjectid ne null and isdisabled eq false", "top": 1},
        settings,
    ).unwrap()["rows"]
    action, options = people("Acted", impersonate=user["azureactivedirectoryobjectid"])[road]
    executor.run(action, options, settings).unwrap()
    made = {"table": "contact", "filter": "startswith(lastname, 'Acted')", "select": "createdby,createdonbehalfby"}
    rows = executor.run("list_records", made, settings).unwrap()["rows"]
    reader = sandbox.settings(READER)
    assert {row["createdby"] for row in rows} == {user["systemuserid"]}
    with pytest.raises(PermissionDeniedError):
        executor.run(
            "create_record", people("", impersonate=user["azureactivedirectoryobjectid"])[0][1], reader
        ).unwrap()


def test_a_partition_is_told(executor: Executor, settings: dict[str, str]) -> None:
    made = {"method": "POST", "path": "EntityDefinitions", "body": definition()}
    executor.run("send_request", made, settings).unwrap()
    table = {"table": "contoso_sensordata"}
    row = {"contoso_sensortype": "Heat"}
    own = executor.run("create_record", {**table, "row": row, "partition_id": "d1"}, settings).unwrap()["id"]
    assert executor.run("get_record", {**table, "key": own, "partition_id": "d1"}, settings).ok
    with pytest.raises(NotFoundError):
        executor.run("get_record", {**table, "key": own}, settings).unwrap()
    change = {**table, "key": own, "row": {"contoso_value": 7}, "partition_id": "d1"}
    executor.run("update_record", change, settings).unwrap()
    listed = executor.run("list_records", {**table, "partition_id": "d1"}, settings).unwrap()["rows"]
    assert [one["contoso_value"] for one in listed] == [7]
    operations = [{"operation": "Update", **table, "key": own, "row": {"contoso_value": 8}}]
    operations += [{"operation": "Create", **table, "row": {"contoso_sensortype": "Cold"}}]
    executor.run("run_batch", {"operations": operations, "partition_id": "d1"}, settings).unwrap()
    more = {**table, "rows": [{"contoso_sensortype": "Wet", "contoso_value": 9}], "partition_id": "d1"}
    executor.run("create_records", more, settings).unwrap()
    listed = executor.run("list_records", {**table, "partition_id": "d1"}, settings).unwrap()["rows"]
    assert sorted(str(one["contoso_value"]) for one in listed) == ["8", "9", "None"]
    assert executor.run("delete_record", {**table, "key": own, "partition_id": "d1"}, settings).ok


def test_a_component_joins_its_solution(executor: Executor, sandbox: Sandbox, settings: dict[str, str]) -> None:
    options = {"name": "new_Machine", "label": "Machine", "solution": "new_Shop"}
    executor.run("create_table", options, settings).unwrap()
    assert sent(sandbox, "POST")[-1].request_headers["mscrm.solutionuniquename"] == "new_Shop"
    with pytest.raises(InputError, match="letters, digits and underscores"):
        executor.run("create_table", {**options, "solution": "new_Shop\r\nX: y"}, settings).unwrap()
    with pytest.raises(InputError, match="line break"):
        executor.run("create_table", {**options, "solution": "new_Shop\n"}, settings).unwrap()


@pytest.mark.parametrize("action", ["update_record", "run_batch"])
def test_a_dry_run_shows_the_headers_too(executor: Executor, settings: dict[str, str], action: str) -> None:
    own = account(executor, settings)
    row: dict[str, Any] = {"table": "account", "key": own, "row": {"fax": "1"}}
    options = row if action == "update_record" else {"operations": [{"operation": "Update", **row}]}
    told = executor.run(action, {**options, "dry_run": True, "bypass_flows": True, "tag": "t"}, settings).unwrap()
    (request,) = told["requests"]
    assert request["headers"]["MSCRM.SuppressCallbackRegistrationExpanderJob"] == "true"
    assert request["path"].endswith("?tag=t")


def test_privileges_of_links_owners_and_shares(executor: Executor, settings: dict[str, str]) -> None:
    own = account(executor, settings)

    def needed(action: str, **options: Any) -> set[tuple[str, str]]:
        told = executor.run(action, {"table": "account", "dry_run": True, **options}, settings).unwrap()
        return {(one["table"], one["access"]) for one in told["privileges"]}

    assert needed("assign_record", key=own, owner="Priya Raman") == {("account", "Write"), ("account", "Assign")}
    assert needed("share_record", id=own, principal="Amara Diallo", rights="Read") == {("account", "Share")}
    link = {"id": own, "related_table": "contact", "relationship": "contact_customer_accounts"}
    linked = needed("relate_records", **link, related_ids="63340473-921d-5b5b-bf63-d39bc3a1d4d3")
    assert linked == {("account", "AppendTo"), ("contact", "Append")}


def test_a_dry_run_of_many_rows_tells_what_labels_mean(executor: Executor, settings: dict[str, str]) -> None:
    rows = [{"lastname": "Berg", "leadsourcecode": "Web"}, {"lastname": "Lind", "leadsourcecode": 4}]
    told = executor.run("create_records", {"table": "lead", "rows": rows, "dry_run": True}, settings).unwrap()
    assert told["resolved"] == [{"column": "leadsourcecode", "given": "Web", "value": 8}]
