from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query import Row, fetch_row, parse_query, run_query
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden, own_id, planted

_MEMBERS = "contact_customer_accounts"


def accounts(garden: Garden, expand: str, page_size: int | None = None) -> list[Row]:
    query = parse_query(garden.world.model, garden.table("account"), [("$expand", expand), ("$select", "name")])
    return run_query(garden.world, query, caller=garden.caller, page_size=page_size).rows


def one(row: Row, name: str) -> Row | None:
    found = row.expanded[name]
    assert not isinstance(found, list)
    return found


def many(row: Row, name: str = _MEMBERS) -> list[Row]:
    found = row.expanded[name]
    assert isinstance(found, list)
    return found


def test_lookups_give_the_row_they_point_at(garden: Garden) -> None:
    for row in accounts(garden, "primarycontactid($select=fullname)"):
        stored = garden.find("account", row.row_id)
        assert stored is not None
        found = one(row, "primarycontactid")
        assert (found.row_id if found else None) == stored["primarycontactid"]
        if found is not None:
            assert found.version is None
            assert [column.property_name for column in found.columns] == ["fullname", "contactid"]


def test_a_filter_takes_the_row_behind_a_lookup_away(garden: Garden) -> None:
    for row in accounts(garden, "primarycontactid($select=fullname;$filter=statecode eq 0)"):
        stored = garden.find("account", row.row_id)
        assert stored is not None
        contact = garden.find("contact", stored["primarycontactid"])
        wanted = contact["contactid"] if contact and contact["statecode"] == 0 else None
        found = one(row, "primarycontactid")
        assert (found.row_id if found else None) == wanted


def test_references_instead_of_rows(garden: Garden) -> None:
    found = [one(row, "primarycontactid") for row in accounts(garden, "primarycontactid/$ref")]
    assert any(found)
    assert all(row is None or row.reference for row in found)


def test_collections_give_their_members(garden: Garden) -> None:
    for row in accounts(garden, f"{_MEMBERS}($select=lastname)"):
        members = garden.below("contact", "parentcustomerid", row.row_id)
        assert {member.row_id for member in many(row)} == {member["contactid"] for member in members}
        for member in many(row):
            assert member.version is not None
            assert [column.property_name for column in member.columns] == [
                "lastname",
                "contactid",
                "_parentcustomerid_value",
            ]
        assert row.links[_MEMBERS] == f"accounts({row.row_id})/{_MEMBERS}?$select=lastname"


def test_members_filtered_ordered_and_cut(garden: Garden) -> None:
    for row in accounts(garden, f"{_MEMBERS}($filter=statecode eq 0;$orderby=fullname desc;$top=2)"):
        members = [one for one in garden.below("contact", "parentcustomerid", row.row_id) if one["statecode"] == 0]
        names = sorted((member["fullname"] for member in members), reverse=True)
        assert [member.values["fullname"] for member in many(row)] == names[:2]


def test_a_collection_of_a_kind_holds_no_rows_of_another(garden: Garden) -> None:
    """Both accounts and contacts can be a contact's parent; one id says nothing of its table."""
    world = planted(accounts=1, contacts=0)
    own = own_id("account", 0)
    world.put("contact", own_id("contact", 1), parentcustomerid=own, parentcustomerid__table="contact")
    world.put("contact", own_id("contact", 2), parentcustomerid=own, parentcustomerid__table="account")
    (row,) = accounts(world, _MEMBERS)
    assert [member.row_id for member in many(row)] == [own_id("contact", 2)]
    assert garden is not world


def test_many_to_many(garden: Garden) -> None:
    world = planted(accounts=2, contacts=0)
    for number in range(3):
        world.put("lead", own_id("lead", number), subject=f"L{number}")
    pairs = [(0, 0), (0, 2), (1, 2)]
    for number, (account, lead) in enumerate(pairs):
        ends = {"accountid": own_id("account", account), "leadid": own_id("lead", lead)}
        world.put("accountleads", own_id("pair", number), **ends)
    rows = {
        row.row_id: many(row, "accountleads_association")
        for row in accounts(world, "accountleads_association($select=subject)")
    }
    for account in (0, 1):
        found = {lead.values["subject"] for lead in rows[own_id("account", account)]}
        assert found == {f"L{lead}" for one, lead in pairs if one == account}
    assert garden is not world


