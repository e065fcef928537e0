"""The exporters: snapshots of a small manifest, and the real one against each format's own published schema.

A changed snapshot is written anew with ``SNAPSHOTS=write pytest tests/export``; look at the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator, Draft202012Validator

from onteg_dynamics.cli.main import commands
from onteg_dynamics.connection import SECRETS, Connection
from onteg_dynamics.export.airbyte import airbyte_specification
from onteg_dynamics.export.formats import FORMATS, written
from onteg_dynamics.export.openapi import CHOICES, SCHEMA, openapi, operation_id
from onteg_dynamics.export.power_platform import power_platform_files
from onteg_dynamics.export.variants import variants
from onteg_dynamics.export.windmill import NAME, windmill_files
from onteg_dynamics.manifest import declaration_folder, load, own_manifest

HERE = Path(__file__).parent
SMALL = load(HERE / "small" / "connector.json")
REAL = own_manifest()


@pytest.mark.parametrize("name", FORMATS)
def test_snapshots(name: str) -> None:
    files = {
        file: written(content) for file, content in FORMATS[name].files(SMALL, "https://flows.example/api").items()
    }
    text = "".join(f"==> {file} <==\n{content}" for file, content in files.items())
    path = HERE / "snapshots" / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_word_of_our_own_is_left(name: str) -> None:
    for file, content in FORMATS[name].files(REAL, "https://flows.example").items():
        assert "x-onteg" not in written(content), file


def test_the_readme_names_every_format() -> None:
    readme = (declaration_folder() / "README.md").read_text("utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in readme] == []


def test_every_kind_of_authentication_is_found() -> None:
    found = variants(REAL.connection_schema)
    assert [variant.title for variant in found] == [
        "OAuth, Client Credentials",
        "OAuth, Authorization Code",
        "Bearer",
        "Client Certificate",
        "Managed Identity",
        "Workload Identity",
    ]
    assert found[0].required == ("token_url", "client_id", "client_secret")
    assert found[1].required == ("token_url", "client_id", "refresh_token")
    assert "client_secret" not in found[2].fields


SETTINGS: Mapping[str, Mapping[str, str]] = {
    "OAuth, Client Credentials": {"token_url": "T", "client_id": "c", "client_secret": "s"},
    "OAuth, Authorization Code": {"token_url": "T", "client_id": "c", "refresh_token": "r"},
    "Bearer": {"token": "t"},
    "Managed Identity": {},
    "Workload Identity": {"token_url": "T", "client_id": "c"},
}
TOKEN_URL = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token"


def filled(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What a host keeps of a form: constants and defaults of the chosen kind, and what was typed."""
    (chosen,) = (one for one in schema["properties"]["credentials"]["oneOf"] if one["title"] == kind)
    constants = {name: field["default"] for name, field in chosen["properties"].items() if name in CONSTANTS}
    typed = {name: TOKEN_URL if value == "T" else value for name, value in SETTINGS[kind].items()}
    return {"endpoint_url": "https://org.crm.dynamics.com", "credentials": {**constants, **typed}}


CONSTANTS = ("kind", "authentication", "flows")


@pytest.mark.parametrize("kind", SETTINGS)
def test_hosts_with_one_of_keep_settings_that_make_a_connection(kind: str) -> None:
    airbyte = airbyte_specification(REAL)["connectionSpecification"]
    windmill = windmill_files(REAL)[f"{NAME}.resource-type.json"]["schema"]
    for schema, validator in ((airbyte, Draft7Validator), (windmill, Draft202012Validator)):
        validator.check_schema(schema)
        kept = filled(schema, kind)
        validator(schema).validate(kept)
        flat = {**kept, **kept["credentials"], "connection_name": "x", "connector": REAL.id}
        del flat["credentials"], flat["kind"]
        assert Connection.from_settings(flat).authentication == kind.split(",", maxsplit=1)[0]


def test_another_kinds_settings_do_not_fit() -> None:
    schema = airbyte_specification(REAL)["connectionSpecification"]
    kept = filled(schema, "Bearer")
    del kept["credentials"]["token"]
    assert not Draft7Validator(schema).is_valid(kept)


