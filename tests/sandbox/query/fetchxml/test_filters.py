from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.sandbox.query.fetchxml.desk import code, column
from tests.sandbox.query.fetchxml.fetches import FILTERS, Ask, fetch
from tests.sandbox.query.garden import Garden, own_id

_QUIET = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_QUIET
@given(ask=FILTERS)
def test_filters_find_what_python_finds(garden: Garden, ask: Ask) -> None:
    wanted = {row["accountid"] for row in garden.rows["account"] if ask.holds(garden, row)}
    found = column(garden, fetch(ask))
    assert len(found) == len(set(found))
    assert set(found) == wanted, ask.xml


def entity(inside: str, more: str = "") -> str:
    return f"<fetch{more}><entity name='account'><attribute name='accountid'/>{inside}</entity></fetch>"


def contact_link(kind: str, inside: str = "", **more: str) -> str:
    given = "".join(f" {name}='{value}'" for name, value in more.items())
    start = f"<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='{kind}'{given}>"
    return f"{start}{inside}</link-entity>"


def with_contacts(garden: Garden) -> set[str]:
    return {row["parentcustomerid"] for row in garden.rows["contact"]} - {None}


def test_a_filter_inside_an_outer_link_keeps_the_rows_around(garden: Garden) -> None:
    never = "<filter><condition attribute='firstname' operator='eq' value='nobody'/></filter>"
    found = column(garden, entity(contact_link("outer", never)))
    assert sorted(map(str, found)) == sorted(garden.ids("account"))


def test_a_filter_that_names_a_linked_table_is_asked_after_the_join(garden: Garden) -> None:
    late = "<filter><condition entityname='c' attribute='contactid' operator='null'/></filter>"
    found = column(garden, entity(contact_link("outer", alias="c") + late))
    assert set(found) == set(garden.ids("account")) - with_contacts(garden)


def test_a_link_without_an_alias_is_named_by_its_table(garden: Garden) -> None:
    late = "<filter><condition entityname='contact' attribute='contactid' operator='null'/></filter>"
    assert set(column(garden, entity(contact_link("outer") + late))) == set(garden.ids("account")) - with_contacts(
        garden
    )


def test_a_filter_inside_a_link_may_name_another_table(garden: Garden) -> None:
    late = "<filter><condition entityname='p' attribute='accountid' operator='not-null'/></filter>"
    parent = "<link-entity name='account' from='accountid' to='parentaccountid' link-type='outer' alias='p'/>"
    found = column(garden, entity(contact_link("outer", late, alias="c") + parent))
    children = {row["accountid"] for row in garden.rows["account"] if row["parentaccountid"]}
    assert set(found) == children


def test_inner_links_give_a_row_for_each_pair(garden: Garden) -> None:
    found = column(garden, entity(contact_link("inner")))
    assert sorted(map(str, found)) == sorted(
        row["parentcustomerid"] for row in garden.rows["contact"] if row["parentcustomerid"]
    )
    assert sorted(map(str, column(garden, entity(contact_link("natural"))))) == sorted(map(str, found))


def test_exists_and_in_give_each_row_once(garden: Garden) -> None:
    for kind in ("exists", "in"):
        found = column(garden, entity(contact_link(kind)))
        assert len(found) == len(set(found))
        assert set(found) == with_contacts(garden)


def test_exists_below_a_link_belongs_to_it(garden: Garden) -> None:
    deeper = "<link-entity name='account' from='primarycontactid' to='contactid' link-type='exists'/>"
    primary = {row["primarycontactid"] for row in garden.rows["account"]} - {None}
    wanted = sorted(
        row["parentcustomerid"]
        for row in garden.rows["contact"]
        if row["parentcustomerid"] and row["contactid"] in primary
    )
    assert sorted(map(str, column(garden, entity(contact_link("inner", deeper))))) == wanted


def test_the_first_row_only(garden: Garden) -> None:
    inside = "<attribute name='firstname'/><attribute name='contactid'/>"
    text = entity(contact_link("matchfirstrowusingcrossapply", inside))
    found = column(garden, text)
    assert set(found) == with_contacts(garden)
    assert len(found) == len(set(found))
    for account, contact in zip(found, column(garden, text, "ContactId"), strict=True):
        row = garden.find("contact", str(contact))
        assert row is not None
        assert row["parentcustomerid"] == account


def test_the_first_row_is_one_that_fits(garden: Garden) -> None:
    inside = "<attribute name='contactid'/><filter><condition attribute='statecode' operator='eq' value='1'/></filter>"
    text = entity(contact_link("matchfirstrowusingcrossapply", inside))
    inactive = {row["parentcustomerid"] for row in garden.rows["contact"] if row["statecode"] == 1} - {None}
    assert set(column(garden, text)) == inactive


def test_columns_of_two_tables_are_compared(garden: Garden) -> None:
    parent = "<link-entity name='account' from='accountid' to='parentaccountid' alias='p'/>"
    text = entity(parent + "<filter><condition attribute='statecode' operator='eq' valueof='p.statecode'/></filter>")
    wanted = {
        row["accountid"]
        for row in garden.rows["account"]
        if (above := garden.find("account", row["parentaccountid"])) and above["statecode"] == row["statecode"]
    }
    assert set(column(garden, text)) == wanted


def test_names_and_labels_can_be_asked_for(garden: Garden) -> None:
    """Columns ending in ``name`` are what people read in a lookup or choice."""
    text = entity("<filter><condition attribute='primarycontactidname' operator='eq' value='person 5'/></filter>")
    wanted = {row["accountid"] for row in garden.rows["account"] if row["primarycontactid"] == own_id("contact", 5)}
    assert set(column(garden, text)) == wanted
    text = entity("<filter><condition attribute='statecodename' operator='like' value='inact%'/></filter>")
    assert set(column(garden, text)) == {row["accountid"] for row in garden.rows["account"] if row["statecode"] == 1}


def test_what_does_not_fit_is_refused(garden: Garden) -> None:
    assert (
        code(garden, entity("<filter><condition attribute='name' operator='like' valueof='accountnumber'/></filter>"))
        == "0x80041120"
    )
    assert (
        code(garden, entity("<filter><condition attribute='name' operator='eq' valueof='statecode'/></filter>"))
        == "0x80041104"
    )
    assert (
        code(garden, entity("<filter><condition attribute='name' operator='eq' valueof='z.name'/></filter>"))
        == "0x8004110b"
    )
    assert (
        code(garden, entity("<filter><condition entityname='z' attribute='name' operator='null'/></filter>"))
        == "0x8004110b"
    )
    assert code(garden, entity(contact_link("exists", "<attribute name='firstname'/>"))) == "0x8004111c"
