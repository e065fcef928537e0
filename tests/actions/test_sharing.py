"""Share Record, Unshare Record, List Record Access, Merge Records, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import InputError, OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.entra import READER


@pytest.fixture
def account(run: Any) -> dict[str, str]:
    return {"table": "account", "id": run("create_record", table="account", row={"name": "S"})["id"]}


def test_rights_are_given_added_and_taken_away(run: Any, account: dict[str, str]) -> None:
    first = run("share_record", **account, principal="Priya Raman", rights="Read, Write")
    assert first["principal"]["table"] == "systemuser"
    run("share_record", **account, principal=first["principal"]["id"], rights=["Append"])
    shares = run("list_record_access", **account)["shares"]
    assert shares == [{**first["principal"], "rights": ["Read", "Write", "Append"]}]
    run("share_record", **account, principal=first["principal"], rights="read", replace="true")
    assert run("list_record_access", **account)["shares"][0]["rights"] == ["Read"]
    run("unshare_record", **account, principal="Priya Raman")
    assert run("list_record_access", **account)["shares"] == []


def test_what_somebody_may_do_however_he_came_by_it(run: Any, account: dict[str, str]) -> None:
    output = run("list_record_access", **account, principal="# Sandbox Connector")
    assert {"Read", "Write", "Delete", "Share", "Assign"} <= set(output["rights"])


def test_a_shared_row_is_seen_by_who_could_not(
    run: Any, executor: Executor, sandbox: Sandbox, account: dict[str, str]
) -> None:
    reader = sandbox.settings(READER)
    read = {"table": "account", "key": account["id"], "select": "name"}
    assert not executor.run("get_record", read, reader).ok
    own = executor.run("who_am_i", {}, reader).unwrap()["user_id"]
    run("share_record", **account, principal={"table": "systemuser", "id": own}, rights="Read")
    assert executor.run("get_record", read, reader).unwrap()["row"]["name"] == "S"
    run("unshare_record", **account, principal=own)
    assert not executor.run("get_record", read, reader).ok


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"principal": "Nobody At All", "rights": "Read"}, "no row has this name"),
        ({"principal": "Priya Raman", "rights": "Fly"}, "Rights.*must be one of"),
        ({"principal": "Priya Raman", "rights": ""}, "Rights"),
        ({"table": "transactioncurrency", "principal": "Priya Raman", "rights": "Read"}, "belong to nobody"),
    ],
)
def test_what_does_not_fit_is_said(run: Any, account: dict[str, str], options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        run("share_record", **{**account, **options})


def test_a_dry_run_shares_nothing(run: Any, account: dict[str, str]) -> None:
    output = run("share_record", **account, principal="Priya Raman", rights="Read", dry_run=True)
    assert output["requests"][0]["path"] == "GrantAccess"
    assert run("list_record_access", **account)["shares"] == []


def test_rows_are_merged(run: Any, account: dict[str, str]) -> None:
    other = run("create_record", table="account", row={"name": "T"})["id"]
    child = run("create_record", table="contact", row={"lastname": "C", "parentcustomerid": f"accounts({other})"})["id"]
    run("merge_records", **account, merged_id=other, row={"telephone2": "2", "primarycontactid": child})
    kept = run("get_record", table="account", key=account["id"])["row"]
    assert (kept["telephone2"], kept["primarycontactid"]) == ("2", child)
    merged = run("get_record", table="account", key=other, select="statecode,masterid")["row"]
    assert (merged["statecode"], merged["masterid"]) == (1, account["id"])
    moved = run("get_record", table="contact", key=child, select="parentcustomerid")["row"]
    assert moved["parentcustomerid"] == account["id"]


def test_what_cannot_be_merged(run: Any, account: dict[str, str]) -> None:
    with pytest.raises(InputError, match="is the row that stays"):
        run("merge_records", **account, merged_id=account["id"])
    with pytest.raises(InputError, match="only rows of account"):
        run("merge_records", table="opportunity", id=account["id"], merged_id="11111111-1111-1111-1111-111111111111")
    with pytest.raises(OntegError):
        run("merge_records", **account, merged_id="11111111-1111-1111-1111-111111111111")
