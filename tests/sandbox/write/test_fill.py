from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.world import Caller
from onteg_dynamics.sandbox.write import create_row
from tests.sandbox.service.client import USER
from tests.sandbox.write.conftest import EURO, OTHER_UNIT, TEAM, Desk

MONEY = {"transactioncurrencyid@odata.bind": f"transactioncurrencies({EURO})"}


def test_an_older_date_takes_the_place_of_the_creation(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", overriddencreatedon="2001-02-03T04:05:06Z"))
    assert (row["createdon"], row["overriddencreatedon"]) == ("2001-02-03T04:05:06Z", "2024-05-01T12:30:00Z")
    assert row["modifiedon"] == "2024-05-01T12:30:00Z"


def test_whoever_acts_for_another_is_named_beside_him(desk: Desk) -> None:
    other = "99999999-52b4-4e87-a9c1-7f0b3d2e8a55"
    caller = Caller(USER, desk.caller.business_unit_id, on_behalf_by=other)
    with desk.world.store.transaction():
        own = create_row(desk.world, caller, desk.table("account"), {"name": "A"})
    row = desk.row("account", own)
    assert (row["createdby"], row["createdonbehalfby"], row["modifiedonbehalfby"]) == (USER, other, other)


def test_a_users_row_is_in_his_business_unit(desk: Desk) -> None:
    row = desk.row("account", desk.create("account"))
    assert (row["owninguser"], row["owningteam"], row["owningbusinessunit"]) == (
        USER,
        None,
        desk.caller.business_unit_id,
    )


def test_a_teams_row_is_in_the_teams(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", **{"ownerid@odata.bind": f"teams({TEAM})"}))
    assert (row["owninguser"], row["owningteam"], row["owningbusinessunit"]) == (None, TEAM, OTHER_UNIT)
    assert row["ownerid__table"] == "team"
    back = desk.update("account", row["accountid"], **{"ownerid@odata.bind": f"systemusers({USER})"})
    assert (back["owninguser"], back["owningteam"]) == (USER, None)


def test_principals_own_themselves(desk: Desk) -> None:
    binds = {
        "businessunitid@odata.bind": f"businessunits({OTHER_UNIT})",
        "administratorid@odata.bind": f"systemusers({USER})",
    }
    own = desk.create("team", name="T", **binds)
    assert desk.row("team", own)["ownerid"] == own


def test_an_organizations_row_knows_its_organization(desk: Desk) -> None:
    own = desk.create("product", name="P", productnumber="1")
    assert desk.row("product", own)["organizationid"] == desk.world.organization.id


def test_money_gets_the_base_currency(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", revenue=12.5))
    assert row["transactioncurrencyid"] == desk.world.organization.base_currency_id
    assert (row["exchangerate"], row["revenue_base"]) == (1.0, 12.5)


def test_without_money_there_is_no_currency(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", name="A"))
    assert (row["transactioncurrencyid"], row["exchangerate"]) == (None, None)
    assert desk.update("account", row["accountid"], revenue=None)["transactioncurrencyid"] is None


def test_money_in_another_currency_is_worth_less_or_more(desk: Desk) -> None:
    row = desk.row("account", desk.create("account", revenue=10, creditlimit=4, **MONEY))
    assert (row["exchangerate"], row["revenue_base"], row["creditlimit_base"]) == (0.8, 12.5, 5.0)


def test_another_currency_values_everything_anew(desk: Desk) -> None:
    own = desk.create("account", revenue=10, creditlimit=4)
    row = desk.update("account", own, **MONEY)
    assert (row["exchangerate"], row["revenue_base"], row["creditlimit_base"]) == (0.8, 12.5, 5.0)


def test_an_amount_that_goes_takes_its_worth_along(desk: Desk) -> None:
    own = desk.create("account", revenue=10)
    assert desk.update("account", own, revenue=None)["revenue_base"] is None


def test_a_rate_that_makes_amounts_too_great_is_refused(desk: Desk) -> None:
    desk.world.store.update(desk.table("transactioncurrency"), EURO, {"exchangerate": 1e-10})
    found = desk.refused("0x80048cec", "account", revenue=1e14, **MONEY)
    assert found.status == 400


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"firstname": "Aiko", "lastname": "Ito"}, "Aiko Ito"),
        ({"firstname": "A", "middlename": "B", "lastname": "C"}, "A B C"),
        ({"lastname": "Ito"}, "Ito"),
    ],
)
def test_names_are_put_together(desk: Desk, names: dict[str, str], expected: str) -> None:
    row = desk.row("contact", desk.create("contact", **names))
    assert row["fullname"] == expected


def test_names_follow_their_parts(desk: Desk) -> None:
    own = desk.create("contact", firstname="Aiko", lastname="Ito")
    assert desk.update("contact", own, lastname="Abe")["fullname"] == "Aiko Abe"
    assert desk.update("contact", own, firstname=None)["fullname"] == "Abe"
    assert desk.update("contact", own, fullname="Someone")["fullname"] == "Abe"


def test_addresses_are_put_together(desk: Desk) -> None:
    own = desk.create(
        "account",
        address1_line1="1 Main St",
        address1_line2="Suite 5",
        address1_city="Bath",
        address1_stateorprovince="Somerset",
        address1_postalcode="BA1",
        address1_country="UK",
    )
    row = desk.row("account", own)
    assert row["address1_composite"] == "1 Main St\r\nSuite 5\r\nBath, Somerset BA1\r\nUK"
    assert desk.update("account", own, address1_line2=None)["address1_composite"].startswith("1 Main St\r\nBath")
    cleared = dict.fromkeys(("line1", "city", "stateorprovince", "postalcode", "country"))
    assert desk.update("account", own, **{f"address1_{part}": None for part in cleared})["address1_composite"] is None


def test_a_deals_customer_follows_its_account_or_contact(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    by_customer = desk.create("opportunity", name="O", **{"customerid_account@odata.bind": f"accounts({firm})"})
    by_parent = desk.create("opportunity", name="O", **{"parentaccountid@odata.bind": f"accounts({firm})"})
    for own in (by_customer, by_parent):
        row = desk.row("opportunity", own)
        assert (row["customerid"], row["customerid__table"], row["parentaccountid"]) == (firm, "account", firm)


def test_parties_have_their_owners_as_bare_ids(desk: Desk) -> None:
    person = desk.create("contact", lastname="Ito")
    party = {"partyid_contact@odata.bind": f"contacts({person})", "participationtypemask": 2}
    own = desk.create("email", subject="E", email_activity_parties=[party])
    (row,) = desk.world.store.select("activityparty", {"activityid": own})
    assert (row["partyid"], row["partyid__table"], row["participationtypemask"]) == (person, "contact", 2)
    assert row["owninguser"] == USER
