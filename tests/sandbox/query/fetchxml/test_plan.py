from __future__ import annotations

from collections.abc import Iterator

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.fetchxml.desk import code, column, rows, run
from tests.sandbox.query.garden import Garden, own_id, planted
from tests.sandbox.service.client import USER

_TEAMS = ("aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002")


@pytest.fixture(scope="module")
def people() -> Iterator[Garden]:
    """A user in two teams, and two accounts with leads."""
    garden = planted(accounts=2, contacts=0)
    garden.put("systemuser", USER, fullname="Me")
    for number, team in enumerate(_TEAMS):
        garden.put("team", team, name=f"Team {number}")
        garden.put("teammembership", own_id("membership", number), teamid=team, systemuserid=USER)
    for number in range(2):
        garden.put("lead", own_id("lead", number), subject=f"L{number}")
    garden.put("accountleads", own_id("pair", 0), accountid=own_id("account", 0), leadid=own_id("lead", 1))
    yield garden
    garden.world.store.close()


def entity(link: str, name: str = "account", key: str = "accountid") -> str:
    return f"<fetch><entity name='{name}'><attribute name='{key}'/>{link}</entity></fetch>"


def test_over_an_intersect_table(people: Garden) -> None:
    link = (
        "<link-entity name='teammembership' from='systemuserid' to='systemuserid' intersect='true'>"
        "<link-entity name='team' from='teamid' to='teamid' alias='team'>"
        "<attribute name='name'/><order attribute='name'/></link-entity></link-entity>"
    )
    assert column(people, entity(link, "systemuser", "fullname"), "team.name", "systemuser") == ["Team 0", "Team 1"]


def test_a_many_to_many_relationship_is_found_without_columns(people: Garden) -> None:
    """The page's own example: from users to teams, and back."""
    link = "<link-entity name='team' alias='team'><attribute name='name'/><order attribute='name'/></link-entity>"
    assert column(people, entity(link, "systemuser", "fullname"), "team.name", "systemuser") == ["Team 0", "Team 1"]
    link = "<link-entity name='systemuser' alias='u'><attribute name='fullname'/></link-entity>"
    assert column(people, entity(link, "team", "name"), "u.fullname", "team") == ["Me", "Me"]
    link = "<link-entity name='lead' link-type='exists'/>"
    assert column(people, entity(link)) == [own_id("account", 0)]


def test_the_other_column_is_found_by_the_relationship(garden: Garden) -> None:
    whole = column(garden, entity("<link-entity name='contact' from='contactid' to='primarycontactid'/>"))
    assert column(garden, entity("<link-entity name='contact' to='primarycontactid'/>")) == whole
    below = column(garden, entity("<link-entity name='contact' from='parentcustomerid' to='accountid'/>"))
    assert column(garden, entity("<link-entity name='contact' from='parentcustomerid'/>")) == below
    assert whole != below


@pytest.mark.parametrize(
    "link",
    [
        "<link-entity name='contact'/>",
        "<link-entity name='contact' to='name'/>",
        "<link-entity name='contact' from='fullname'/>",
        "<link-entity name='systemuser' from='systemuserid'/>",  # many columns point there
    ],
)
def test_relationships_that_are_not_there_or_not_one(garden: Garden, link: str) -> None:
    assert code(garden, entity(link)) == "0x80041102"


def test_columns_without_a_relationship_can_be_joined(garden: Garden) -> None:
    link = "<link-entity name='contact' from='lastname' to='name' alias='c'><attribute name='lastname'/></link-entity>"
    text = entity("<attribute name='name'/>" + link)
    found = rows(garden, text)
    wanted = sum(
        1
        for account in garden.rows["account"]
        for contact in garden.rows["contact"]
        if account["name"] is not None and _same(account["name"], contact["lastname"])
    )
    assert len(found) == wanted > 0
    assert all(_same(str(row["name"]), str(row["c.lastname"])) for row in found)


def _same(one: str, other: str | None) -> bool:
    return other is not None and (one == other or (one.isascii() and one.lower() == other.lower()))


def test_rows_of_all_activities(people: Garden) -> None:
    people.put(
        "task",
        own_id("task", 1),
        subject="T",
        regardingobjectid=own_id("account", 1),
        regardingobjectid__table="account",
    )
    people.put(
        "email",
        own_id("email", 1),
        subject="E",
        regardingobjectid=own_id("account", 1),
        regardingobjectid__table="account",
    )
    link = (
        "<link-entity name='activitypointer' from='regardingobjectid' to='accountid' alias='a'>"
        "<attribute name='subject'/><order attribute='subject'/></link-entity>"
    )
    assert column(people, entity(link), "a.subject") == ["E", "T"]


@pytest.mark.parametrize(
    ("table", "key", "condition"),
    [
        ("email", "activityid", "<condition attribute='to' operator='null'/>"),
        (
            "account",
            "accountid",
            "<condition attribute='primarycontactidname' operator='in'><value>x</value></condition>",
        ),
    ],
)
def test_what_is_no_plain_column_is_not_covered(garden: Garden, table: str, key: str, condition: str) -> None:
    with pytest.raises(Refusal) as caught:
        run(garden, entity(f"<filter>{condition}</filter>", table, key), table)
    assert caught.value.status == 501
