from __future__ import annotations

import re
from dataclasses import replace

import pytest

from onteg_dynamics.sandbox.write.numbers import forget_numbers, next_number
from tests.sandbox.write.conftest import Desk


def number(desk: Desk, pattern: str, column: str = "accountnumber") -> str:
    return next_number(desk.world, desk.table("account"), column, pattern)


def test_numbers_count_up_from_a_thousand(desk: Desk) -> None:
    assert [number(desk, "A-{SEQNUM:5}") for _ in range(3)] == ["A-01000", "A-01001", "A-01002"]


def test_a_number_may_outgrow_its_places(desk: Desk) -> None:
    assert number(desk, "{SEQNUM:2}") == "1000"


def test_every_column_counts_for_itself(desk: Desk) -> None:
    number(desk, "{SEQNUM:4}")
    assert number(desk, "{SEQNUM:4}", "name") == "1000"


def test_letters_look_random_and_are_the_same_in_every_run(desk: Desk) -> None:
    first = number(desk, "{RANDSTRING:6}")
    assert re.fullmatch(r"[0-9A-Z]{6}", first)
    assert number(desk, "{RANDSTRING:6}") != first
    forget_numbers(desk.world, desk.table("account").columns["accountnumber"])
    assert number(desk, "{RANDSTRING:6}") == first


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{DATETIMEUTC:yyyyMMddhhmmss}", "20240501123000"),
        ("{DATETIMEUTC:yyyy-MM-dd HH:mm}", "2024-05-01 12:30"),
        ("{DATETIMEUTC:100% yyyy}", "100% 2024"),
    ],
)
def test_moments_are_written_by_their_pattern(desk: Desk, pattern: str, expected: str) -> None:
    assert number(desk, pattern) == expected


def test_parts_stand_beside_each_other(desk: Desk) -> None:
    assert re.fullmatch(r"CAS-01000-[0-9A-Z]{6}-2024", number(desk, "CAS-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyy}"))


def test_the_platform_numbers_cases_and_takes_numbers_that_are_given(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    bind = {"customerid_account@odata.bind": f"accounts({firm})"}
    own = desk.row("incident", desk.create("incident", title="T", **bind))
    assert re.fullmatch(r"CAS-01000-[0-9A-Z]{6}", own["ticketnumber"])
    given = desk.row("incident", desk.create("incident", title="T", ticketnumber="X-1", **bind))
    assert given["ticketnumber"] == "X-1"


def test_columns_with_a_pattern_are_numbered(desk: Desk) -> None:
    account = desk.table("account")
    column = replace(account.columns["accountnumber"], auto_number="ACC-{SEQNUM:4}")
    table = replace(account, columns={**account.columns, "accountnumber": column})
    desk.world.model = desk.world.model.with_tables([table])
    rows = [desk.row("account", desk.create("account"))["accountnumber"] for _ in range(2)]
    assert rows == ["ACC-1000", "ACC-1001"]


def test_a_refused_create_uses_no_number(desk: Desk) -> None:
    firm = desk.create("account", name="A")
    bind = {"customerid_account@odata.bind": f"accounts({firm})"}
    desk.refused("0x80044331", "incident", title="T" * 500, **bind)
    assert desk.row("incident", desk.create("incident", title="T", **bind))["ticketnumber"].startswith("CAS-01000")
