from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.write.conftest import Desk

STATE = "0x80048408"


def pair(row: dict[str, Any]) -> tuple[int, int]:
    return row["statecode"], row["statuscode"]


def test_a_row_begins_in_its_first_state_with_its_first_reason(desk: Desk) -> None:
    assert pair(desk.row("account", desk.create("account"))) == (0, 1)
    assert pair(desk.row("task", desk.create("task"))) == (0, 2)
    assert pair(desk.row("opportunity", desk.create("opportunity", name="O"))) == (0, 1)


def test_a_state_brings_its_reason_and_can_be_given_at_once(desk: Desk) -> None:
    own = desk.create("account", statecode=1)
    assert pair(desk.row("account", own)) == (1, 2)
    assert pair(desk.update("account", own, statecode=0)) == (0, 1)


def test_state_and_reason_go_together(desk: Desk) -> None:
    own = desk.create("task", subject="T")
    assert pair(desk.update("task", own, statecode=1, statuscode=5)) == (1, 5)
    assert pair(desk.update("task", own, statuscode=5)) == (1, 5)
    assert pair(desk.update("task", own, statecode=0)) == (0, 2)
    assert pair(desk.update("task", own, statuscode=3)) == (0, 3)


@pytest.mark.parametrize(
    "payload",
    [{"statecode": 1, "statuscode": 1}, {"statuscode": 2}, {"statecode": 0, "statuscode": 2}],
)
def test_a_reason_of_another_state_is_refused(desk: Desk, payload: dict[str, int]) -> None:
    own = desk.create("account")
    found = desk.refused(STATE, "account", own, **payload)
    assert found.status == 400
    assert "is not a valid status code for state code accountState." in found.message
    assert own in found.message


def test_states_and_reasons_that_do_not_exist(desk: Desk) -> None:
    own = desk.create("account")
    for payload in ({"statecode": 7}, {"statuscode": 7}):
        desk.refused("0x8004431a", "account", own, **payload)


@pytest.mark.parametrize(
    ("table", "state", "message"),
    [("opportunity", 1, "WinOpportunity"), ("opportunity", 2, "LoseOpportunity"), ("quote", 2, "WinQuote")],
)
def test_some_states_are_reached_by_their_message_only(desk: Desk, table: str, state: int, message: str) -> None:
    firm = desk.create("account", name="A")
    own = desk.create(table, name="X", **{"customerid_account@odata.bind": f"accounts({firm})"})
    found = desk.refused(STATE, table, own, statecode=state)
    assert f"use the {message} message instead" in found.message
    assert desk.row(table, own)["statecode"] == 0


def test_other_writes_leave_the_state_alone(desk: Desk) -> None:
    own = desk.create("account", statecode=1)
    assert pair(desk.update("account", own, name="B")) == (1, 2)


def test_tables_without_states_have_none(desk: Desk) -> None:
    assert "statecode" not in desk.row("annotation", desk.create("annotation", subject="N"))