def test_rows_below_rows(garden: Garden) -> None:
    for row in accounts(garden, f"{_MEMBERS}($select=lastname;$expand=account_primary_contact($select=name))"):
        for member in many(row):
            wanted = {one["accountid"] for one in garden.rows["account"] if one["primarycontactid"] == member.row_id}
            assert {deeper.row_id for deeper in many(member, "account_primary_contact")} == wanted
            assert member.version is None
        assert not row.links


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 8))
def test_with_rows_below_rows_members_come_in_pages(garden: Garden, size: int) -> None:
    """Following each link gives each member once."""
    expand = f"{_MEMBERS}($select=lastname;$filter=statecode eq 0;$expand=account_primary_contact($select=name))"
    for row in accounts(garden, expand, page_size=size):
        members = [one for one in garden.below("contact", "parentcustomerid", row.row_id) if one["statecode"] == 0]
        seen = [member.row_id for member in many(row)]
        assert len(seen) == min(size, len(members))
        link = row.links.get(_MEMBERS)
        assert (link is not None) is (len(members) > size)
        if link is not None:
            seen += _behind(garden, row, link)
        assert sorted(seen) == sorted(member["contactid"] for member in members)


def _behind(garden: Garden, row: Row, link: str) -> list[str]:
    from onteg_dynamics.sandbox.query import Base

    address = urlsplit(link)
    assert address.path == f"accounts({row.row_id})/{_MEMBERS}"
    query = parse_query(garden.world.model, garden.table("contact"), parse_qsl(address.query))
    navigation = garden.world.model.navigation("account", _MEMBERS)
    assert navigation is not None
    page = run_query(garden.world, query, base=Base(navigation, row.row_id), caller=garden.caller)
    return [member.row_id for member in page.rows]


def test_links_carry_their_filters_encoded(garden: Garden) -> None:
    row = accounts(garden, f"{_MEMBERS}($filter=lastname eq 'a b&c';$select=lastname)")[0]
    link = row.links[_MEMBERS]
    assert link.endswith("?$filter=lastname%20eq%20%27a%20b%26c%27&$select=lastname")


def test_one_row_shows_the_versions_of_related_ones(garden: Garden) -> None:
    options = [("$select", "name"), ("$expand", f"primarycontactid($select=fullname),{_MEMBERS}($select=lastname)")]
    query = parse_query(garden.world.model, garden.table("account"), options)
    row = fetch_row(garden.world, query, own_id("account", 0), garden.caller)
    assert row is not None
    contact = one(row, "primarycontactid")
    assert contact is not None
    assert contact.version is not None
    assert fetch_row(garden.world, query, own_id("account", 99), garden.caller) is None


def test_names_of_lookups_below(garden: Garden) -> None:
    query = parse_query(
        garden.world.model, garden.table("account"), [("$expand", f"{_MEMBERS}($select=_parentcustomerid_value)")]
    )
    rows = run_query(garden.world, query, caller=garden.caller, names=True).rows
    members = [member for row in rows for member in many(row)]
    assert members
    for member in members:
        parent = garden.find("account", str(member.values["parentcustomerid"]))
        assert parent is not None
        assert member.values["parentcustomerid__name"] == parent["name"]


def test_what_a_filter_inside_names_belongs_to_the_related_table(garden: Garden) -> None:
    with pytest.raises(Refusal) as caught:
        accounts(garden, f"{_MEMBERS}($filter=revenue gt 1)")
    assert caught.value.message.endswith("named 'revenue' on type 'Microsoft.Dynamics.CRM.contact'.")
