from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query.parse import parse_filter, parse_operand, utc_text
from onteg_dynamics.sandbox.query.tree import (
    Both,
    Compare,
    Condition,
    Either,
    Expression,
    Lambda,
    Literal,
    Negation,
    Path,
    TextMatch,
)
from onteg_dynamics.sandbox.refusals import Refusal

_NAME = Path(("name",))
_GUID = "1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"


def read(text: str, **aliases: str) -> Expression:
    return parse_filter(text, {f"@{name}": value for name, value in aliases.items()})


def refusal(text: str, **aliases: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text, **aliases)
    assert (caught.value.status, caught.value.code) == (400, "0x80060888")
    return caught.value


def equal(value: object, kind: str) -> Compare:
    return Compare("eq", _NAME, Literal(value, kind))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("''", "", "Edm.String"),
        ("'O''Bryan'", "O'Bryan", "Edm.String"),
        ("'and (x) eq @p'", "and (x) eq @p", "Edm.String"),
        ("1", 1, "Edm.Int32"),
        ("-1", -1, "Edm.Int32"),
        ("2147483647", 2147483647, "Edm.Int32"),
        ("2147483648", 2147483648, "Edm.Int64"),
        ("1.5", 1.5, "Edm.Double"),
        ("1e3", 1000.0, "Edm.Double"),
        ("1.5M", 1.5, "Edm.Double"),
        ("true", True, "Edm.Boolean"),
        ("false", False, "Edm.Boolean"),
        ("null", None, ""),
        (_GUID.upper(), _GUID, "Edm.Guid"),
        ("2024-05-16", "2024-05-16", "Edm.Date"),
        ("2024-05-16T10:30:00Z", "2024-05-16T10:30:00Z", "Edm.DateTimeOffset"),
        ("2024-05-16T10:30:00.123Z", "2024-05-16T10:30:00Z", "Edm.DateTimeOffset"),
        ("2024-05-16T10:30:00+02:00", "2024-05-16T08:30:00Z", "Edm.DateTimeOffset"),
        ("2024-05-16T10:30", "2024-05-16T10:30:00Z", "Edm.DateTimeOffset"),
    ],
)
def test_literals(text: str, value: object, kind: str) -> None:
    assert read(f"name eq {text}") == equal(value, kind)


@pytest.mark.parametrize("operator", ["eq", "ne", "gt", "ge", "lt", "le"])
def test_comparisons(operator: str) -> None:
    assert read(f"name {operator} 1") == Compare(operator, _NAME, Literal(1, "Edm.Int32"))
    assert read(f"1 {operator} name") == Compare(operator, Literal(1, "Edm.Int32"), _NAME)
    assert read(f"name {operator} fullname") == Compare(operator, _NAME, Path(("fullname",)))


def test_and_binds_closer_than_or() -> None:
    a, b, c = (Compare("eq", Path((name,)), Literal(1, "Edm.Int32")) for name in "abc")
    assert read("a eq 1 or b eq 1 and c eq 1") == Either((a, Both((b, c))))
    assert read("(a eq 1 or b eq 1) and c eq 1") == Both((Either((a, b)), c))
    assert read("a eq 1 or b eq 1 or c eq 1") == Either((a, b, c))


def test_not_binds_closest() -> None:
    a, b = (Compare("eq", Path((name,)), Literal(1, "Edm.Int32")) for name in "ab")
    assert read("not a eq 1 and b eq 1") == Both((Negation(a), b))
    assert read("not (a eq 1 and b eq 1)") == Negation(Both((a, b)))
    assert read("not not (a eq 1)") == Negation(Negation(a))


def test_names_that_begin_like_words() -> None:
    assert read("nullable eq 1") == Compare("eq", Path(("nullable",)), Literal(1, "Edm.Int32"))
    assert read("notes eq trueish") == Compare("eq", Path(("notes",)), Path(("trueish",)))
    assert read("android eq 1 and orders eq 2") == Both(
        (
            Compare("eq", Path(("android",)), Literal(1, "Edm.Int32")),
            Compare("eq", Path(("orders",)), Literal(2, "Edm.Int32")),
        )
    )


