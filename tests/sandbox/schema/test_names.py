from __future__ import annotations

import pytest

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.schema.names import check_name, check_solution, plural


@pytest.mark.parametrize("name", ["new_A", "sample_Bank_Account", "ab_1", "cr4f2_thing", "contoso1_x", "account_new_x"])
def test_names_with_a_prefix(name: str) -> None:
    assert check_name(name, "Entity", 64) == name


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "new",
        "new_",
        "a_b",
        "1ab_c",
        "ninechars_x",
        "new-x_y",
        "new_x y",
        "new_é",
        "MSCRM_x",
        "mscrmx_y",
        "_x",
        " new_x",
    ],
)
def test_names_without_one(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_name(name, "Entity", 64)
    assert (caught.value.status, caught.value.code) == (400, "0x80040203")


def test_names_have_a_length() -> None:
    assert check_name("new_" + "x" * 60, "Entity", 64)
    with pytest.raises(Refusal):
        check_name("new_" + "x" * 61, "Entity", 64)


@pytest.mark.parametrize("name", [None, ""])
def test_no_name(name: str | None) -> None:
    with pytest.raises(Refusal, match="Required field 'SchemaName' is missing"):
        check_name(name, "Entity", 64)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("new_book", "new_books"),
        ("new_day", "new_daies"),
        ("new_city", "new_cities"),
        ("new_bus", "new_buses"),
        ("new_tax", "new_taxes"),
        ("new_quiz", "new_quizes"),
        ("new_match", "new_matches"),
        ("new_wish", "new_wishes"),
        ("new_BankAccount", "new_BankAccounts"),
    ],
)
def test_plurals(name: str, expected: str) -> None:
    assert plural(name) == expected


def test_solutions_have_plain_names() -> None:
    for name in (None, "Default", "example_solution1", "_x"):
        check_solution(name)
    for name in ("", "1x", "a b", "a-b"):
        with pytest.raises(Refusal):
            check_solution(name)
