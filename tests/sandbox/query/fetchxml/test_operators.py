from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from onteg_dynamics.sandbox.query.fetchxml import Wish, parse_fetch, run_fetch
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.fetchxml.desk import code
from tests.sandbox.query.garden import Garden, planted
from tests.sandbox.service.client import USER

DAYS = (
    "2022-12-31",
    "2023-01-01",
    "2023-05-16",
    "2024-01-01",
    "2024-03-31",
    "2024-04-01",
    "2024-04-30",
    "2024-05-01",
    "2024-05-09",
    "2024-05-11",
    "2024-05-12",
    "2024-05-15",
    "2024-05-16",
    "2024-05-17",
    "2024-05-18",
    "2024-05-19",
    "2024-05-23",
    "2024-06-01",
    "2024-07-01",
    "2025-01-01",
    "2026-01-01",
)


@pytest.fixture(scope="module")
def days() -> Garden:
    """A contact for each day: its birthday (a date), its making (noon). Now is 2024-05-16, a Thursday, 10:30."""
    garden = planted(accounts=1, contacts=0)
    for number, day in enumerate(DAYS):
        garden.put("contact", f"{number:08d}-0000-4000-8000-000000000000", birthdate=day, createdon=f"{day}T12:00:00Z")
    garden.put("contact", "99999999-0000-4000-8000-000000000000")
    return garden


def condition(operator: str, values: Sequence[object] = (), attribute: str = "birthdate") -> str:
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f"<filter><condition attribute='{attribute}' operator='{operator}'>{inside}</condition></filter>"


def text(operator: str, values: Sequence[object] = (), attribute: str = "birthdate", table: str = "contact") -> str:
    inside = f"<attribute name='{attribute}'/>{condition(operator, values, attribute)}"
    return f"<fetch><entity name='{table}'>{inside}</entity></fetch>"


def found(garden: Garden, operator: str, *values: object, attribute: str = "birthdate") -> list[str | None]:
    listing = run_fetch(
        garden.world, garden.table("contact"), parse_fetch(text(operator, values, attribute)), Wish(), garden.caller
    )
    return sorted((line.values[0] for line in listing.lines), key=str)


def between(first: str, last: str) -> list[str | None]:
    return [day for day in DAYS if first <= day <= last]


@pytest.mark.parametrize(
    ("operator", "values", "first", "last"),
    [
        ("today", (), "2024-05-16", "2024-05-16"),
        ("yesterday", (), "2024-05-15", "2024-05-15"),
        ("tomorrow", (), "2024-05-17", "2024-05-17"),
        ("last-seven-days", (), "2024-05-09", "2024-05-16"),
        ("next-seven-days", (), "2024-05-16", "2024-05-23"),
        ("last-week", (), "2024-05-05", "2024-05-11"),
        ("this-week", (), "2024-05-12", "2024-05-18"),
        ("next-week", (), "2024-05-19", "2024-05-25"),
        ("last-month", (), "2024-04-01", "2024-04-30"),
        ("this-month", (), "2024-05-01", "2024-05-31"),
        ("next-month", (), "2024-06-01", "2024-06-30"),
        ("last-year", (), "2023-01-01", "2023-12-31"),
        ("this-year", (), "2024-01-01", "2024-12-31"),
        ("next-year", (), "2025-01-01", "2025-12-31"),
        ("last-fiscal-period", (), "2024-01-01", "2024-03-31"),
        ("this-fiscal-period", (), "2024-04-01", "2024-06-30"),
        ("next-fiscal-period", (), "2024-07-01", "2024-09-30"),
        ("last-fiscal-year", (), "2023-01-01", "2023-12-31"),
        ("this-fiscal-year", (), "2024-01-01", "2024-12-31"),
        ("next-fiscal-year", (), "2025-01-01", "2025-12-31"),
        ("last-x-days", (1,), "2024-05-15", "2024-05-16"),
        ("last-x-weeks", (1,), "2024-05-09", "2024-05-16"),
        ("last-x-months", (1,), "2024-04-16", "2024-05-16"),
        ("last-x-years", (1,), "2023-05-16", "2024-05-16"),
        ("last-x-fiscal-periods", (1,), "2024-02-16", "2024-05-16"),
        ("last-x-fiscal-years", (1,), "2023-05-16", "2024-05-16"),
        ("next-x-days", (1,), "2024-05-16", "2024-05-17"),
        ("next-x-weeks", (1,), "2024-05-16", "2024-05-23"),
        ("next-x-months", (1,), "2024-05-16", "2024-06-16"),
        ("next-x-years", (1,), "2024-05-16", "2025-05-16"),
        ("olderthan-x-days", (1,), "", "2024-05-14"),
        ("olderthan-x-weeks", (1,), "", "2024-05-08"),
        ("olderthan-x-months", (1,), "", "2024-04-15"),
        ("olderthan-x-years", (1,), "", "2023-05-15"),
        ("on", ("2024-05-16",), "2024-05-16", "2024-05-16"),
        ("on-or-after", ("2024-05-16",), "2024-05-16", "9999"),
        ("on-or-before", ("2024-05-16",), "", "2024-05-16"),
        ("in-fiscal-year", (2024,), "2024-01-01", "2024-12-31"),
        ("in-fiscal-period-and-year", (2, 2024), "2024-04-01", "2024-06-30"),
        ("in-or-after-fiscal-period-and-year", (2, 2024), "2024-04-01", "9999"),
        ("in-or-before-fiscal-period-and-year", (2, 2024), "", "2024-06-30"),
        ("between", ("2024-05-01", "2024-05-16"), "2024-05-01", "2024-05-16"),
    ],
)
@pytest.mark.parametrize("attribute", ["birthdate", "createdon"])
def test_times(days: Garden, attribute: str, operator: str, values: tuple[object, ...], first: str, last: str) -> None:
    wanted = between(first, last)
    if attribute == "createdon":
        if operator.startswith("last-x"):  # until now: noon is still to come
            wanted = [day for day in wanted if day and day < "2024-05-16"]
        if operator == "between":
            wanted = wanted[:-1]
    assert [day and day[:10] for day in found(days, operator, *values, attribute=attribute)] == wanted
    assert wanted


