from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.query import Base, parse_query, run_query
from onteg_dynamics.sandbox.query.query import Page
from tests.sandbox.query.garden import Garden, own_id, planted


def page(
    garden: Garden, *options: tuple[str, str], table: str = "account", size: int | None = None, base: Base | None = None
) -> Page:
    query = parse_query(garden.world.model, garden.table(table), options)
    return run_query(garden.world, query, caller=garden.caller, page_size=size, base=base)


def ids(found: Page) -> list[str]:
    return [row.row_id for row in found.rows]


def base(garden: Garden, table: str, name: str, own: str) -> Base:
    navigation = garden.world.model.navigation(table, name)
    assert navigation is not None
    return Base(navigation, own)


def test_top_cuts_and_counts_for_nothing_beside_a_page_size(garden: Garden) -> None:
    whole = ids(page(garden))
    assert ids(page(garden, ("$top", "3"))) == whole[:3]
    assert page(garden, ("$top", "3")).next_token is None
    assert ids(page(garden, ("$top", "0"))) == []
    found = page(garden, ("$top", "3"), size=5)
    assert ids(found) == whole[:5]
    assert found.next_token is not None


def test_a_full_last_page_leads_nowhere(garden: Garden) -> None:
    size = len(garden.rows["account"])
    assert page(garden, size=size).next_token is None
    assert page(garden, size=size - 1).next_token is not None


def test_counts_mind_the_filter_not_the_page(garden: Garden) -> None:
    active = sum(1 for row in garden.rows["account"] if row["statecode"] == 0)
    found = page(garden, ("$count", "true"), ("$filter", "statecode eq 0"), size=2)
    assert (found.count, found.count_exceeded, len(found.rows)) == (active, False, 2)
    assert page(garden, size=2).count is None


def test_counts_and_pages_end_at_a_limit(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 in the service."""
    monkeypatch.setattr("onteg_dynamics.sandbox.query.run.MAX_ROWS", 10)
    found = page(garden, ("$count", "true"))
    assert (found.count, found.count_exceeded, len(found.rows)) == (10, True, 10)
    assert found.next_token is not None


def test_rows_of_a_row_s_collection(garden: Garden) -> None:
    own = next(row["parentcustomerid"] for row in garden.rows["contact"] if row["parentcustomerid"])
    members = [row["contactid"] for row in garden.below("contact", "parentcustomerid", own)]
    found = page(garden, table="contact", base=base(garden, "account", "contact_customer_accounts", own))
    assert sorted(ids(found)) == sorted(members)


def test_rows_of_a_many_to_many_collection() -> None:
    garden = planted(accounts=2, contacts=0)
    for number in range(3):
        garden.put("lead", own_id("lead", number))
    for number, (account, lead) in enumerate(((0, 0), (0, 2), (1, 1))):
        garden.put(
            "accountleads", own_id("pair", number), accountid=own_id("account", account), leadid=own_id("lead", lead)
        )
    there = base(garden, "account", "accountleads_association", own_id("account", 0))
    assert set(ids(page(garden, table="lead", base=there))) == {own_id("lead", 0), own_id("lead", 2)}
    back = base(garden, "lead", "accountleads_association", own_id("lead", 1))
    assert ids(page(garden, base=back)) == [own_id("account", 1)]


def test_rows_owned_by_somebody() -> None:
    """``owner`` stands for users and teams; which of them a lookup says does not matter there."""
    garden = planted(accounts=1, contacts=0)
    team = own_id("team", 1)
    garden.put("team", team, name="T")
    garden.put("account", own_id("account", 7), ownerid=team, ownerid__table="team")
    assert ids(page(garden, base=base(garden, "owner", "owner_accounts", team))) == [own_id("account", 7)]
