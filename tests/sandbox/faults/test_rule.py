"""Rules: how they are told, and which requests they fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.sandbox.faults import Rule, open_faults
from onteg_dynamics.sandbox.faults.files import read_file, read_order
from onteg_dynamics.sandbox.faults.reading import read_rule
from onteg_dynamics.sandbox.faults.rule import Asked

ACCOUNTS = Asked("GET", "/api/data/v9.2/accounts", "account", "accounts")
CREATE = Asked("POST", "/api/data/v9.2/contacts", "contact", "contacts")
TOKEN = Asked("POST", "/tenant/oauth2/v2.0/token")


def test_words_objects_and_arguments_tell_the_same() -> None:
    expected = Rule("503", method="POST", table="account", nth=2, times=3, retry_after="7", body="html", after=True)
    words = "503 method=POST table=account nth=2 times=3 retry-after=7 body=html after=true"
    assert read_rule(words) == expected
    told = {"method": "POST", "table": "account", "nth": 2, "times": 3, "retry_after": 7, "body": "html", "after": True}
    assert read_rule({"kind": "503", **told}) == read_rule("503", **told) == expected
    assert read_rule(read_rule("503"), **told) == expected


def test_words_may_be_quoted() -> None:
    assert read_rule("500 'message=All is lost' probability=0.5") == Rule("500", message="All is lost", probability=0.5)


def test_a_rule_is_told_back_as_it_was_ordered() -> None:
    told = {"kind": "delay", "seconds": 0.5, "per_row": 0.1, "times": 2}
    assert read_rule(told).to_json() == told


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nonsense",
        "200",
        "600",
        "²00",
        "503 nth",
        "503 nth=0",
        "503 nth=1.5",
        "503 nth=-1",
        "503 times=0",
        "503 times=",
        "503 probability=1.1",
        "503 probability=nan",
        "503 when=now",
        "503 body=xml",
        "503 after=maybe",
        "503 'retry-after=1\n2'",
        "503 'open",
        "delay seconds=-1",
        "delay seconds=inf",
        "truncate keep=1",
    ],
)
def test_what_is_no_rule_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_rule(words)


@pytest.mark.parametrize("members", [{"nth": True}, {"nth": [1]}, {"table": None}, {"seconds": "x"}, {"after": 1}])
def test_members_have_their_types(members: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no value for"):
        read_rule({"kind": "503", **members})


@pytest.mark.parametrize(
    ("words", "fitting"),
    [
        ("503", {ACCOUNTS, CREATE}),
        ("503 method=post", {CREATE}),
        ("503 table=account", {ACCOUNTS}),
        ("503 table=contacts", {CREATE}),
        ("503 table=Account", set()),
        ("503 path=*/accounts", {ACCOUNTS}),
        ("503 path=/api/data/v9.?/*", {ACCOUNTS, CREATE}),
        ("503 path=*/token", {TOKEN}),
        ("503 path=*", {ACCOUNTS, CREATE, TOKEN}),
        ("503 method=GET table=contact", set()),
    ],
)
def test_which_requests_fit(words: str, fitting: set[Asked]) -> None:
    assert {asked for asked in (ACCOUNTS, CREATE, TOKEN) if read_rule(words).fits(asked)} == fitting


def test_orders_come_in_three_forms() -> None:
    rules = [Rule("503"), Rule("429")]
    assert read_order({"kind": "503"}) == (rules[:1], None)
    assert read_order([{"kind": "503"}, "429"]) == (rules, None)
    assert read_order({"seed": 7, "rules": ["503", {"kind": "429"}]}) == (rules, 7)
    assert read_order({"seed": 7}) == ([], 7)


@pytest.mark.parametrize("document", [3, None, [3], {"rule": []}, {"seed": "x"}, {"seed": True}, {"rules": "503 x"}])
def test_other_orders_are_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_order(document)


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text("{")
    with pytest.raises(ValueError, match=r"faults\.json: "):
        read_file(path)


def test_a_sandbox_begins_with_file_and_rules(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"seed": 7, "rules": ["503"]}')
    faults = open_faults(["429"], path, None)
    assert [one.rule.kind for one in faults.ordered()] == ["503", "429"]
    assert (faults.seed, open_faults([], path, 3).seed, open_faults([], None, None).seed) == (7, 3, 0)
