from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onteg_dynamics.sandbox.model import Key
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write.references import key_values, parse_key, resolve, row_by_key
from tests.sandbox.service.client import USER
from tests.sandbox.write.conftest import Desk

OWN = "11111111-2222-3333-4444-55555555aaaa"


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    """Accounts known by their number, by employees and category, and by their contact."""
    account = desk.table("account")
    keys = (
        Key("account", "number", "Number", "Number", ("accountnumber",), "k1"),
        Key("account", "size", "Size", "Size", ("numberofemployees", "accountcategorycode"), "k2"),
        Key("account", "person", "Person", "Person", ("primarycontactid",), "k3"),
        Key("account", "dead", "Dead", "Dead", ("name",), "k4", status="Failed"),
    )
    desk.world.model = desk.world.model.with_tables([replace(account, keys=keys)])
    return desk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OWN, OWN),
        (OWN.upper(), OWN),
        (f" {OWN} ", OWN),
        ("a='x'", {"a": "x"}),
        ("a='O''Brian, Ltd'", {"a": "O'Brian, Ltd"}),
        ("a='x', b=5", {"a": "x", "b": 5}),
        ("a=-5,b=1.25,c=true,d=false,e=null", {"a": -5, "b": 1.25, "c": True, "d": False, "e": None}),
        (f"_a_value={OWN}", {"_a_value": OWN}),
        ("a=2024-05-01T10:00:00Z", {"a": "2024-05-01T10:00:00Z"}),
        ("a=2024-05-01", {"a": "2024-05-01"}),
        ("a=''", {"a": ""}),
    ],
)
def test_keys_are_read(text: str, expected: Any) -> None:
    assert parse_key(text) == expected


@pytest.mark.parametrize(
    "text", ["", "x", "'x'", "a='x", "a='x'b='y'", "a==1", "=1", "a='x',,b=1", "a=1 b=2", "a=word"]
)
def test_what_is_no_key(text: str) -> None:
    assert parse_key(text) is None


def test_rows_are_found_by_id_and_by_key(keyed: Desk) -> None:
    person = keyed.create("contact", lastname="Ito")
    bind = {"primarycontactid@odata.bind": f"/contacts({person})"}
    row = keyed.create("account", name="A", accountnumber="7", numberofemployees=3, accountcategorycode=1, **bind)
    table = keyed.table("account")
    for key in (
        row,
        {"accountid": row},
        {"accountnumber": "7"},
        {"numberofemployees": 3, "accountcategorycode": 1},
        {"_primarycontactid_value": person},
    ):
        found = row_by_key(keyed.world, table, key)
        assert found is not None
        assert found["accountid"] == row
    assert row_by_key(keyed.world, table, {"accountnumber": "8"}) is None


@pytest.mark.parametrize(
    "key",
    [
        {"name": "A"},
        {"accountnumber": "7", "name": "A"},
        {"numberofemployees": 3},
        {"nope": 1},
        {"primarycontactid": OWN},
        {"accountid": "7"},
        {"numberofemployees": "3", "accountcategorycode": 1},
        {"numberofemployees": 3.5, "accountcategorycode": 1},
        {"numberofemployees": True, "accountcategorycode": 1},
        {"accountnumber": 7},
        {"_primarycontactid_value": "7"},
    ],
)
def test_names_and_values_that_are_no_key(keyed: Desk, key: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        key_values(keyed.table("account"), key)
    assert caught.value.status == 400


def test_text_in_a_key_keeps_its_letters(keyed: Desk) -> None:
    assert key_values(keyed.table("account"), {"accountnumber": OWN.upper()}) == {"accountnumber": OWN.upper()}


def test_people_and_teams_have_no_key_by_name(desk: Desk) -> None:
    with pytest.raises(Refusal):
        key_values(desk.table("systemuser"), {"systemuserid": USER})


@pytest.mark.parametrize(
    "address",
    [
        "/accounts({})",
        "accounts({})",
        "https://sandbox.test/api/data/v9.2/accounts({})",
        "https://sandbox.test/api/data/v9.1/accounts({})",
        "/api/data/v9.2/accounts({})",
        "accounts(accountnumber='O%27%27Brian%20%2F%207')",
        "accounts(accountnumber='O''Brian / 7')",
    ],
)
def test_addresses_lead_to_rows(keyed: Desk, address: str) -> None:
    row = keyed.create("account", name="A", accountnumber="O'Brian / 7")
    table, found = resolve(keyed.world, address.format(row), "contacts")
    assert (table.logical_name, found) == ("account", row)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("accounts", "0x80048d19"),
        ("accounts()", "0x80048d19"),
        ("nopes(11111111-2222-3333-4444-55555555aaaa)", "0x80048d19"),
        ("Accounts(11111111-2222-3333-4444-55555555aaaa)", "0x80048d19"),
        ("accounts(11111111-2222-3333-4444-55555555aaaa)/name", "0x80048d19"),
        (7, "0x80048d19"),
        (None, "0x80048d19"),
        ({"accountid": OWN}, "0x80048d19"),
        ("accounts(11111111-2222-3333-4444-55555555aaaa)", "0x80040217"),
        ("accounts(accountnumber='no')", "0x80060891"),
    ],
)
def test_addresses_that_lead_nowhere(keyed: Desk, address: Any, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        resolve(keyed.world, address, "contacts")
    assert caught.value.code == code
