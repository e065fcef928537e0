from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.protocol import dumps
from onteg_dynamics.dataverse.tables import Choice, Column, Details
from onteg_dynamics.dataverse.values import AS_IT_IS, choice_value, to_wire

GUID = "0f4a1c52-7b3e-4d68-9a51-2c8e6f7d9b10"
COLOURS = (Choice(1, "Red"), Choice(2, "Blue, dark"), Choice(-3, "Grün"), Choice(100_000_000, "2024"))
KINDS = [
    "Integer",
    "BigInt",
    "Decimal",
    "Money",
    "Double",
    "Boolean",
    "Picklist",
    "State",
    "Status",
    "MultiSelectPicklist",
    "DateTime",
    "Uniqueidentifier",
    "Image",
    "EntityName",
]
YES_NO = (Choice(1, "Allow"), Choice(0, "Do Not Allow"))


def wire(kind: str, value: Any, details: Details | None = None) -> Any:
    """What stands in the JSON body, numbers with all their digits."""

    def ask() -> Details:
        assert details is not None, "the details are not needed for this"
        return details

    written = to_wire(Column("x", "X", kind), value, ask)
    return json.loads(dumps({"x": written}), parse_float=Decimal)["x"]


def refusal(kind: str, value: Any, details: Details | None = None) -> str:
    with pytest.raises(ValueError, match=r"\w") as caught:
        wire(kind, value, details)
    return str(caught.value)


@pytest.mark.parametrize("kind", [*KINDS, "Unheard"])
@pytest.mark.parametrize("empty", [None, ""])
def test_null_and_empty_text_clear_a_column(kind: str, empty: Any) -> None:
    assert wire(kind, empty) is None


@pytest.mark.parametrize("kind", ["String", "Memo"])
def test_an_empty_text_is_a_text_where_texts_are(kind: str) -> None:
    assert (wire(kind, ""), wire(kind, None)) == ("", None)


@pytest.mark.parametrize("kind", ["Virtual", "File", "CalendarRules", ""])
def test_what_cannot_be_written_is_told(kind: str) -> None:
    assert refusal(kind, "x") == "this column cannot be written here"


@pytest.mark.parametrize("value", ["Jim Glynn", [], "", None])
def test_parties_are_no_value_of_a_row(value: object) -> None:
    assert refusal("PartyList", value).startswith("who takes part is said when a row is created")


@given(st.text())
def test_a_text_is_not_changed(text: str) -> None:
    assert wire("String", text) == text


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (1.5, "1.5"), (Decimal("1.50"), "1.50")])
def test_a_number_given_for_a_text_is_its_text(value: Any, text: str) -> None:
    assert wire("Memo", value) == text


@pytest.mark.parametrize("value", [True, ["a"], {"a": 1}, b"x"])
def test_what_is_no_text_is_refused_where_a_text_is_due(value: Any) -> None:
    assert refusal("String", value) == "a text is expected"


@given(st.integers(-(2**63), 2**63 - 1))
@example(2**53 + 1)
def test_a_whole_number_keeps_all_its_digits(number: int) -> None:
    for value in (number, str(number), f" {number} ", f"{number}.0", Decimal(number)):
        assert wire("BigInt", value) == number


@pytest.mark.parametrize("value", ["1.5", 1.5, "99999999999999999999", 2**63, "1e300"])
def test_what_is_no_whole_number_of_64_bits_is_refused(value: Any) -> None:
    assert "whole number" in refusal("Integer", value)


@given(st.decimals(-(10**18), 10**18, places=10))
@example(Decimal("922337203685477.5807"))
@example(Decimal("0.1"))
def test_money_keeps_all_its_digits(amount: Decimal) -> None:
    for value in (amount, str(amount), f"  {amount:f}"):
        assert wire("Money", value) == amount
        assert wire("Decimal", value) == amount


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_survives(number: float) -> None:
    assert float(wire("Double", number)) == number
    assert float(wire("Double", repr(number))) == number


@pytest.mark.parametrize("kind", ["Integer", "Decimal", "Money", "Double"])
@pytest.mark.parametrize(
    "value", ["", "ten", "1,000", "1 000", "1_000", "0x10", "nan", "inf", "-Infinity", "1e999", "1e-99999999", "€5"]
)
def test_what_is_no_number_is_refused_without_being_repeated(kind: str, value: str) -> None:
    if value:
        message = refusal(kind, value)
        assert "expected" in message
        assert value not in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, [1], {"a": 1}])
