from __future__ import annotations

from dataclasses import replace

import pytest

from onteg_dynamics.sandbox.model import Key
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write import create_row
from tests.sandbox.service.client import USER
from tests.sandbox.write.conftest import Desk

OWN = "11111111-2222-3333-4444-55555555aaaa"


def test_a_row_gets_what_the_platform_adds(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", name="A"))
    assert (row["createdon"], row["modifiedon"]) == ("2024-05-01T12:30:00Z", "2024-05-01T12:30:00Z")
    assert row["createdby"] == row["modifiedby"] == row["ownerid"] == row["owninguser"] == USER
    assert (row["ownerid__table"], row["createdby__table"]) == ("systemuser", "systemuser")
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert row["createdonbehalfby"] is None
    assert row["versionnumber"] > 0


def test_columns_begin_with_their_defaults(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", name="A"))
    assert (row["creditonhold"], row["donotemail"]) == (0, 0)
    assert desk.row("account", desk.create("account", creditonhold=True))["creditonhold"] == 1


def test_versions_rise(desk: Desk) -> None:
    versions = [desk.row("account", desk.create("account", name=name))["versionnumber"] for name in "ABC"]
    assert versions == sorted(set(versions))


def test_the_id_comes_from_the_address_the_body_or_the_platform(desk: Desk) -> None:
    world, table = desk.world, desk.table("account")
    with world.store.transaction():
        assert create_row(world, desk.caller, table, {"name": "A"}, row_id=OWN) == OWN
    other = OWN.replace("1111", "2222")
    assert desk.create("account", accountid=other.upper()) == other
    assert desk.create("account", accountid=None) not in {OWN, other}


def test_an_id_is_used_once(desk: Desk) -> None:
    desk.create("account", accountid=OWN)
    found = desk.refused("0x80040237", "account", accountid=OWN)
    assert found.status == 412


def test_an_alternate_key_gives_its_values_and_the_body_wins(desk: Desk) -> None:
    account = replace(desk.table("account"), keys=(Key("account", "k", "K", "K", ("accountnumber", "name"), "k"),))
    desk.world.model = desk.world.model.with_tables([account])
    key = {"accountnumber": "7", "name": "from the address"}
    with desk.world.store.transaction():
        own = create_row(desk.world, desk.caller, account, {"name": "from the body"}, key=key)
    row = desk.row("account", own)
    assert (row["accountnumber"], row["name"]) == ("7", "from the body")


def test_rows_are_nested_both_ways(desk: Desk) -> None:
    own = desk.create(
        "account",
        name="A",
        primarycontactid={"lastname": "Ito", "Contact_Tasks": [{"subject": "call"}]},
        Account_Tasks=[{"subject": "one"}, {"subject": "two"}],
    )
    row = desk.row("account", own)
    assert desk.row("contact", row["primarycontactid"])["lastname"] == "Ito"
    tasks = desk.world.store.select("task", {})
    links = {task["subject"]: (task["regardingobjectid"], task["regardingobjectid__table"]) for task in tasks}
    assert links["one"] == links["two"] == (own, "account")
    assert links["call"] == (row["primarycontactid"], "contact")


def test_existing_and_new_rows_join_many_to_many(desk: Desk) -> None:
    lead = desk.create("lead", lastname="L")
    bind = {"accountleads_association@odata.bind": [f"/leads({lead})"]}
    own = desk.create("account", name="A", accountleads_association=[{"lastname": "M"}], **bind)
    pairs = desk.world.store.select("accountleads", {"accountid": own})
    assert len(pairs) == len({pair["leadid"] for pair in pairs}) == 2
    assert lead in {pair["leadid"] for pair in pairs}


def test_existing_rows_join_a_collection(desk: Desk) -> None:
    task = desk.create("task", subject="T")
    own = desk.create("account", name="A", **{"Account_Tasks@odata.bind": [f"/tasks({task})"]})
    assert desk.row("task", task)["regardingobjectid"] == own


def test_a_refusal_inside_takes_everything_back(desk: Desk) -> None:
    desk.refused("0x80044331", "account", primarycontactid={"lastname": "Ito"}, name="x" * 161)
    desk.refused("0x80048d19", "account", name="A", Account_Tasks=[{"nope": 1}])
    assert desk.world.store.count("account") == desk.world.store.count("contact") == 0


@pytest.mark.parametrize("table", ["activitypointer", "owner", "accountleads"])
def test_rows_of_these_come_from_elsewhere(desk: Desk, table: str) -> None:
    assert desk.refused("0x80040800", table).status == 405


def test_what_the_system_requires_is_required(desk: Desk) -> None:
    found = desk.refused("0x80040203", "opportunityproduct", quantity=1)
    assert found.message == "Attribute: opportunityid cannot be null on entity opportunityproduct."


def test_a_case_needs_a_customer_in_the_services_own_words(desk: Desk) -> None:
    found = desk.refused("0x80040203", "incident", title="T")
    assert found.message == "You should specify a parent contact or account."


def test_what_only_the_application_requires_may_be_missing(desk: Desk) -> None:
    assert desk.row("account", desk.create("account"))["name"] is None


def test_an_activity_knows_its_kind(desk: Desk) -> None:
    assert desk.row("task", desk.create("task", subject="T"))["activitytypecode"] == "task"


def test_a_deep_refusal_says_which_table(desk: Desk) -> None:
    with pytest.raises(Refusal) as caught:
        desk.create("account", name="A", primarycontactid={"name": "x"})
    assert "'Microsoft.Dynamics.CRM.contact'" in caught.value.message
