from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from onteg_dynamics.sandbox.model import Key
from onteg_dynamics.sandbox.world import Caller
from onteg_dynamics.sandbox.write import update_row
from tests.sandbox.service.client import USER
from tests.sandbox.write.conftest import NOW, TEAM, Desk


def test_only_what_is_named_changes(desk: Desk) -> None:
    own = desk.create("account", name="A", telephone1="1")
    before = desk.row("account", own)
    desk.world.clock = lambda: NOW + timedelta(hours=1)
    after = desk.update("account", own, name="B")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"name", "modifiedon", "versionnumber"}
    assert (after["name"], after["telephone1"]) == ("B", "1")
    assert after["modifiedon"] == "2024-05-01T13:30:00Z"
    assert after["versionnumber"] > before["versionnumber"]


def test_who_changed_it_is_written_down(desk: Desk) -> None:
    own = desk.create("account", name="A")
    other = "99999999-52b4-4e87-a9c1-7f0b3d2e8a55"
    with desk.world.store.transaction():
        caller = Caller(other, desk.caller.business_unit_id, on_behalf_by=USER)
        update_row(desk.world, caller, desk.table("account"), desk.row("account", own), {"name": "B"})
    row = desk.row("account", own)
    assert (row["createdby"], row["modifiedby"], row["modifiedonbehalfby"]) == (USER, other, USER)


def test_the_id_and_other_fixed_columns_stay(desk: Desk) -> None:
    own = desk.create("account", name="A")
    after = desk.update("account", own, accountid=TEAM, createdon="2020-01-01T00:00:00Z", name="B")
    assert (after["accountid"], after["createdon"], after["name"]) == (own, "2024-05-01T12:30:00Z", "B")


def test_null_clears(desk: Desk) -> None:
    person = desk.create("contact", lastname="Ito")
    own = desk.create("account", name="A", **{"primarycontactid@odata.bind": f"contacts({person})"})
    after = desk.update("account", own, name=None, primarycontactid=None)
    assert (after["name"], after["primarycontactid"], after["primarycontactid__table"]) == (None, None, None)


@pytest.mark.parametrize("payload", [{"opportunityid": None}, {"opportunityid@odata.bind": None}])
def test_what_is_required_cannot_be_cleared(desk: Desk, payload: dict[str, None]) -> None:
    deal = desk.create("opportunity", name="O")
    product = desk.create("product", name="P", productnumber="1")
    binds = {"opportunityid@odata.bind": f"opportunities({deal})", "productid@odata.bind": f"products({product})"}
    own = desk.create("opportunityproduct", **binds)
    desk.refused("0x80040203", "opportunityproduct", own, **payload)


def test_an_owner_stays_somebody(desk: Desk) -> None:
    own = desk.create("account", name="A")
    desk.refused("0x80040203", "account", own, ownerid=None)
    after = desk.update("account", own, **{"ownerid@odata.bind": f"/teams({TEAM})"})
    assert (after["owningteam"], after["owninguser"]) == (TEAM, None)


def test_an_alternate_key_is_watched(desk: Desk) -> None:
    key = Key("account", "k", "K", "Number", ("accountnumber",), "k")
    desk.world.model = desk.world.model.with_tables([replace(desk.table("account"), keys=(key,))])
    desk.create("account", accountnumber="7")
    other = desk.create("account", accountnumber="8")
    assert desk.refused("0x80060892", "account", other, accountnumber="7").status == 412
    assert desk.update("account", other, accountnumber="8", name="B")["name"] == "B"


def test_a_refused_update_changes_nothing(desk: Desk) -> None:
    own = desk.create("account", name="A")
    before = desk.row("account", own)
    desk.refused("0x80044331", "account", own, telephone1="1", name="x" * 161)
    assert desk.row("account", own) == before


def test_nothing_to_change_is_still_a_change(desk: Desk) -> None:
    own = desk.create("account", name="A")
    before = desk.row("account", own)
    after = desk.update("account", own)
    assert after["versionnumber"] > before["versionnumber"]


def test_base_types_are_not_updated(desk: Desk) -> None:
    task = desk.create("task", subject="T")
    found = desk.refused("0x80040800", "activitypointer", task, subject="U")
    assert found.status == 405