def test_periods_of_any_year(days: Garden) -> None:
    assert found(days, "in-fiscal-period", 2) == [day for day in DAYS if date.fromisoformat(day).month in {4, 5, 6}]
    assert found(days, "in-fiscal-period", 5) == []
    assert found(days, "in-fiscal-period-and-year", 5, 2024) == []


def test_not_on_finds_rows_without_a_date(days: Garden) -> None:
    others: list[str | None] = [day for day in DAYS if day != "2024-05-16"]
    assert found(days, "not-on", "2024-05-16") == sorted([*others, None], key=str)


def test_hours_and_minutes(days: Garden) -> None:
    assert found(days, "last-x-hours", 24, attribute="createdon") == ["2024-05-15T12:00:00Z"]
    assert found(days, "next-x-hours", 2, attribute="createdon") == ["2024-05-16T12:00:00Z"]
    older = found(days, "olderthan-x-minutes", 30, attribute="createdon")
    assert older == [f"{day}T12:00:00Z" for day in DAYS if day < "2024-05-16"]
    assert found(days, "olderthan-x-hours", 24, attribute="createdon") == older[:-1]


@pytest.mark.parametrize("operator", ["last-x-hours", "next-x-hours", "olderthan-x-hours", "olderthan-x-minutes"])
def test_hours_of_a_date_are_refused(days: Garden, operator: str) -> None:
    with pytest.raises(Refusal, match="not valid"):
        found(days, operator, 1)


@pytest.mark.parametrize(
    "operator", ["last-x-years", "next-x-years", "last-x-days", "next-x-weeks", "olderthan-x-minutes"]
)
def test_far_times_do_not_overflow(days: Garden, operator: str) -> None:
    found(days, operator, 10**15, attribute="createdon")