@pytest.mark.parametrize("kind", ["Integer", "Decimal", "Double"])
def test_a_value_that_is_no_number_is_refused(kind: str, value: Any) -> None:
    assert "expected" in refusal(kind, value)


@pytest.mark.parametrize(
    ("value", "truth"),
    [(True, True), (False, False), (1, True), (0, False), ("yes", True), (" NO ", False), ("on", True), ("0", False)],
)
def test_a_truth_value_is_read_without_asking_for_labels(value: Any, truth: bool) -> None:  # noqa: FBT001 - drawn
    assert wire("Boolean", value) is truth


def test_a_truth_value_is_read_by_its_label() -> None:
    details = Details(choices=YES_NO)
    assert wire("Boolean", "allow", details) is True
    assert wire("Boolean", "Do Not Allow", details) is False
    assert "Allow (1), Do Not Allow (0)" in refusal("Boolean", "perhaps", details)


choices = st.lists(
    st.tuples(st.integers(-(2**31), 2**31 - 1), st.text(min_size=1).filter(lambda text: text.strip())),
    min_size=1,
    max_size=8,
    unique_by=(lambda pair: pair[0], lambda pair: pair[1].strip().casefold()),
).map(lambda pairs: tuple(Choice(*pair) for pair in pairs))


def is_number(label: str) -> bool:
    return re.fullmatch(r"\s*-?\d+\s*", label) is not None


@given(choices, st.data())
def test_a_choice_is_written_by_value_or_by_label(allowed: tuple[Choice, ...], data: st.DataObject) -> None:
    choice = data.draw(st.sampled_from(allowed))
    details = Details(choices=allowed)
    for value in (choice.value, str(choice.value), f" {choice.value} "):
        assert wire("Picklist", value, details) == choice.value
    if not is_number(choice.label):
        assert wire("Picklist", f" {choice.label} ", details) == choice.value
        assert wire("Status", choice.label, details) == choice.value


@given(choices, st.data())
def test_several_choices_are_a_list_of_values_or_labels(allowed: tuple[Choice, ...], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(allowed), min_size=1))
    by_value = data.draw(st.booleans())
    values = [choice.value if by_value or is_number(choice.label) else choice.label for choice in chosen]
    expected = ",".join(str(value) for value in sorted({choice.value for choice in chosen}))
    assert wire("MultiSelectPicklist", values, Details(choices=allowed)) == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1,2", "1,2"),
        ("2; 1", "1,2"),
        (" 2 , 1 ,", "1,2"),
        ("-3,1", "-3,1"),
        ([2, "1"], "1,2"),
        ((1, 1), "1"),
        (1, "1"),
        ("Red; Blue, dark", "1,2"),
        ("blue, DARK;grün", "-3,2"),
        ("Red, Grün", "-3,1"),
        ("Blue, dark", "2"),
        (["Blue, dark", 1], "1,2"),
        ([], None),
        (" , ", None),
    ],
)
def test_several_choices_may_stand_in_one_text(value: Any, written: str | None) -> None:
    assert wire("MultiSelectPicklist", value, Details(choices=COLOURS)) == written


def test_a_label_made_of_digits_is_found_where_no_choice_has_that_value() -> None:
    details = Details(choices=COLOURS)
    assert wire("Picklist", "2024", details) == 100_000_000
    assert wire("MultiSelectPicklist", "2024, 1", details) == "1,100000000"
    assert wire("Picklist", "77", details) == 77  # the service knows better: it may be new
    both = Details(choices=(Choice(1, "2"), Choice(2, "1")))
    assert wire("Picklist", "1", both) == 1


def test_a_number_given_for_a_choice_asks_for_no_labels() -> None:
    assert wire("Picklist", 7) == 7


def test_an_unknown_label_names_the_allowed_ones() -> None:
    message = refusal("Picklist", "s3cr3t", Details(choices=COLOURS[:2]))
    assert message == "no choice has this label; allowed are Red (1), Blue, dark (2)"


def test_a_long_list_of_choices_is_cut() -> None:
    many = tuple(Choice(number, f"C{number}") for number in range(45))
    message = refusal("State", "x", Details(choices=many))
    assert message.endswith("C29 (29) and 15 more")


def test_a_label_that_two_choices_share_asks_for_the_value() -> None:
    twins = (Choice(5, "Open"), Choice(4, "OPEN "))
    with pytest.raises(ValueError, match="give the value: 4, 5"):
        choice_value("open", twins)


