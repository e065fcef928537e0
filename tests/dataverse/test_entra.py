from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onteg_dynamics.dataverse.entra import explain_entra

FIELDS = ("Client Secret", "Client ID", "Token URL", "Scopes", "Endpoint URL")


def answer(number: int, error: str = "invalid_request", said: str = "Something.") -> dict[str, Any]:
    text = f"AADSTS{number}: {said}\r\nTrace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 2026-01-01 00:00:00Z"
    return {"error": error, "error_description": text, "error_codes": [number], "trace_id": "1"}


@pytest.mark.parametrize(
    ("number", "why", "fix"),
    [
        (7000215, "Client Secret is wrong", "Secret ID"),
        (7000222, "has expired", "Client Secret"),
        (7000218, "No Client Secret", "Client Secret"),
        (700016, "Client ID", "Application (client) ID"),
        (7000229, "service principal", "administrator"),
        (90002, "does not exist", "Token URL"),
        (900023, "neither a tenant ID", "Token URL"),
        (50194, "tenant of its own", "common"),
        (900382, "national cloud", "login.microsoftonline.us"),
        (70011, "scope is not valid", "/.default"),
        (1002012, "scope is not valid", "Scopes"),
        (28000, "more than one", "Scopes"),
        (500011, "resource", "Endpoint URL"),
        (65001, "consent", "Grant admin consent"),
        (50105, "role", "Users and groups"),
        (50034, "account", "Token URL"),
        (53003, "Conditional Access", "administrator"),
        (700027, "certificate", "Upload"),
        (90014, "lacks something", "Client ID"),
        (900144, "lacks something", "Client Secret"),
    ],
)
def test_a_known_refusal_has_a_cause_and_a_cure(number: int, why: str, fix: str) -> None:
    refusal = explain_entra(answer(number))
    assert why in refusal.message
    assert fix in refusal.fix
    assert refusal.code == f"AADSTS{number}"
    assert not refusal.retryable


@pytest.mark.parametrize("number", [90055, 90024, 90033, 90006, 90012])
def test_a_busy_token_service_is_worth_another_try(number: int) -> None:
    assert explain_entra(answer(number, "temporarily_unavailable")).retryable


def test_the_number_is_found_in_the_description_alone() -> None:
    assert explain_entra({"error_description": "AADSTS7000215: Invalid"}).code == "AADSTS7000215"


def test_a_known_number_wins_over_an_unknown_one_before_it() -> None:
    assert explain_entra({"error_codes": [123456, 7000222]}).code == "AADSTS7000222"


def test_an_unknown_number_is_told_in_the_services_own_words() -> None:
    refusal = explain_entra(answer(999888, "invalid_client", "The moon is full."))
    assert refusal.code == "AADSTS999888"
    assert refusal.message.endswith("It says: AADSTS999888: The moon is full.")
    assert "Trace ID" not in refusal.message


@pytest.mark.parametrize(
    "error",
    [
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "invalid_resource",
        "invalid_request",
        "unsupported_grant_type",
        "no_such_error",
    ],
)
def test_an_error_without_a_number_names_a_field_all_the_same(error: str) -> None:
    refusal = explain_entra({"error": error})
    assert refusal.code == error
    assert any(field in refusal.fix for field in FIELDS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30), lambda inner: st.lists(inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from(["error", "error_description", "error_codes", "trace_id"]), JSON))
def test_any_answer_can_be_explained(error: dict[str, Any]) -> None:
    refusal = explain_entra(error)
    assert refusal.message
    assert refusal.fix