@pytest.mark.parametrize(
    ("operator", "values", "attribute", "wanted"),
    [
        ("nonsense", (), "birthdate", "0x80041120"),
        ("last-x-decades", (1,), "birthdate", "0x80041120"),
        ("today", (), "firstname", "0x80041120"),
        ("like", ("%",), "birthdate", "0x80041120"),
        ("contain-values", (1,), "statecode", "0x80041120"),
        ("eq", (), "firstname", "0x80040203"),
        ("eq", (1, 2), "firstname", "0x80040203"),
        ("null", (1,), "firstname", "0x80040203"),
        ("between", (1,), "birthdate", "0x80040203"),
        ("in", (), "firstname", "0x80040203"),
        ("today", (1,), "birthdate", "0x80040203"),
        ("last-x-days", (), "birthdate", "0x80040203"),
        ("eq", ("x",), "birthdate", "0x80040203"),
        ("eq", ("x",), "statecode", "0x80040203"),
        ("in", (0, "x"), "statecode", "0x80040203"),
        ("eq", ("x",), "contactid", "0x80040203"),
        ("eq", ("1",), "nosuch", "0x80041103"),
        ("last-x-days", ("x",), "birthdate", "0x80060888"),
        ("last-x-days", (0,), "birthdate", "0x80060888"),
        ("under", ("x",), "contactid", "0x80060888"),
        ("eq-userid", (), "firstname", "0x80060888"),
    ],
)
def test_what_does_not_fit_is_refused(
    garden: Garden, operator: str, values: tuple[object, ...], attribute: str, wanted: str
) -> None:
    assert code(garden, text(operator, values, attribute), "contact") == wanted


def test_the_number_of_values_is_told_in_the_service_words(garden: Garden) -> None:
    with pytest.raises(Refusal) as caught:
        found(garden, "eq", attribute="firstname")
    assert caught.value.message == "The ConditonOperator.Equal requires 1 value/s, not 0. Parameter Name: firstname"


def test_people() -> None:
    world = planted(accounts=1, contacts=0)
    team, unit = "aaaaaaaa-0000-4000-8000-000000000001", world.caller.business_unit_id
    boss, junior = "bbbbbbbb-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
    manager = {"parentsystemuserid": USER, "parentsystemuserid__table": "systemuser"}
    world.put("systemuser", USER, fullname="Me")
    world.put("systemuser", boss, fullname="Boss")
    world.put("systemuser", junior, fullname="Junior", **manager)
    world.put("teammembership", "cccccccc-0000-4000-8000-000000000001", teamid=team, systemuserid=USER)
    owners = {"mine": USER, "team's": team, "junior's": junior, "boss's": boss}
    for name, owner in owners.items():
        own = f"dddddddd-0000-4000-8000-00000000000{len(world.rows.get('lead', []))}"
        world.put("lead", own, subject=name, ownerid=owner, ownerid__table="systemuser", owningbusinessunit=unit)

    def mine(operator: str, attribute: str = "ownerid") -> set[str]:
        query = text(operator, (), attribute, "lead").replace(
            f"<attribute name='{attribute}'/>", "<attribute name='subject'/>"
        )
        listing = run_fetch(world.world, world.table("lead"), parse_fetch(query), Wish(), world.caller)
        return {line.values[0] for line in listing.lines}

    assert mine("eq-userid") == {"mine"}
    assert mine("ne-userid") == {"team's", "junior's", "boss's"}
    assert mine("eq-userteams") == {"team's"}
    assert mine("eq-useroruserteams") == {"mine", "team's"}
    assert mine("eq-useroruserhierarchy") == {"mine", "junior's"}
    assert mine("eq-useroruserhierarchyandteams") == {"mine", "junior's", "team's"}
    assert mine("eq-businessid", "owningbusinessunit") == set(owners)
    assert mine("ne-businessid", "owningbusinessunit") == set()


def test_hierarchies(garden: Garden) -> None:
    rows = {row["accountid"]: row["parentaccountid"] for row in garden.rows["account"]}
    top = next(own for own in rows if own in rows.values() and rows[own] is None)

    def line(own: str | None) -> list[str]:
        return [] if own is None else [own, *line(rows[own])]

    under = {own for own in rows if top in line(own)}
    bottom = max(rows, key=lambda own: len(line(own)))

    def ask(operator: str, own: str) -> set[object]:
        query = text(operator, (own,), "accountid", "account")
        listing = run_fetch(garden.world, garden.table("account"), parse_fetch(query), Wish(), garden.caller)
        return {line.values[0] for line in listing.lines}

    assert ask("under", top) == under - {top}
    assert ask("eq-or-under", top) == under
    assert ask("not-under", top) == set(rows) - (under - {top})
    assert ask("above", bottom) == set(line(bottom)[1:])
    assert ask("eq-or-above", bottom) == set(line(bottom))
    assert len(line(bottom)) > 2
