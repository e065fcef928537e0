from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.sandbox.model import Navigation
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write import associate, disassociate
from tests.sandbox.write.conftest import Desk


def navigation(desk: Desk, table: str, name: str) -> Navigation:
    found = desk.world.model.navigation(table, name)
    assert found is not None
    return found


def link(desk: Desk, table: str, own: str, name: str, other_table: str, other: str) -> None:
    with desk.world.store.transaction():
        ends: tuple[Any, ...] = (desk.table(other_table), desk.row(other_table, other))
        way = navigation(desk, table, name)
        associate(desk.world, desk.caller, desk.table(table), desk.row(table, own), way, *ends)


def unlink(desk: Desk, table: str, own: str, name: str, other: dict[str, Any] | None = None) -> None:
    with desk.world.store.transaction():
        way = navigation(desk, table, name)
        disassociate(desk.world, desk.caller, desk.table(table), desk.row(table, own), way, other)


def test_a_lookup_is_set_and_cleared(desk: Desk) -> None:
    firm, person = desk.create("account", name="A"), desk.create("contact", lastname="Ito")
    link(desk, "account", firm, "primarycontactid", "contact", person)
    row = desk.row("account", firm)
    assert (row["primarycontactid"], row["primarycontactid__table"]) == (person, "contact")
    unlink(desk, "account", firm, "primarycontactid")
    row = desk.row("account", firm)
    assert (row["primarycontactid"], row["primarycontactid__table"]) == (None, None)


def test_a_row_joins_a_collection_and_leaves_it(desk: Desk) -> None:
    firm, task = desk.create("account", name="A"), desk.create("task", subject="T")
    link(desk, "account", firm, "Account_Tasks", "task", task)
    assert desk.row("task", task)["regardingobjectid"] == firm
    unlink(desk, "account", firm, "Account_Tasks", desk.row("task", task))
    assert desk.row("task", task)["regardingobjectid"] is None


def test_leaving_another_rows_collection_does_nothing(desk: Desk) -> None:
    firm, other, task = desk.create("account"), desk.create("account"), desk.create("task", subject="T")
    link(desk, "account", firm, "Account_Tasks", "task", task)
    unlink(desk, "account", other, "Account_Tasks", desk.row("task", task))
    assert desk.row("task", task)["regardingobjectid"] == firm


def test_an_activity_joins_and_leaves_by_the_way_of_all_activities(desk: Desk) -> None:
    firm, task = desk.create("account", name="A"), desk.create("task", subject="T")
    link(desk, "account", firm, "Account_ActivityPointers", "task", task)
    assert desk.row("task", task)["regardingobjectid"] == firm
    unlink(desk, "account", firm, "Account_ActivityPointers", desk.row("activitypointer", task))
    assert desk.row("task", task)["regardingobjectid"] is None


def test_a_pair_is_made_once_and_taken_apart(desk: Desk) -> None:
    firm, lead = desk.create("account", name="A"), desk.create("lead", lastname="L")
    link(desk, "account", firm, "accountleads_association", "lead", lead)
    (pair,) = desk.world.store.select("accountleads", {})
    assert (pair["accountid"], pair["leadid"]) == (firm, lead)
    with pytest.raises(Refusal) as caught:
        link(desk, "lead", lead, "accountleads_association", "account", firm)
    assert (caught.value.status, caught.value.code) == (412, "0x80040237")
    unlink(desk, "lead", lead, "accountleads_association", desk.row("account", firm))
    assert desk.world.store.count("accountleads") == 0
    unlink(desk, "lead", lead, "accountleads_association", desk.row("account", firm))


def test_a_way_leads_to_its_own_table(desk: Desk) -> None:
    firm, other = desk.create("account", name="A"), desk.create("account", name="B")
    for name in ("primarycontactid", "Account_Tasks", "accountleads_association"):
        with pytest.raises(Refusal) as caught:
            link(desk, "account", firm, name, "account", other)
        assert (caught.value.status, caught.value.code) == (400, "0x80048d19")


def test_an_owner_can_be_linked(desk: Desk) -> None:
    own = desk.create("account", name="A")
    (team,) = desk.world.store.select("team", {})
    link(desk, "account", own, "ownerid", "team", team["teamid"])
    assert desk.row("account", own)["owningteam"] == team["teamid"]


def test_a_required_lookup_stays(desk: Desk) -> None:
    deal = desk.create("opportunity", name="O")
    own = desk.create("opportunityproduct", **{"opportunityid@odata.bind": f"opportunities({deal})"})
    with pytest.raises(Refusal) as caught:
        unlink(desk, "opportunityproduct", own, "opportunityid")
    assert caught.value.code == "0x80040203"
