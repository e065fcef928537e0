from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.model import Column, Option, load_model
from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.write.values import is_guid, new_id, rounded, stored_value

CONVERSION, OPTION = "0x80048d19", "0x8004431a"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n....").decode()
OPTIONS = tuple(Option(value, str(value)) for value in (1, 2, 10, -1))


def column(kind: str, **fields: Any) -> Column:
    return Column("account", "thing", "Thing", kind, "id", **fields)


def store(kind: str, value: Any, **fields: Any) -> Any:
    return stored_value(column(kind, **fields), value, "accounts")


def refusal(kind: str, value: Any, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        store(kind, value, **fields)
    return caught.value


@pytest.mark.parametrize("kind", ["String", "Integer", "Boolean", "DateTime", "Money", "Picklist", "Image", "File"])
def test_null_clears_whatever_the_type(kind: str) -> None:
    assert store(kind, None) is None


def test_text_is_kept_and_measured_in_utf16() -> None:
    assert store("String", "Ärger", max_length=5) == "Ärger"
    assert store("Memo", "a" * 4, max_length=4) == "a" * 4
    assert store("String", "😀", max_length=2) == "😀"
    found = refusal("String", "😀😀", max_length=3)
    assert (found.status, found.code) == (400, "0x80044331")
    assert "'thing' attribute of the 'account' entity exceeded the maximum allowed length of '3'" in found.message


def test_empty_text_is_kept_as_null() -> None:
    assert store("String", "") is None
    assert store("MultiSelectPicklist", "", options=OPTIONS) is None


@pytest.mark.parametrize("value", [1, True, 1.5, [], {}])
def test_text_must_be_text(value: Any) -> None:
    assert refusal("String", value).code == CONVERSION


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (-(2**31), -(2**31)), (2**31 - 1, 2**31 - 1)])
def test_whole_numbers(value: int, expected: int) -> None:
    assert store("Integer", value) == expected


@pytest.mark.parametrize("value", ["7", 7.0, True, 2**31, -(2**31) - 1])
def test_whole_numbers_must_be_whole_and_fit(value: Any) -> None:
    assert refusal("Integer", value).code == CONVERSION


def test_big_numbers_are_wider() -> None:
    assert store("BigInt", 2**62) == 2**62
    assert refusal("BigInt", 2**63).code == CONVERSION


def test_whole_numbers_have_a_range() -> None:
    found = refusal("Integer", 11, min=0, max=10)
    assert (found.code, "Accepted Values: 0 to 10" in found.message) == ("0x8004432f", True)
    assert store("Integer", 10, min=0, max=10) == 10


@pytest.mark.parametrize("kind", ["Decimal", "Double", "Money"])
def test_numbers_have_a_range_and_a_precision(kind: str) -> None:
    assert store(kind, 1.005, precision=3) == 1.005
    assert store(kind, 2.345, precision=2) == 2.34
    assert store(kind, 7, precision=0) == 7.0
    assert refusal(kind, 10.5, min=0, max=10).code == "0x80044330"
    assert refusal(kind, "1.5").code == CONVERSION


@pytest.mark.parametrize("kind", ["Decimal", "Double", "Money", "Picklist", "Integer"])
@pytest.mark.parametrize("value", [True, False])
def test_truth_is_no_number(kind: str, value: Any) -> None:
    assert refusal(kind, value).code == CONVERSION


def test_numbers_beyond_all_bounds_do_not_break_anything() -> None:
    assert store("Double", 1e30, precision=5) == 1e30
    assert refusal("Decimal", 10**400).code == CONVERSION


@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(min_value=0, max_value=10))
def test_rounding_is_near_and_stable(value: float, digits: int) -> None:
    once = rounded(value, digits)
    assert abs(once - value) <= 0.5 * 10**-digits + abs(value) * 1e-12
    assert rounded(once, digits) == once


def test_halves_go_to_even_as_in_the_database() -> None:
    assert [rounded(value, 0) for value in (0.5, 1.5, 2.5, -0.5)] == [0.0, 2.0, 2.0, 0.0]


@pytest.mark.parametrize(("value", "expected"), [(True, 1), (False, 0)])
def test_yes_and_no(value: bool, expected: int) -> None:  # noqa: FBT001 - it is the value
    assert store("Boolean", value) == expected


@pytest.mark.parametrize("value", [0, 1, "true"])
def test_yes_and_no_are_no_numbers(value: Any) -> None:
    assert refusal("Boolean", value).code == CONVERSION