@pytest.mark.parametrize("function", ["contains", "startswith", "endswith"])
def test_text_functions(function: str) -> None:
    assert read(f"{function}(name,'x')") == TextMatch(function, _NAME, Literal("x", "Edm.String"))
    assert read(f"{function} ( name , 'x' )") == TextMatch(function, _NAME, Literal("x", "Edm.String"))


def test_paths_and_lambdas() -> None:
    assert read("a/b/c eq 1") == Compare("eq", Path(("a", "b", "c")), Literal(1, "Edm.Int32"))
    body = Compare("eq", Path(("t", "x")), Literal(1, "Edm.Int32"))
    assert read("Account_Tasks/any(t:t/x eq 1)") == Lambda("any", Path(("Account_Tasks",)), "t", body)
    assert read("Account_Tasks/all(t:t/x eq 1)") == Lambda("all", Path(("Account_Tasks",)), "t", body)
    assert read("Account_Tasks/any()") == Lambda("any", Path(("Account_Tasks",)))


def test_query_functions() -> None:
    found = read("""Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=["a","O'Bryan"])""")
    assert found == Condition("In", {"PropertyName": "name", "PropertyValues": ["a", "O'Bryan"]})
    assert read("Microsoft.Dynamics.CRM.Today(PropertyName='createdon')") == Condition(
        "Today", {"PropertyName": "createdon"}
    )
    found = read("Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['1','2'])")
    assert found == Condition("In", {"PropertyName": "name", "PropertyValues": ["1", "2"]})


def test_aliases_stand_for_values_and_names() -> None:
    assert read("name eq @p1", p1="'x'") == equal("x", "Edm.String")
    assert read("name eq @p1") == equal(None, "")
    assert read("@p1 eq 'x'", p1="name") == equal("x", "Edm.String")
    call = "Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)"
    found = read(call, p1="'name'", p2='["a"]')
    assert found == Condition("In", {"PropertyName": "name", "PropertyValues": ["a"]})


def test_one_alias_may_begin_like_another() -> None:
    assert read("name eq @p1 and name eq @p10", p1="'a'", p10="'b'") == Both(
        (equal("a", "Edm.String"), equal("b", "Edm.String"))
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name eq",
        "eq 1",
        "name = 1",
        "name eq 1 and",
        "name eq 1 name eq 2",
        "(name eq 1",
        "name eq 1)",
        "name eq 1 add 1",
        "tolower(name) eq 'x'",
        "length(name) gt 1",
        "name in ('a','b')",
        "name has Microsoft.Dynamics.CRM.X'a'",
        "Account_Tasks/all()",
        "contains(name)",
        "contains(name,'a','b')",
        "name EQ 1",
        "name eq 2024-13-45T00:00:00Z",
        'Microsoft.Dynamics.CRM.In(PropertyName=\'a\',PropertyValues=["a" "b"])',
        "not " * 5000 + "(name eq 1)",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    if text == "name":  # a bare name can be read; that it is no condition is seen later
        assert read(text) == _NAME
    else:
        refusal(text)


def test_parentheses_cost_nothing() -> None:
    assert read("(" * 5000 + "name eq 1" + ")" * 5000) == equal(1, "Edm.Int32")


def test_the_service_s_words_for_a_quote_too_many() -> None:
    text = "lastname eq 'O'Bryan'"
    assert refusal(text).message == f"There is an unterminated literal at position {len(text) - 1} in '{text}'."


def test_operands() -> None:
    assert parse_operand("a/b", {}) == Path(("a", "b"))
    assert parse_operand("@p1", {"@p1": "revenue"}) == Path(("revenue",))
    with pytest.raises(Refusal):
        parse_operand("a eq b", {})


@given(st.text())
@example("'")
@example("@")
@example("\x00")
@settings(deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Refusal):
        read(text, p="name")


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_any_text_can_be_a_literal(text: str) -> None:
    assert read("name eq '" + text.replace("'", "''") + "'") == equal(text, "Edm.String")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-05-16", "2024-05-16T00:00:00Z"),
        ("2024-05-16T10:30:00-05:00", "2024-05-16T15:30:00Z"),
        ("2024-05-16T10:30:00.9999999Z", "2024-05-16T10:30:00Z"),
    ],
)
def test_moments_in_utc(text: str, wanted: str) -> None:
    assert utc_text(text) == wanted


@pytest.mark.parametrize("text", ["", "x", "2024-02-30", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(Refusal):
        utc_text(text)