def test_one_choice_listed_twice_is_one_choice() -> None:
    assert choice_value("open", (Choice(5, "Open"), Choice(5, "Open"))) == 5


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
naive = st.datetimes(datetime(1753, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - naive on purpose
USER_LOCAL, DATE_ONLY = Details(behavior="UserLocal"), Details(behavior="DateOnly")


def read(text: str) -> datetime:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


@given(naive, zones)
def test_a_moment_in_any_zone_comes_out_in_utc(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=zone)
    expected = aware.astimezone(timezone.utc).replace(microsecond=0)
    for value in (aware, aware.isoformat(), aware.isoformat(" ")):
        assert read(wire("DateTime", value, USER_LOCAL)) == expected


@given(naive)
def test_a_moment_without_zone_is_utc(moment: datetime) -> None:
    expected = moment.replace(microsecond=0, tzinfo=timezone.utc)
    for value in (moment, moment.isoformat(), moment.isoformat() + "Z", moment.isoformat() + "z"):
        assert read(wire("DateTime", value, USER_LOCAL)) == expected


@given(st.dates(date(1753, 1, 1)))
def test_a_date_is_a_date_or_the_midnight_it_begins_with(day: date) -> None:
    for value in (day, day.isoformat(), f" {day} "):
        assert wire("DateTime", value, DATE_ONLY) == day.isoformat()
        assert wire("DateTime", value, USER_LOCAL) == f"{day.isoformat()}T00:00:00Z"


def test_a_date_column_takes_the_day_of_a_moment_as_it_is_written() -> None:
    east = timezone(timedelta(hours=9))
    assert wire("DateTime", datetime(2026, 1, 31, 3, 0, tzinfo=east), DATE_ONLY) == "2026-01-31"
    assert wire("DateTime", "2026-01-31T23:30:00-05:00", DATE_ONLY) == "2026-01-31"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T14:30Z", "2026-01-31T14:30:00Z"),
        ("2026-01-31 14:30", "2026-01-31T14:30:00Z"),
        ("2026-01-31T14:30:00.1234567Z", "2026-01-31T14:30:00Z"),
        ("2026-01-31T14:30:00+02:00", "2026-01-31T12:30:00Z"),
    ],
)
def test_the_usual_ways_to_write_a_moment(text: str, written: str) -> None:
    assert wire("DateTime", text, USER_LOCAL) == written


@pytest.mark.parametrize("text", ["31.01.2026", "01/31/2026", "tomorrow", "2026-02-30", "2026-13-01", "2026", 5, True])
@pytest.mark.parametrize("details", [USER_LOCAL, DATE_ONLY])
def test_what_is_no_date_is_refused_with_an_example(text: Any, details: Details) -> None:
    assert "2026-01-31T14:30:00Z" in refusal("DateTime", text, details)


@pytest.mark.parametrize("details", [USER_LOCAL, DATE_ONLY])
@pytest.mark.parametrize("value", ["1752-12-31", "0001-01-01", date(1, 1, 1), datetime(1752, 12, 31, 23)])  # noqa: DTZ001
def test_a_date_before_1753_is_refused(value: Any, details: Details) -> None:
    assert "1753-01-01" in refusal("DateTime", value, details)


@pytest.mark.parametrize(
    "text", ["1753-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"]
)
def test_a_moment_that_leaves_the_calendar_in_utc_is_refused(text: str) -> None:
    assert "1753-01-01" in refusal("DateTime", text, USER_LOCAL)


@pytest.mark.parametrize("value", [GUID, GUID.upper(), f"{{{GUID}}}", UUID(GUID)])
def test_a_guid_is_written_in_one_way(value: Any) -> None:
    assert wire("Uniqueidentifier", value) == GUID


def test_what_is_no_guid_is_refused() -> None:
    assert refusal("Uniqueidentifier", "12") == "a GUID is expected"


anything = st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.text(), max_size=3) | st.datetimes()


@given(st.sampled_from(KINDS), anything)
def test_whatever_is_given_it_is_written_or_refused_in_words(kind: str, value: Any) -> None:
    with suppress(ValueError):
        wire(kind, value, Details(choices=COLOURS, behavior="UserLocal"))


@given(
    st.sampled_from(sorted(AS_IT_IS)),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.decimals(), st.dates()),
)
def test_what_goes_as_it_is_would_have_been_left_as_it_is(kind: str, value: Any) -> None:
    if value is None or not AS_IT_IS[kind](value):
        return
    wire = to_wire(Column("x", "X", kind), value, Details)
    assert json.loads(dumps({"x": value})) == json.loads(dumps({"x": wire}))
    assert kind not in ("Decimal", "Money") or dumps({"x": value}) == dumps({"x": wire})