def test_choices_take_their_own_values() -> None:
    assert store("Picklist", 2, options=OPTIONS) == 2
    found = refusal("Picklist", 3, options=OPTIONS)
    assert (found.status, found.code) == (400, OPTION)
    assert refusal("Picklist", "2", options=OPTIONS).code == CONVERSION


def test_many_choices_are_sorted_and_taken_once() -> None:
    assert store("MultiSelectPicklist", "10, 2,2,-1", options=OPTIONS) == "-1,2,10"


@pytest.mark.parametrize("value", ["3", "1;2", "1,x", "1.0"])
def test_many_choices_take_their_own_values(value: str) -> None:
    assert refusal("MultiSelectPicklist", value, options=OPTIONS).code == OPTION


def test_many_choices_come_as_text_and_not_too_many() -> None:
    assert refusal("MultiSelectPicklist", [1], options=OPTIONS).code == CONVERSION
    assert refusal("MultiSelectPicklist", ",".join(["1"] * 151), options=OPTIONS).code == "0x80040203"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30Z"),
        ("2024-05-01T10:20:30.987Z", "2024-05-01T10:20:30Z"),
        ("2024-05-01T10:20Z", "2024-05-01T10:20:00Z"),
        ("2024-05-01T10:20:30", "2024-05-01T10:20:30Z"),
        ("2024-05-01", "2024-05-01T00:00:00Z"),
        ("2024-05-01T00:30:00+02:00", "2024-04-30T22:30:00Z"),
        ("2024-12-31T23:30:00-05:30", "2025-01-01T05:00:00Z"),
        ("1753-01-01T00:00:00Z", "1753-01-01T00:00:00Z"),
    ],
)
def test_moments_are_kept_in_utc_to_the_second(value: str, expected: str) -> None:
    assert store("DateTime", value) == expected


@pytest.mark.parametrize(
    "value",
    ["01/05/2024", "2024-13-01", "2024-05-01 10:00:00Z", "2024-05-01T10Z", "2024-05-01T10:00:00+02:00Z", 5, "", "now"],
)
def test_moments_must_be_moments(value: Any) -> None:
    assert refusal("DateTime", value).code == CONVERSION


def test_moments_begin_in_1753_and_end_in_9999() -> None:
    assert refusal("DateTime", "1752-12-31T23:59:59Z").code == "0x80040203"
    assert refusal("DateTime", "0001-01-01T00:00:00+05:00").code == CONVERSION
    assert refusal("DateTime", "9999-12-31T23:59:59-05:00").code == CONVERSION


def test_days_have_no_time() -> None:
    assert store("DateTime", "1990-01-31", behavior="DateOnly") == "1990-01-31"
    for value in ("1990-01-31T00:00:00Z", "1990-02-30", 1990, "1990"):
        assert refusal("DateTime", value, behavior="DateOnly").code == CONVERSION
    assert refusal("DateTime", "1752-01-01", behavior="DateOnly").code == "0x80040203"


def test_guids_are_kept_in_lower_case() -> None:
    given_id = str(uuid.uuid4())
    assert store("Uniqueidentifier", given_id.upper()) == given_id
    for value in (f"{{{given_id}}}", given_id.replace("-", ""), 5, ""):
        assert refusal("Uniqueidentifier", value).code == CONVERSION


def test_images_are_base64() -> None:
    assert store("Image", PNG) == PNG
    for value in ("not base64!", 5, ["x"], "ünïcode"):
        assert refusal("Image", value).code == CONVERSION


def test_files_are_uploaded_only() -> None:
    assert refusal("File", "x").code == CONVERSION


def test_managed_properties_hold_a_value() -> None:
    assert store("ManagedProperty", {"Value": True, "CanBeChanged": False}) == 1
    for value in (True, {}, {"Value": 1}):
        assert refusal("ManagedProperty", value).code == CONVERSION


def test_every_stored_column_of_the_model_can_be_written_or_refused() -> None:
    for table in load_model().tables.values():
        for found in table.stored:
            if not found.is_lookup:
                with pytest.raises(Refusal):
                    stored_value(found, object(), table.entity_set_name)


def test_new_ids_are_guids_and_differ() -> None:
    first, second = new_id(), new_id()
    assert is_guid(first)
    assert first != second
    assert not is_guid(f"{first} ")
