"""Copy Values From and Recalculate Rollup through the executor, over HTTPS against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.errors import NotFoundError, OntegError

MISSING = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def account(run: Any) -> dict[str, str]:
    row = {"name": "A", "address1_city": "Seattle"}
    return {"table": "account", "id": run("create_record", table="account", row=row)["id"]}


def test_what_is_copied_is_what_create_record_takes(run: Any, account: dict[str, str]) -> None:
    output = run("copy_values_from", **account, new_table="contact")
    assert output["id"] is None
    assert output["row"]["parentcustomerid"] == {"table": "account", "id": account["id"]}
    made = run("create_record", table="contact", row={**output["row"], "lastname": "B"}, returning=True)["row"]
    assert (made["address1_city"], made["parentcustomerid"]) == ("Seattle", account["id"])


def test_a_row_is_created_where_asked_for(run: Any, account: dict[str, str]) -> None:
    more = {"lastname": "B", "address1_city": "Oslo"}
    own = run("copy_values_from", **account, new_table="contact", row=more, create="true")["id"]
    row = run("get_record", table="contact", key=own, select="address1_city,parentcustomerid")["row"]
    assert (row["address1_city"], row["parentcustomerid"]) == ("Oslo", account["id"])


def test_a_dry_run_creates_nothing(run: Any, account: dict[str, str]) -> None:
    more = {"lastname": "Dry"}
    output = run("copy_values_from", **account, new_table="contact", row=more, create=True, dry_run=True)
    assert [one["method"] for one in output["requests"]] == ["POST"]
    assert run("count_records", table="contact", filter="lastname eq 'Dry'")["count"] == 0


def test_tables_without_a_map_are_refused(run: Any, account: dict[str, str]) -> None:
    with pytest.raises(OntegError, match="no entity map"):
        run("copy_values_from", **account, new_table="task")
    with pytest.raises(NotFoundError):
        run("copy_values_from", table="account", id=MISSING, new_table="contact")


def test_a_rollup_is_recalculated(run: Any, account: dict[str, str]) -> None:
    assert run("recalculate_rollup", **account, column="opendeals")["value"] == 0
    run("create_record", table="opportunity", row={"name": "D", "parentaccountid": account["id"]})
    assert run("recalculate_rollup", **account, column="OpenDeals")["value"] == 1
    with pytest.raises(OntegError, match="not a rollup"):
        run("recalculate_rollup", **account, column="name")