def fields_named(node: Any, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from (field for name, field in node.get("properties", {}).items() if name in names)
        for value in node.values():
            yield from fields_named(value, names)
    elif isinstance(node, list):
        for value in node:
            yield from fields_named(value, names)


def test_secrets_are_marked_in_every_host() -> None:
    airbyte = list(fields_named(airbyte_specification(REAL), SECRETS))
    windmill = list(fields_named(windmill_files(REAL), SECRETS))
    assert len(airbyte) == len(windmill) >= len(SECRETS)
    assert all(field["airbyte_secret"] for field in airbyte)
    assert all(field["password"] for field in windmill)


def test_secrets_among_options_and_names_of_rows_in_n8n() -> None:
    node = FORMATS["n8n"].files(REAL, "https://flows.example")["OntegDynamics.node.json"]
    shown = [one for one in node["properties"] if one["name"] in {"secret", "lead"}]
    assert {one["name"]: one["type"] for one in shown} == {"secret": "string", "lead": "options"}
    assert all(one["typeOptions"] == {"password": True} for one in shown if one["name"] == "secret")


def test_airbytes_own_model_takes_the_specification() -> None:
    models = pytest.importorskip("airbyte_protocol.models")
    found = models.ConnectorSpecification.model_validate(airbyte_specification(REAL))
    assert str(found.documentationUrl).startswith("https://learn.microsoft.com/")
    assert list(found.connectionSpecification["properties"])[:2] == ["endpoint_url", "credentials"]


def test_openapi_is_openapi() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    OpenAPIV31SpecValidator(openapi(REAL)).validate()


def test_power_platforms_definition_is_openapi_2() -> None:
    from openapi_spec_validator import OpenAPIV2SpecValidator

    OpenAPIV2SpecValidator(power_platform_files(REAL)["apiDefinition.swagger.json"]).validate()


def operations(document: Mapping[str, Any]) -> dict[str, Any]:
    return {one["operationId"]: one for path in document["paths"].values() for one in path.values()}


def calls(node: Any) -> Iterator[dict[str, Any]]:
    """The calls of dropdowns and forms in Microsoft's words."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key.startswith("x-ms-dynamic"))
        for value in node.values():
            yield from calls(value)
    elif isinstance(node, list):
        for value in node:
            yield from calls(value)


@pytest.mark.parametrize("document", [openapi(REAL), power_platform_files(REAL)["apiDefinition.swagger.json"]])
def test_dropdowns_call_operations_that_are_there(document: Mapping[str, Any]) -> None:
    named = operations(document)
    assert set(named) == {*(operation_id(spec) for spec in REAL.actions.values()), CHOICES, SCHEMA}
    found = list(calls(document))
    assert found
    for call in found:
        known = {parameter["name"] for parameter in named[call["operationId"]]["parameters"]}
        assert set(call["parameters"]) <= known


def test_power_platform_gets_only_what_it_knows() -> None:
    allowed = {"string", "number", "integer", "boolean", "array", "object"}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for value in node:
                walk(value)
        if not isinstance(node, dict):
            return
        assert not {"anyOf", "oneOf", "if", "const", "$ref", "examples", "unevaluatedProperties"} & set(node)
        if isinstance(node.get("type"), (str, list)) and "properties" in node:
            assert node["type"] in allowed
        for value in node.values():
            walk(value)

    walk(power_platform_files(REAL)["apiDefinition.swagger.json"])


def test_n8n_sends_every_option_and_only_to_its_own_action() -> None:
    node = FORMATS["n8n"].files(REAL, "http://127.0.0.1:1")["OntegDynamics.node.json"]
    fields: dict[str, set[str]] = {name: set() for name in REAL.actions}
    for one in node["properties"]:
        for action in one.get("displayOptions", {}).get("show", {}).get("operation", ()):
            inner = one["options"] if one["type"] == "collection" else [one]
            assert all(field["routing"]["send"] == {"type": "body", "property": field["name"]} for field in inner)
            fields[action] |= {field["name"] for field in inner}
    assert fields == {name: set(spec.input_schema.get("properties", {})) for name, spec in REAL.actions.items()}


def test_files_are_written_printed_and_checked(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert json.loads(run(commands, ["export", "airbyte"]).output)["connectionSpecification"]
    assert run(commands, ["export", "n8n"]).output.startswith("==> package.json <==")
    folder = str(tmp_path / "rjsf")
    assert run(commands, ["export", "rjsf", "--output", folder]).exit_code == 0
    assert json.loads((tmp_path / "rjsf" / "actions" / "create_record.json").read_text("utf-8"))["uiSchema"]
    assert run(commands, ["export", "rjsf", "--output", folder, "--check"]).exit_code == 0
    (tmp_path / "rjsf" / "connection.json").write_text("{}", "utf-8")
    stale = run(commands, ["export", "rjsf", "--output", folder, "--check"])
    assert stale.exit_code == 1
    assert "connection.json is stale" in stale.output


def test_windmills_script_runs(settings: dict[str, str]) -> None:
    names: dict[str, Any] = {}
    exec(windmill_files(REAL)["run_action.py"], names)  # noqa: S102 - it is our own script
    kept = {key: value for key, value in settings.items() if key in ("endpoint_url", "ca_bundle")}
    inside = {key: value for key, value in settings.items() if key not in {*kept, "connection_name", "connector"}}
    resource = {**kept, "credentials": {"kind": "OAuth, Client Credentials", **inside}}
    assert len(names["main"](resource)["rows"]) == 10
