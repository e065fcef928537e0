"""A few dozen rows with every awkward value in them, and what plain Python makes of conditions on them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from onteg_dynamics.sandbox.model import Table, stable_id
from onteg_dynamics.sandbox.world import Caller, World
from tests.sandbox.service.client import USER, fresh_world

NOW = datetime(2024, 5, 16, 10, 30, tzinfo=timezone.utc)  # a Thursday
TEXTS = (
    None,
    "",
    "alpha",
    "Alpha",
    "ALPHA BETA",
    "beta",
    "100% wool",
    "a_b",
    "O'Bryan",
    "Äpfel",
    "äPFEL",
    "Zoë",
    "[x]",
)
NUMBERS = (None, 0, 1, 2, 7, 7, 40, -3)
AMOUNTS = (None, 0.0, 0.5, 10.25, 10.25, 99999.99, -1.5)
CHOICES = (None, 1, 2, 3, 33)
FLAGS = (None, 0, 1)
MOMENTS = (
    None,
    "2023-12-31T23:59:59Z",
    "2024-01-01T00:00:00Z",
    "2024-05-15T08:00:00Z",
    "2024-05-16T10:30:00Z",
    "2024-05-17T00:00:00Z",
)
DAYS = (None, "1990-01-31", "2000-02-29", "2024-05-16")

Row = dict[str, Any]


class Garden:
    """A world with accounts and their contacts; the rows as they were stored, by table."""

    def __init__(self, world: World, caller: Caller) -> None:
        self.world = world
        self.caller = caller
        self.rows: dict[str, list[Row]] = {}

    def table(self, name: str) -> Table:
        return self.world.model.tables[name]

    def put(self, name: str, own: str, /, **values: Any) -> str:
        """Stores a row as it is."""
        table = self.table(name)
        row = {table.primary_id: own, "versionnumber": self.world.store.next_version(), **values}
        self.world.store.insert(name, row)
        complete = self.world.store.get(table, own)
        assert complete is not None
        self.rows.setdefault(name, []).append(complete)
        return own

    def find(self, name: str, own: str | None) -> Row | None:
        """The stored row of that id, or None."""
        key = self.table(name).primary_id
        return next((row for row in self.rows[name] if row[key] == own), None)

    def below(self, name: str, column: str, own: str) -> list[Row]:
        """The rows that point at a row."""
        return [row for row in self.rows[name] if row[column] == own]

    def ids(self, name: str) -> list[str]:
        """The ids of all rows of a table."""
        return [row[self.table(name).primary_id] for row in self.rows[name]]


def own_id(name: str, number: int) -> str:
    return stable_id("garden", name, str(number))


def planted(accounts: int = 24, contacts: int = 40) -> Garden:
    """A garden; the same one for the same numbers."""
    world = fresh_world()
    world.clock = lambda: NOW
    garden = Garden(world, Caller(USER, world.organization.business_unit_id))
    dice = random.Random(16)
    for number in range(contacts):
        _plant_contact(garden, dice, number, accounts)
    for number in range(accounts):
        _plant_account(garden, dice, number, contacts)
    return garden


def _plant_contact(garden: Garden, dice: random.Random, number: int, accounts: int) -> None:
    parent = own_id("account", dice.randrange(accounts)) if dice.random() < 0.7 else None
    garden.put(
        "contact",
        own_id("contact", number),
        firstname=dice.choice(TEXTS),
        lastname=dice.choice(TEXTS),
        fullname=f"Person {number}",
        numberofchildren=dice.choice(NUMBERS),
        creditlimit=dice.choice(AMOUNTS),
        birthdate=dice.choice(DAYS),
        donotemail=dice.choice(FLAGS),
        statecode=dice.choice((0, 1)),
        statuscode=1,
        parentcustomerid=parent,
        parentcustomerid__table="account" if parent else None,
        createdon=dice.choice(MOMENTS),
    )


def _plant_account(garden: Garden, dice: random.Random, number: int, contacts: int) -> None:
    chosen = dice.randrange(contacts) if contacts else 0
    chosen = {0: 5, 1: 6}.get(number, chosen)  # the two that tests ask for
    contact = own_id("contact", chosen) if contacts and (number < 2 or dice.random() < 0.7) else None
    parent = own_id("account", dice.randrange(number)) if number and dice.random() < 0.6 else None
    garden.put(
        "account",
        own_id("account", number),
        name=dice.choice(TEXTS),
        accountnumber=dice.choice(TEXTS),
        numberofemployees=dice.choice(NUMBERS),
        revenue=dice.choice(AMOUNTS),
        industrycode=dice.choice(CHOICES),
        customertypecode=dice.choice((None, 5, 6)),  # Partner, Influencer: labels sort the other way
        donotemail=dice.choice(FLAGS),
        statecode=dice.choice((0, 1)),
        statuscode=1,
        createdon=dice.choice(MOMENTS),
        primarycontactid=contact,
        primarycontactid__table="contact" if contact else None,
        parentaccountid=parent,
        parentaccountid__table="account" if parent else None,
    )


def holds(operator: str, one: Any, other: Any) -> bool:
    """A comparison as the service means it: without a value only ``ne`` holds."""
    if one is None:
        return operator == "ne"
    if isinstance(one, str) and isinstance(other, str):
        one, other = folded(one, other)
    results = {
        "eq": one == other,
        "ne": one != other,
        "gt": one > other,
        "ge": one >= other,
        "lt": one < other,
        "le": one <= other,
    }
    return bool(results[operator])


def folded(one: str, other: str) -> tuple[bytes, bytes]:
    """Two texts without their case: that of ASCII letters, or of all letters where the second one has others."""
    if other.isascii():
        one, other = (
            "".join(letter.lower() if letter.isascii() else letter for letter in text) for text in (one, other)
        )
        return one.encode(), other.encode()
    return one.casefold().encode(), other.casefold().encode()


def fits(pattern: str, text: str | None) -> bool:
    """LIKE, with ``%`` and ``_`` only."""
    if text is None:
        return False
    if pattern.isascii():
        low = "".join(letter.lower() if letter.isascii() else letter for letter in text)
        return _fits(pattern.lower(), low)
    return _fits(pattern.lower(), text.lower())


def _fits(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in {"_", text[0]} and _fits(pattern[1:], text[1:])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def day(offset: int) -> str:
    return (NOW + timedelta(days=offset)).strftime("%Y-%m-%d")


def keys(rows: Sequence[Row], column: str) -> list[str]:
    return sorted(row[column] for row in rows)
