from __future__ import annotations

from typing import Any

import pytest

from onteg_dynamics.connection import connection_form
from onteg_dynamics.errors import InputError, OutputError, SettingsError
from onteg_dynamics.validation import Form, OutputCheck

SCHEMA = {
    "type": "object",
    "required": ["table", "row"],
    "properties": {
        "table": {"type": "string", "title": "Table", "minLength": 1},
        "row": {"type": "object", "title": "Columns", "minProperties": 1},
        "top": {"type": "integer", "title": "Top", "minimum": 1, "maximum": 5000},
        "labels": {"type": "boolean", "title": "Labels"},
        "key": {
            "title": "Row",
            "anyOf": [{"type": "string", "pattern": "^[0-9a-f]{8}$"}, {"type": "object"}],
            "x-onteg-hint": "a GUID, or a JSON object",
        },
    },
    "additionalProperties": False,
}

OAUTH = {
    "connection_name": "Production",
    "connector": "msDynamics365Connector-v1.0",
    "endpoint_url": "https://org.crm.dynamics.com",
    "authentication": "OAuth",
    "flows": "Client Credentials",
    "token_url": "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
    "client_id": "11111111-2222-3333-4444-555555555555",
    "client_secret": "s3cr3t-value",
}


def problems_of(values: dict[str, Any], form: Form | None = None) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        (form or Form(SCHEMA)).read(values)
    return {problem.path: f"{problem.label}|{problem.message}" for problem in caught.value.problems}


def test_texts_are_typed_and_labels_are_accepted() -> None:
    typed = Form(SCHEMA).read({"Table": "account", "Columns": '{"name": "x"}', "TOP": "50", "labels": "yes"})
    assert typed == {"table": "account", "row": {"name": "x"}, "top": 50, "labels": True}


def test_empty_texts_count_as_absent() -> None:
    assert "top" not in Form(SCHEMA).read({"table": "account", "row": {"a": 1}, "top": "", "labels": None})


def test_every_problem_is_reported_with_path_and_label_and_never_the_value() -> None:
    values = {"table": "account", "top": "9999999", "labels": "perhaps", "key": "s3cr3t", "tabel": "s3cr3t"}
    problems = problems_of(values)
    assert problems == {
        "row": "Columns|is required",
        "top": "Top|must be at most 5000",
        "labels": "Labels|must be true or false",
        "key": "Row|must be a GUID, or a JSON object",
        "tabel": '|there is no such option. Did you mean "table"?',
    }
    with pytest.raises(InputError) as caught:
        Form(SCHEMA).read(values)
    assert "s3cr3t" not in str(caught.value)


def test_a_field_that_cannot_be_read_is_not_also_called_missing() -> None:
    assert problems_of({"table": "account", "row": "{oops"}).keys() == {"row"}


def test_a_field_given_by_key_and_by_label_is_told() -> None:
    assert "is given twice" in problems_of({"table": "a", "Table": "b", "row": {"a": 1}})["table"]


def test_the_condition_of_a_required_setting_is_told() -> None:
    settings = {key: value for key, value in OAUTH.items() if key not in ("token_url", "client_secret")}
    assert problems_of(settings, connection_form()) == {
        "token_url": "Token URL|is required when Authentication is OAuth",
        "client_secret": "Client Secret|is required when Flows is Client Credentials",
    }


def test_a_misspelt_kind_of_authentication_is_the_only_problem() -> None:
    problems = problems_of({**OAUTH, "authentication": "Outh"}, connection_form())
    kinds = "OAuth, Bearer, Client Certificate, Managed Identity, Workload Identity"
    assert problems == {"authentication": f"Authentication|must be one of {kinds}"}


def test_a_misspelt_setting_is_named_with_what_is_meant() -> None:
    problems = problems_of({**OAUTH, "Client Sekret": "x"}, connection_form())
    assert problems == {"Client Sekret": '|there is no such setting. Did you mean "Client Secret"?'}


def test_what_another_kind_of_authentication_left_in_the_form_is_dropped() -> None:
    typed = connection_form().read({**OAUTH, "token": "left over"})
    assert "token" not in typed
    assert typed["client_secret"] == "s3cr3t-value"


def test_settings_problems_are_settings_errors() -> None:
    with pytest.raises(SettingsError):
        connection_form().read({})


def test_an_output_that_does_not_fit_is_a_bug_and_names_the_place() -> None:
    check = OutputCheck({"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]})
    check.check("Get Record", {"id": "x"})
    with pytest.raises(OutputError, match=r"Get Record.*id \(type: must be a text\)"):
        check.check("Get Record", {"id": 12345})
