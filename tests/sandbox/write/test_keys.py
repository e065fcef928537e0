from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onteg_dynamics.sandbox.model import Key
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write.keys import values_from_key
from tests.sandbox.write.conftest import Desk

OWN = "11111111-2222-3333-4444-55555555aaaa"


def keyed(desk: Desk, *columns: str, status: str = "Active", table: str = "account") -> None:
    key = Key(table, "k", "K", "The key", columns, "k", status)
    desk.world.model = desk.world.model.with_tables([replace(desk.table(table), keys=(key,))])


def test_two_rows_do_not_share_a_key(desk: Desk) -> None:
    keyed(desk, "accountnumber", "address1_city")
    desk.create("account", accountnumber="7", address1_city="Bath")
    desk.create("account", accountnumber="7", address1_city="Wells")
    found = desk.refused("0x80060892", "account", accountnumber="7", address1_city="bath")
    assert found.status == 412
    assert "Entity Key The key violated" in found.message
    assert "Account Number, Address 1: City" in found.message


def test_an_empty_part_is_no_key(desk: Desk) -> None:
    keyed(desk, "accountnumber", "address1_city")
    for _ in range(2):
        desk.create("account", accountnumber="7")


def test_a_row_does_not_clash_with_itself(desk: Desk) -> None:
    keyed(desk, "accountnumber")
    own = desk.create("account", accountnumber="7")
    assert desk.update("account", own, accountnumber="7", name="B")["name"] == "B"


def test_a_key_completed_by_an_update_is_watched_too(desk: Desk) -> None:
    keyed(desk, "accountnumber", "address1_city")
    desk.create("account", accountnumber="7", address1_city="Bath")
    own = desk.create("account", accountnumber="7")
    desk.refused("0x80060892", "account", own, address1_city="Bath")


def test_a_failed_key_watches_nothing(desk: Desk) -> None:
    keyed(desk, "accountnumber", status="Failed")
    for _ in range(2):
        desk.create("account", accountnumber="7")


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [("accountnumber", "7", "7"), ("numberofemployees", 7, 7), ("accountcategorycode", 1, 1)],
)
def test_an_address_gives_the_values_of_its_key(desk: Desk, column: str, value: Any, stored: Any) -> None:
    keyed(desk, column)
    assert values_from_key(desk.world, desk.table("account"), {column: value}) == {column: stored}


def test_a_lookup_in_a_key_is_linked_to_the_row_that_it_names(desk: Desk) -> None:
    keyed(desk, "customerid", table="incident")
    person = desk.create("contact", lastname="Ito")
    found = values_from_key(desk.world, desk.table("incident"), {"_customerid_value": person})
    assert found == {"customerid": person, "customerid__table": "contact"}


def test_a_lookup_in_a_key_must_name_a_row(desk: Desk) -> None:
    keyed(desk, "customerid", table="incident")
    with pytest.raises(Refusal, match="Does Not Exist"):
        values_from_key(desk.world, desk.table("incident"), {"_customerid_value": OWN})


def test_values_of_a_key_keep_the_limits_of_their_columns(desk: Desk) -> None:
    keyed(desk, "accountnumber", "accountcategorycode")
    table = desk.table("account")
    for key, words in (
        ({"accountnumber": "x" * 21, "accountcategorycode": 1}, "maximum allowed length"),
        ({"accountnumber": "x", "accountcategorycode": 99}, "outside the valid range"),
    ):
        with pytest.raises(Refusal, match=words):
            values_from_key(desk.world, table, key)
