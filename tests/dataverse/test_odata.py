from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.odata import (
    FilterTextError,
    check_filter,
    key_segment,
    literal,
    query_string,
    rename_columns,
    row_path,
)
from onteg_dynamics.errors import InputError
from onteg_dynamics.sandbox.query.parse import parse_filter
from onteg_dynamics.sandbox.query.tree import Compare, Literal, Path

GUID = "0f4a1c52-7b3e-4d68-9a51-2c8e6f7d9b10"
AWKWARD = "O'Bryan & Söhne/Œuvre (50%) + #1; a=b,c?d:e\\f\"g\"@h $i\t\r\n%27%2F ''"


class Reader:
    """An OData 4.0 reader, from the ABNF of URL conventions §5.1.1.6. It shares nothing with ours."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def literal(self) -> Any:
        if self.text.startswith("'", self.at):
            return self._string()
        match = re.compile(r"[^,)\s]+").match(self.text, self.at)
        assert match, f"no literal at {self.at}"
        self.at = match.end()
        return self._bare(match[0])

    def _string(self) -> str:
        letters: list[str] = []
        self.at += 1
        while True:
            letter, following = self.text[self.at], self.text[self.at + 1 : self.at + 2]
            if letter != "'":
                self.at += 1
            elif following == "'":
                self.at += 2
            else:
                self.at += 1
                return "".join(letters)
            letters.append(letter)

    @staticmethod
    def _bare(word: str) -> Any:
        words = {"null": None, "true": True, "false": False}
        if word in words:
            return words[word]
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", word):
            return UUID(word)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            return date.fromisoformat(word)
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", word):
            return datetime.fromisoformat(word[:-1] + "+00:00")
        assert re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", word)
        return Decimal(word)

    def key(self) -> dict[str, Any]:
        """``(name=literal,name=literal)``, the whole of the text."""
        assert self.text[0] == "("
        found, self.at = {}, 1
        while True:
            equals = self.text.index("=", self.at)
            name, self.at = self.text[self.at : equals], equals + 1
            found[name] = self.literal()
            mark, self.at = self.text[self.at], self.at + 1
            if mark == ")":
                assert self.at == len(self.text)
                return found
            assert mark == ","


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1753, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - zones are drawn
values = st.one_of(
    st.text(),
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(-(10**12), 10**12, allow_nan=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.uuids(),
    st.dates(date(1753, 1, 1)),
    moments.map(lambda moment: moment.replace(microsecond=0)),
)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True)


def as_read(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


@given(values)
@example(Decimal("1E+3"))
@example(AWKWARD)
@example(GUID)
@example("2026-01-31")
@example("null")
def test_any_literal_comes_back(value: Any) -> None:
    reader = Reader(literal(value))
    found = reader.literal()
    assert found == as_read(value)
    assert reader.at == len(reader.text)
    assert isinstance(found, str) is isinstance(value, str)


def test_a_decimal_has_no_exponent() -> None:
    assert literal(Decimal("1.5E+7")) == "15000000"  # Edm.Decimal knows none, only Edm.Double does


def test_a_moment_is_written_in_utc_and_a_naive_one_is_taken_as_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert literal(datetime(2026, 1, 31, 3, 0, tzinfo=east)) == "2026-01-30T21:30:00Z"
    assert literal(datetime(2026, 1, 31, 3, 0)) == "2026-01-31T03:00:00Z"  # noqa: DTZ001 - that is the case


@given(st.dictionaries(names, values, min_size=1, max_size=4))
@example({"name": AWKWARD})
def test_any_alternate_key_comes_back_from_the_url(key: dict[str, Any]) -> None:
    segment = key_segment(key)
    assert re.fullmatch(r"[!-~]+", segment), "not percent-encoded"
    assert not set(segment) & set('/?#&+<>"\\ '), "would end or change the path"
    assert Reader(unquote(segment)).key() == {name: as_read(value) for name, value in key.items()}


@given(st.dictionaries(names, st.text(), min_size=1, max_size=3))
def test_the_sandbox_reads_the_same_key(key: dict[str, str]) -> None:
    from onteg_dynamics.sandbox.service.path import arguments, split_path

    [segment] = split_path(row_path("accounts", key))
    assert segment.name == "accounts"
    assert arguments(segment.key, {}) == key


@given(st.text())
@example(AWKWARD)
def test_any_text_in_a_filter_comes_back_from_the_sandbox(text: str) -> None:
    query = query_string({"$filter": f"name eq {literal(text)}"})
    [(option, condition)] = parse_qsl(query.removeprefix("?"), strict_parsing=True)
    assert option == "$filter"
    assert parse_filter(condition, {}) == Compare("eq", Path(("name",)), Literal(text, "Edm.String"))


@given(st.one_of(st.integers(-(2**31), 2**31 - 1), st.uuids(), st.booleans()))
def test_values_without_quotes_come_back_from_the_sandbox(value: Any) -> None:
    found = parse_filter(f"x eq {literal(value)}", {})
    assert isinstance(found, Compare)
    assert isinstance(found.right, Literal)
    assert found.right.value == (str(value) if isinstance(value, UUID) else value)


@pytest.mark.parametrize("form", [GUID, GUID.upper(), f"{{{GUID}}}", f" {GUID} ", GUID.replace("-", "")])
def test_an_id_stands_in_the_path_without_quotes(form: str) -> None:
    assert row_path("accounts", form) == f"accounts({GUID})"


@pytest.mark.parametrize(
    "key",
    ["", "A-1", f"{GUID})/$ref", {}, {"name) or (1": "x"}, {"na me": "x"}, {"": "x"}, {"name'": "x"}, {"a/b": "x"}],
)
def test_what_is_no_key_is_refused(key: Any) -> None:
    with pytest.raises(InputError):
        key_segment(key)


@given(st.dictionaries(st.sampled_from(["$select", "$filter", "$orderby", "$expand", "$count"]), st.none() | st.text()))
def test_any_query_option_comes_back(options: dict[str, str | None]) -> None:
    text = query_string(options)
    assert re.fullmatch(r"(\?[!-~]+)?", text)
    found = dict(parse_qsl(text.removeprefix("?"), keep_blank_values=True, strict_parsing=bool(text)))
    assert found == {name: value for name, value in options.items() if value}


def test_names_stay_readable_and_reserved_characters_do_not() -> None:
    text = query_string({"$select": "name,_ownerid_value", "$filter": "name eq 'A&B+C/D;E=F?G@H,I:J'", "$top": ""})
    assert text == "?$select=name,_ownerid_value&$filter=name%20eq%20'A%26B%2BC%2FD%3BE%3DF%3FG%40H%2CI%3AJ'"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name eq 'O''Brien'",
        "name eq ''",
        "name eq '''' and (revenue gt 5 or not (statecode eq 1))",
        "contains(name,'(') or endswith(name,')')",
        'Microsoft.Dynamics.CRM.In(PropertyName=\'name\',PropertyValues=["OBrian","O\'Brian"])',
        'Microsoft.Dynamics.CRM.In(PropertyName=\'name\',PropertyValues=["a)","say \\"(hi","\'"])',
        "Account_Tasks/any(t:t/subject eq 'x''y')",
        f"accountid eq {GUID} and createdon ge 2024-01-01T00:00:00Z",
        "name eq 'a\nb'",
        "name eq 'say \"hi'",
    ],
)
def test_a_filter_that_may_be_right_is_let_through(text: str) -> None:
    check_filter(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lastname eq 'O'Bryan'", "near position 15"),
        ("name eq 'x", "near position 8"),
        ("name eq x'", "near position 9"),
        ("(name eq 'x'", "a parenthesis is not closed"),
        ("name eq 'x')", "position 11"),
        (")(", "position 0"),
        ('In(PropertyValues=["a])', "quotes do not match"),
    ],
)
def test_a_filter_that_is_certainly_wrong_is_refused_and_the_place_told(text: str, words: str) -> None:
    with pytest.raises(FilterTextError, match=re.escape(words)):
        check_filter(text)


@given(st.text())
def test_no_text_breaks_the_check(text: str) -> None:
    with suppress(FilterTextError):
        check_filter(text)


@given(st.text(), st.text())
def test_a_condition_made_of_literals_passes_the_check(one: str, two: str) -> None:
    check_filter(f"(name eq {literal(one)} or not startswith(name,{literal(two)}))")


LOOKUPS = {"ownerid": "_ownerid_value", "customerid": "_customerid_value"}


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("customerid eq null", "_customerid_value eq null"),
        ("(customerid ne null)and(ownerid eq x)", "(_customerid_value ne null)and(_ownerid_value eq x)"),
        ("name eq 'customerid'", "name eq 'customerid'"),
        ("name eq 'it''s ownerid'", "name eq 'it''s ownerid'"),
        ("ownerid/fullname eq 'x'", "ownerid/fullname eq 'x'"),
        ("account/ownerid eq 1", "account/ownerid eq 1"),
        ("tasks/any(t:t/ownerid eq 1)", "tasks/any(t:t/ownerid eq 1)"),
        (
            "F(PropertyName='ownerid',PropertyValues=[\"ownerid\"])",
            "F(PropertyName='ownerid',PropertyValues=[\"ownerid\"])",
        ),
        ("F(ownerid='x')", "F(ownerid='x')"),
        ("ownerid('x')", "ownerid('x')"),
        ("_ownerid_value eq 1", "_ownerid_value eq 1"),
        ("createdon desc,ownerid asc", "createdon desc,_ownerid_value asc"),
        ("@ownerid eq 1", "@ownerid eq 1"),
    ],
)
def test_lookups_are_renamed_where_they_stand_alone(text: str, renamed: str) -> None:
    assert rename_columns(text, lambda name: LOOKUPS.get(name, name)) == renamed


@given(st.text())
def test_nothing_is_lost_where_nothing_is_renamed(text: str) -> None:
    assert rename_columns(text, lambda name: name) == text
