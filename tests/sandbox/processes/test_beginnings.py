"""InitializeFrom and CalculateRollupField."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.processes.desk import CRM, MISSING, Desk


def initialize(desk: Desk, address: str, target: str) -> Any:
    kind = quote(f"{CRM}.TargetFieldType'ValidForCreate'")
    return desk.get(
        "InitializeFrom(EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3)"
        f"?@p1={{'@odata.id':'{address}'}}&@p2='{target}'&@p3={kind}"
    )


def test_what_it_gives_can_be_posted(desk: Desk) -> None:
    account = desk.create("accounts", name="A", address1_city="Seattle", telephone1="1", numberofemployees=5)
    begun = initialize(desk, f"accounts({account})", "contact").json()
    assert begun["@odata.type"] == f"#{CRM}.contact"
    assert begun["parentcustomerid_account@odata.bind"] == f"accounts({account})"
    assert (begun["address1_city"], begun["telephone1"]) == ("Seattle", "1")
    assert not {"name", "numberofemployees", "accountid"} & set(begun)
    body = {name: value for name, value in begun.items() if not name.startswith("@")}
    own = desk.create("contacts", lastname="B", **body)
    assert desk.row(f"contacts({own})")["_parentcustomerid_value"] == account
    assert len(desk.all("contacts")) == 1


@pytest.mark.parametrize(
    ("address", "target", "status"),
    [("accounts({})", "task", 400), ("accounts({})", "nosuch", 404), (f"accounts({MISSING})", "contact", 404)],
)
def test_what_does_not_fit_is_refused(desk: Desk, address: str, target: str, status: int) -> None:
    account = desk.create("accounts", name="A")
    assert initialize(desk, address.format(account), target).status == status


def rollup(desk: Desk, address: str, column: str) -> Any:
    return desk.get(f"CalculateRollupField(Target=@p1,FieldName=@p2)?@p1={{'@odata.id':'{address}'}}&@p2='{column}'")


def test_a_rollup_column_is_counted_anew(desk: Desk) -> None:
    account = desk.create("accounts", name="A")
    for value in (100, 250):
        link = {"parentaccountid@odata.bind": f"accounts({account})"}
        desk.create("opportunities", name="D", estimatedvalue=value, **link)
    answer = rollup(desk, f"accounts({account})", "openrevenue").json()
    assert (answer["openrevenue"], answer["openrevenue_state"]) == (350, 1)
    assert rollup(desk, f"accounts({account})", "opendeals").json()["opendeals"] == 2
    assert desk.row(f"accounts({account})")["opendeals"] == 2


@pytest.mark.parametrize("column", ["name", "nosuch"])
def test_another_column_is_no_rollup(desk: Desk, column: str) -> None:
    account = desk.create("accounts", name="A")
    assert rollup(desk, f"accounts({account})", column).status == 400
