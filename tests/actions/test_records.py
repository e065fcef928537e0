"""Create, Get, Update, Upsert, Delete Record through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from onteg_dynamics.errors import (
    ConflictError,
    InputError,
    LookupTextError,
    NotFoundError,
    OntegError,
    UnknownNameError,
)
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

Run = Callable[..., Mapping[str, Any]]
MISSING = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def run(executor: Executor, settings: dict[str, str]) -> Run:
    def run(action: str, /, **options: Any) -> Mapping[str, Any]:
        return executor.run(action, options, settings).unwrap()

    return run


def account_id(run: Run, name: str = "Northwind Roasters") -> str:
    return str(run("list_records", table="account", filter=f"name eq '{name}'")["rows"][0]["accountid"])


@pytest.mark.parametrize("table", ["lead", "leads"])
def test_create_by_logical_name_and_by_entity_set_name(run: Run, table: str) -> None:
    made = run("Create Record", table=table, row={"subject": "A", "lastname": "B"})
    assert made["table"] == "lead"
    assert made["created"] is True
    assert run("get_record", table="lead", key=made["id"], select="subject")["row"]["subject"] == "A"


def test_a_whole_row_may_come_as_text(run: Run) -> None:
    row = (
        '{"subject": "A", "estimatedamount": "1500.5", "donotemail": "true", '
        '"leadsourcecode": "Web", "numberofemployees": "12"}'
    )
    made = run("create_record", table="lead", row=row, returning="true")["row"]
    assert (made["estimatedamount"], made["donotemail"], made["leadsourcecode"], made["numberofemployees"]) == (
        1500.5,
        True,
        8,
        12,
    )


@pytest.mark.parametrize(
    "customer",
    [
        "Northwind Roasters",
        "{id}",
        "{{{id}}}",
        "accounts({id})",
        {"table": "account", "id": "{id}"},
        {"table": "accounts", "name": "Northwind Roasters"},
        '{{"table": "account", "id": "{id}"}}',
    ],
    ids=str,
)
def test_one_rule_for_lookups(run: Run, customer: str | dict[str, str]) -> None:
    own = account_id(run)
    value = (
        customer.format(id=own)
        if isinstance(customer, str)
        else {name: text.format(id=own) for name, text in customer.items()}
    )
    made = run("create_record", table="incident", row={"title": "T", "customerid": value})
    row = run("get_record", table="incident", key=made["id"], select="customerid", labels=True)["row"]
    assert row["customerid"] == own
    assert row["customerid.table"] == "account"
    assert row["customerid.label"] == "Northwind Roasters"


def test_a_lookup_text_that_matches_two_rows(run: Run) -> None:
    for _ in range(2):
        run("create_record", table="account", row={"name": "Twin"})
    with pytest.raises(LookupTextError, match=r"more than one row has this name \(in account\)"):
        run("create_record", table="incident", row={"title": "T", "customerid": "Twin"})


def test_a_lookup_text_that_matches_no_row(run: Run) -> None:
    with pytest.raises(LookupTextError, match="no row has this name"):
        run("create_record", table="incident", row={"title": "T", "customerid": "Nobody"})


def test_null_clears_a_lookup_and_a_text(run: Run) -> None:
    own = account_id(run)
    run("update_record", table="account", key=own, row={"primarycontactid": None, "telephone1": None})
    row = run("get_record", table="account", key=own, select="primarycontactid,telephone1")["row"]
    assert (row["primarycontactid"], row["telephone1"]) == (None, None)


def test_labels_both_ways(run: Run) -> None:
    own = account_id(run)
    run("update_record", table="account", key=own, row={"accountcategorycode": "Standard"})
    row = run("get_record", table="account", key=own, select="accountcategorycode", labels="yes")["row"]
    assert (row["accountcategorycode"], row["accountcategorycode.label"]) == (2, "Standard")


def test_a_label_that_does_not_exist_names_the_others(run: Run) -> None:
    with pytest.raises(InputError, match=r"allowed are Preferred Customer \(1\), Standard \(2\)") as caught:
        run("update_record", table="account", key=account_id(run), row={"accountcategorycode": "Golden"})
    assert "row.accountcategorycode" in str(caught.value)


def test_every_selected_column_is_there_even_if_null(run: Run) -> None:
    made = run("create_record", table="contact", row={"lastname": "Solo"})
    row = run("get_record", table="contact", key=made["id"], select="firstname,parentcustomerid,birthdate")["row"]
    assert row == {"contactid": made["id"], "firstname": None, "parentcustomerid": None, "birthdate": None}


def test_update_never_creates(run: Run) -> None:
    with pytest.raises(NotFoundError) as caught:
        run("update_record", table="account", key=MISSING, row={"name": "x"})
    assert caught.value.details.status == 404
    assert caught.value.details.table == "account"


def test_update_with_an_old_version(run: Run) -> None:
    own = account_id(run)
    old = run("get_record", table="account", key=own)["etag"]
    run("update_record", table="account", key=own, row={"fax": "1"}, etag=old)
    with pytest.raises(ConflictError):
        run("update_record", table="account", key=own, row={"fax": "2"}, etag=old)
    assert run("get_record", table="account", key=own, select="fax")["row"]["fax"] == "1"


def test_upsert_tells_what_it_did(run: Run) -> None:
    options = {"table": "account", "key": MISSING, "row": {"name": "New"}}
    assert run("upsert_record", **options)["created"] is True
    assert run("upsert_record", **options)["created"] is False
    with pytest.raises(ConflictError):
        run("upsert_record", **options, create_only="true")


def test_delete_then_get(run: Run) -> None:
    made = run("create_record", table="lead", row={"lastname": "Gone"})
    assert run("delete_record", table="lead", key=made["id"]) == {"table": "lead", "deleted": True}
    with pytest.raises(NotFoundError):
        run("get_record", table="lead", key=made["id"])


def test_a_guid_in_braces(run: Run) -> None:
    own = account_id(run)
    assert run("get_record", table="account", key="{" + own.upper() + "}")["id"] == own


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"table": "acount", "row": {"name": "x"}}, 'Did you mean "account"'),
        ({"table": "account", "row": {"nam": "x"}}, 'account has no such column. Did you mean "name"'),
        ({"table": "account", "row": {"numberofemployees": "many"}}, "row.numberofemployees"),
        ({"table": "account", "row": {"name": "x" * 161}}, "160"),
        ({"row": {"name": "x"}}, "Table (table): is required"),
        ({"table": "account", "row": "name=x"}, "Columns (row)"),
        ({"table": "account", "row": {"name": "x"}, "retuning": "true"}, "there is no such option"),
    ],
)
def test_bad_input_is_told_before_anything_is_sent(
    executor: Executor, settings: dict[str, str], options: dict[str, Any], told: str
) -> None:
    rows = executor.run("list_records", {"table": "account", "count": True}, settings).unwrap()["count"]
    result = executor.run("create_record", options, settings)
    assert not result.ok
    assert told in str(result.error)
    assert executor.run("list_records", {"table": "account", "count": True}, settings).unwrap()["count"] == rows


def test_every_problem_is_told_at_once(run: Run) -> None:
    row = {"nam": "x", "revenue": "much", "accountcategorycode": "Golden", "primarycontactid": "Nobody"}
    with pytest.raises(InputError) as caught:
        run("create_record", table="account", row=row)
    assert {problem.path for problem in caught.value.problems} >= {
        "row.nam",
        "row.revenue",
        "row.accountcategorycode",
        "row.primarycontactid",
    }


def test_an_unknown_table_is_an_input_error(run: Run) -> None:
    with pytest.raises(UnknownNameError):
        run("get_record", table="nothing_like_it", key=MISSING)


def test_errors_never_show_what_was_written(run: Run) -> None:
    with pytest.raises(OntegError) as caught:
        run("create_record", table="account", row={"revenue": "a-private-number"})
    assert "a-private-number" not in str(caught.value)


def sent_patches(sandbox: Sandbox) -> int:
    return sum(one.method == "PATCH" for one in sandbox.exchanges)


@pytest.mark.parametrize("action", ["update_record", "upsert_record"])
def test_what_is_as_it_should_be_is_left_alone(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], action: str
) -> None:
    row = executor.run("find_record", {"table": "account", "text": "Northwind Roasters"}, settings).unwrap()
    values = {name: row["row"][name] for name in ("name", "primarycontactid", "industrycode")}
    values |= {"creditonhold": "No", "fax": "", "revenue": f"{row['row']['revenue']}0"}
    same = {"table": "account", "key": row["id"], "row": values}
    output = executor.run(action, {**same, "only_changes": "true", "returning": "true"}, settings).unwrap()
    assert (output["changed"], sent_patches(sandbox)) == (False, 0)
    assert (output["id"], output["row"]["name"]) == (row["id"], "Northwind Roasters")
    other = {**same, "row": {**values, "fax": "12"}, "only_changes": True}
    assert executor.run(action, other, settings).unwrap()["changed"] is True
    assert sent_patches(sandbox) == 1


def test_a_version_is_heeded_before_anything_is_skipped(executor: Executor, settings: dict[str, str]) -> None:
    own = executor.run("find_record", {"table": "account", "text": "Northwind Roasters"}, settings).unwrap()["id"]
    options = {"table": "account", "key": own, "row": {"name": "Northwind Roasters"}, "only_changes": True}
    with pytest.raises(ConflictError):
        executor.run("update_record", {**options, "etag": 'W/"1"'}, settings).unwrap()
    etag = executor.run("get_record", {"table": "account", "key": own}, settings).unwrap()["etag"]
    assert executor.run("update_record", {**options, "etag": etag}, settings).unwrap()["changed"] is False


def test_a_row_that_is_not_there_is_made_all_the_same(executor: Executor, settings: dict[str, str]) -> None:
    key = "11111111-1111-1111-1111-111111111111"
    options = {"table": "account", "key": key, "row": {"name": "New"}, "only_changes": True}
    with pytest.raises(NotFoundError):
        executor.run("update_record", options, settings).unwrap()
    output = executor.run("upsert_record", options, settings).unwrap()
    assert (output["created"], output["changed"]) == (True, True)
