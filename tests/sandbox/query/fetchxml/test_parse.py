from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.query.fetchxml import parse_fetch
from onteg_dynamics.sandbox.query.fetchxml.tree import Attribute, Condition, Filter, Order
from onteg_dynamics.sandbox.refusals import Refusal


def code(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        parse_fetch(text)
    return caught.value.code


def entity(inside: str = "", more: str = "") -> str:
    return f"<fetch{more}><entity name='account'>{inside}</entity></fetch>"


def test_a_whole_query() -> None:
    text = """<?xml version="1.0"?>
    <!-- a comment -->
    <fetch version='1.0' mapping='logical' output-format='xml-platform' no-lock='true' count='3' page='2'
        paging-cookie='&lt;cookie page="1"/&gt;' distinct='1' returntotalrecordcount='true' useraworderby='0'>
      <entity name='account'>
        <attribute name='name' alias='title' />
        <order attribute='name' descending='true' />
        <filter type='or'><condition attribute='name' operator='eq' value='A &amp; B' uiname='x' /></filter>
      </entity>
    </fetch>"""
    fetch = parse_fetch(text)
    assert (fetch.count, fetch.page, fetch.cookie) == (3, 2, '<cookie page="1"/>')
    assert (fetch.distinct, fetch.total, fetch.raw_order, fetch.aggregate) == (True, True, False, False)
    assert fetch.entity.attributes == (Attribute("name", alias="title"),)
    assert fetch.entity.orders == (Order("name", descending=True),)
    assert fetch.entity.filters == (Filter("OR", (Condition("name", "eq", ("A & B",)),)),)


def test_values_as_elements() -> None:
    inside = "<filter><condition attribute='a' operator='in'><value>1</value><value/></condition></filter>"
    condition = parse_fetch(entity(inside)).entity.filters[0].parts[0]
    assert condition == Condition("a", "in", ("1", ""))


def test_links_without_a_name_are_numbered_in_their_order() -> None:
    inside = (
        "<link-entity name='contact' from='contactid' to='primarycontactid'>"
        "<link-entity name='systemuser' from='systemuserid' to='ownerid' alias='u'/></link-entity>"
        "<filter><link-entity name='task' from='regardingobjectid' to='accountid' link-type='any'/></filter>"
        "<link-entity name='account' from='accountid' to='parentaccountid'/>"
    )
    root = parse_fetch(entity(inside)).entity
    assert [link.alias for link in root.links] == ["contact1", "account4"]
    assert [link.named for link in root.links] == [False, False]
    assert root.links[0].entity.links[0].alias == "u"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "0x80040201"),
        ("<fetch>", "0x80040201"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><fetch><entity name='&a;'/></fetch>", "0x80040201"),
        ("<query/>", "0x8004111c"),
        ("<fetch/>", "0x80041123"),
        ("<fetch><entity name='a'/><entity name='b'/></fetch>", "0x8004111c"),
        ("<fetch><entity/></fetch>", "0x8004111e"),
        (entity("<nonsense/>"), "0x8004111c"),
        (entity("<condition attribute='a' operator='eq' value='1'/>"), "0x8004111c"),
        (entity("<attribute/>"), "0x8004111e"),
        (entity("<attribute name='a' alias='1a'/>"), "0x80041109"),
        (entity("<attribute name='a' rowaggregate='Other'/>"), "0x80041139"),
        (entity("<attribute name='a' groupby='yes'/>"), "0x8004112E"),
        (entity("<filter type='xor'/>"), "0x80041122"),
        (entity("<filter><condition operator='eq' value='1'/></filter>"), "0x8004111e"),
        (entity("<filter><condition attribute='a'/></filter>"), "0x8004111e"),
        (entity("<order attribute='a' descending='maybe'/>"), "0x80041119"),
        (entity("<link-entity name='b' link-type='sideways'/>"), "0x80041117"),
        (entity("<link-entity name='b' link-type='any'/>"), "0x80041117"),
        (entity("<filter><link-entity name='b' link-type='inner'/></filter>"), "0x80041117"),
        (entity("<link-entity name='b' alias='x'/><link-entity name='c' alias='x'/>"), "0x80041130"),
        (entity(more=" distinct='yes'"), "0x80041115"),
        (entity(more=" no-lock='yes'"), "0x80041118"),
        (entity(more=" useraworderby='yes'"), "0x800410fd"),
        (entity(more=" aggregate='yes'"), "0x80041139"),
        (entity(more=" mapping='physical'"), "0x80041116"),
        (entity(more=" utc-offset='1'"), "0x8004111d"),
        (entity(more=" datasource='other'"), "0x80041139"),
        (entity(more=" count='some'"), "0x80041139"),
        (entity(more=" count='0'"), "0x8004110c"),
        (entity(more=" page='-1'"), "0x8004110c"),
        (entity(more=" top='5001'"), "0x80040203"),
        (entity("<link-entity name='b'/>" * 16), "0x8004430D"),
        (entity("<filter>" + "<condition attribute='a' operator='null'/>" * 501 + "</filter>"), "0x8004430C"),
        (entity("<filter>" * 200 + "</filter>" * 200), "0x8004430C"),
    ],
)
def test_what_is_refused(text: str, wanted: str) -> None:
    assert code(text) == wanted


@pytest.mark.parametrize("name", ["page", "count", "returntotalrecordcount", "paging-cookie"])
def test_top_goes_with_no_paging(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_fetch(entity(more=f" top='2' {name}='1'"))
    assert caught.value.message == f"The top attribute can't be specified with paging attribute {name}"


def test_fifteen_links_and_five_hundred_conditions_are_read() -> None:
    assert len(parse_fetch(entity("<link-entity name='b'/>" * 15)).entity.links) == 15
    inside = "<filter>" + "<condition attribute='a' operator='null'/>" * 500 + "</filter>"
    assert len(parse_fetch(entity(inside)).entity.filters[0].parts) == 500


def test_conditions_on_aggregates_are_not_covered() -> None:
    inside = "<filter><condition attribute='a' aggregate='sum' operator='gt' value='1'/></filter>"
    assert code(entity(inside)) == "0x80040219"
