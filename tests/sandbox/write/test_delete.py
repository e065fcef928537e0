from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write import delete_row
from tests.sandbox.write.conftest import EURO, Desk


def delete(desk: Desk, table: str, own: str) -> None:
    with desk.world.store.transaction():
        delete_row(desk.world, desk.caller, desk.table(table), desk.row(table, own))


def exists(desk: Desk, table: str, own: str) -> bool:
    return desk.world.store.exists(desk.table(table), own)


def test_a_row_goes(desk: Desk) -> None:
    own, other = desk.create("account", name="A"), desk.create("account", name="B")
    delete(desk, "account", own)
    assert (exists(desk, "account", own), exists(desk, "account", other)) == (False, True)


def test_rows_that_hang_on_it_go_too_and_theirs_as_well(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    deal = desk.create("opportunity", name="O", **{"customerid_account@odata.bind": f"accounts({firm})"})
    task = desk.create(
        "task", subject="T", **{"regardingobjectid_opportunity_task@odata.bind": f"opportunities({deal})"}
    )
    note = desk.create("annotation", subject="N", **{"objectid_task@odata.bind": f"tasks({task})"})
    delete(desk, "opportunity", deal)
    assert exists(desk, "account", firm)
    assert not any([exists(desk, "opportunity", deal), exists(desk, "task", task), exists(desk, "annotation", note)])


def test_links_to_it_are_removed_and_that_is_a_change(desk: Desk) -> None:
    person = desk.create("contact", lastname="Ito")
    firm = desk.create("account", name="A", **{"primarycontactid@odata.bind": f"contacts({person})"})
    before = desk.row("account", firm)
    delete(desk, "contact", person)
    after = desk.row("account", firm)
    assert (after["primarycontactid"], after["primarycontactid__table"]) == (None, None)
    assert after["versionnumber"] > before["versionnumber"]


def test_a_relationship_can_forbid_it_and_nothing_has_happened_then(desk: Desk) -> None:
    own = desk.create("account", name="A", **{"transactioncurrencyid@odata.bind": f"transactioncurrencies({EURO})"})
    with pytest.raises(Refusal) as caught:
        delete(desk, "transactioncurrency", EURO)
    assert (caught.value.status, caught.value.code) == (405, "0x80040227")
    assert exists(desk, "transactioncurrency", EURO)
    delete(desk, "account", own)
    delete(desk, "transactioncurrency", EURO)
    assert not exists(desk, "transactioncurrency", EURO)


def test_rows_of_another_table_with_the_same_id_are_left_alone(desk: Desk) -> None:
    own = desk.create("account", name="A")
    person = desk.create("contact", lastname="Ito", contactid=own)
    bind = {"customerid_contact@odata.bind": f"contacts({person})"}
    case = desk.create("incident", title="T", **bind)
    delete(desk, "account", own)
    assert exists(desk, "incident", case)
    assert desk.row("incident", case)["customerid"] == person


def test_pairs_go_and_the_other_end_stays(desk: Desk) -> None:
    lead = desk.create("lead", lastname="L")
    firm = desk.create("account", name="A", **{"accountleads_association@odata.bind": [f"leads({lead})"]})
    delete(desk, "account", firm)
    assert desk.world.store.count("accountleads") == 0
    assert exists(desk, "lead", lead)


def test_a_circle_ends(desk: Desk) -> None:
    first = desk.create("account", name="A")
    second = desk.create("account", name="B", **{"parentaccountid@odata.bind": f"accounts({first})"})
    desk.update("account", first, **{"parentaccountid@odata.bind": f"accounts({second})"})
    delete(desk, "account", first)
    assert not exists(desk, "account", first)


def test_base_types_are_not_deleted(desk: Desk) -> None:
    task = desk.create("task", subject="T")
    with pytest.raises(Refusal) as caught:
        delete(desk, "activitypointer", task)
    assert caught.value.code == "0x80040800"
