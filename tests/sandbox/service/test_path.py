from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.sandbox.refusals import Refusal
from onteg_dynamics.sandbox.service.path import Segment, arguments, split_path
from onteg_dynamics.sandbox.service.roots import addressed, below_root
from onteg_dynamics.sandbox.write.references import parse_key


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("accounts", [Segment("accounts")]),
        ("accounts/", [Segment("accounts")]),
        ("accounts()", [Segment("accounts", "")]),
        ("accounts(1)/name/$value", [Segment("accounts", "1"), Segment("name"), Segment("$value")]),
        ("a(k='x/y')/b", [Segment("a", "k='x/y'"), Segment("b")]),
        ("a(k=%27x%2Fy%27)/b", [Segment("a", "k='x/y'"), Segment("b")]),
        ("a(k='it''s(')", [Segment("a", "k='it''s('")]),
        ("a%28k=%27O%27%27B%27%29", [Segment("a", "k='O''B'")]),
    ],
)
def test_splits(path: str, expected: list[Segment]) -> None:
    assert list(split_path(path)) == expected


@pytest.mark.parametrize("path", ["a(", "a(k='x)", "a(k)x", "a)"])
def test_refuses_what_does_not_close(path: str) -> None:
    with pytest.raises(Refusal) as caught:
        split_path(path)
    assert caught.value.status == 400


@given(st.text(min_size=1, max_size=20))
def test_any_key_text_survives_encoding(text: str) -> None:
    try:
        encoded = quote("'" + text.replace("'", "''") + "'", safe="'")
    except UnicodeEncodeError:  # lone surrogates have no address
        return
    (segment,) = split_path(f"accounts(name={encoded})")
    assert parse_key(str(segment.key)) == {"name": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A='x,y',B=2", {"A": "x,y", "B": 2}),
        ("A=@p", {"A": ["account", "it's"]}),
        ("A=@missing", {"A": None}),
        ("A={'@odata.id':'accounts(1)'},B=true", {"A": {"@odata.id": "accounts(1)"}, "B": True}),
        ("A=['x','y''z']", {"A": ["x", "y'z"]}),
        ("A=Microsoft.Dynamics.CRM.EndpointAccessType'Default'", {"A": "Default"}),
        ("A=-1.5,B=2024-01-01T00:00:00Z", {"A": -1.5, "B": "2024-01-01T00:00:00Z"}),
        ("A=AB000000-0000-0000-0000-00000000000F", {"A": "ab000000-0000-0000-0000-00000000000f"}),
        ("", {}),
        (None, {}),
    ],
)
def test_reads_arguments(text: str | None, expected: dict[str, Any]) -> None:
    assert arguments(text, {"@p": '["account","it\'s"]'}) == expected


@pytest.mark.parametrize("text", ["A", "A={", "A=['x'", "A='x", "A=[1,]", "A=$"])
def test_refuses_arguments(text: str) -> None:
    with pytest.raises(Refusal):
        arguments(text, {})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.test/api/data/v9.2/accounts?$top=1", "accounts?$top=1"),
        ("/api/data/v9.0/accounts", "accounts"),
        ("/API/Data/v9.1", ""),
        ("/api/data/v8.2/accounts", None),
        ("/api/data/v9.20/accounts", None),
        ("accounts", None),
        ("/other/api/data/v9.2/accounts", None),
    ],
)
def test_knows_its_root(url: str, expected: str | None) -> None:
    assert below_root(url) == expected


def test_the_root_is_the_one_that_the_caller_used() -> None:
    headers = {"host": "localhost:8443"}
    address = addressed("https", headers, "/api/data/v9.1/accounts")
    assert address == ("https://localhost:8443/api/data/v9.1/", "accounts")
    assert addressed("https", headers, "/api/search/v2.0/query") == ("https://localhost:8443/api/search/v2.0/", "query")
    assert addressed("https", headers, "/api/other/v9.1/accounts") is None
