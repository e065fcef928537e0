"""The house keeps its shape: arrows point down, rooms are small, declarations agree with each other."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from onteg_dynamics import errors
from onteg_dynamics.advanced import NAMES, READ_NAMES
from onteg_dynamics.connection import connection_form
from onteg_dynamics.manifest import declaration_folder, own_manifest
from onteg_dynamics.registry import load

ROOT = declaration_folder()
PACKAGE = ROOT / "onteg_dynamics"
MODULES = sorted(PACKAGE.rglob("*.py"))
MANIFEST = own_manifest()
SMALL_WORDS = {"or", "to", "with", "from"}

# Which rooms a room may import; its own is allowed, and everybody may import errors.
CONTRACT = {"hookspecs", "manifest", "result", "connection", "secret"}
ALLOWED: dict[str, set[str]] = {
    "dataverse": set(),
    "sandbox": set(),
    "actions": {"dataverse", "hookspecs", "manifest", "connection"},
    "export": {"advanced", "manifest"},
    "engines": CONTRACT | {"hangup", "executor", "registry", "validation", "dataverse"},
    "errors": set(),
    "secret": set(),
    "hangup": set(),
    "coercion": set(),
    "misfits": set(),
    "rules": {"misfits"},
    "manifest": set(),
    "result": set(),
    "hookspecs": CONTRACT | {"dataverse"},
    "validation": {"coercion", "misfits", "rules", "dataverse"},
    "connection": {"manifest", "secret", "validation", "dataverse"},
    "discovery": set(),
    "registry": CONTRACT | {"discovery", "validation", "dataverse"},
    "plugin": CONTRACT | {"clients", "dataverse"},
    "advanced": {"dataverse"},
    "clients": CONTRACT | {"dataverse"},
    "step": CONTRACT | {"advanced", "clients", "registry", "validation", "dataverse"},
    "executor": CONTRACT | {"clients", "registry", "step", "dataverse"},
    "form": CONTRACT | {"hangup", "executor", "registry", "export", "dataverse"},
    "cli": CONTRACT | {"executor", "registry", "validation", "sandbox", "dataverse", "export", "engines", "form"},
    "__main__": {"cli"},
    "pytest_plugin": {"sandbox"},
}


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_rooms(path: Path) -> set[str]:
    names = (name.split(".") for name in imported(path) if name.startswith("onteg_dynamics."))
    return {parts[1] for parts in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down(path: Path) -> None:
    if path.parent == PACKAGE and path.stem == "__init__":
        return
    allowed = ALLOWED[room(path)] | {room(path), "errors"}
    if room(path) == "sandbox":
        allowed -= {"errors"}
    assert own_rooms(path) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_actions_never_open_a_socket() -> None:
    forbidden = {"requests", "urllib3", "socket", "http", "httpx", "msal"}
    for path in (PACKAGE / "actions").glob("*.py"):
        assert not {name.split(".")[0] for name in imported(path)} & forbidden


ENGINES = ("airflow", "dagster", "prefect")
"""Engines with environments of their own; they are not installed beside each other."""


def engine_of(path: Path) -> str:
    """The engine without which a module cannot be imported: it, or one of its own that it imports, does so at once."""
    if room(path) != "engines":
        return ""
    tops = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [alias.name for node in tops for alias in node.names if isinstance(node, ast.Import)]
    names += [node.module or "" for node in tops if isinstance(node, ast.ImportFrom)]
    own = [ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("onteg_dynamics.engines.")]
    direct = (name.split(".")[0] for name in names if name.split(".")[0] in ENGINES)
    return next(direct, "") or next(filter(None, map(engine_of, filter(Path.is_file, own))), "")


def test_what_needs_no_engine_stays_so() -> None:
    need = {path.stem for path in (PACKAGE / "engines" / "airflow").rglob("*.py") if engine_of(path)}
    assert need == {"hooks", "links", "operators", "sensors", "transfers", "triggers"}
    assert not any(engine_of(path) for path in (PACKAGE / "engines").glob("*.py"))
    assert all(engine_of(path) in ("", path.parent.name) for path in (PACKAGE / "engines").glob("*/*.py"))


def test_loading_brings_no_heavy_library() -> None:
    import subprocess
    import sys

    code = "import sys; from onteg_dynamics.registry import load; load(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    heavy = {"requests", "urllib3", "msal", "jsonschema", "jsonschema_rs", "orjson", "msgspec", "pyarrow", "click"}
    assert not (heavy | {"rich", "onteg_dynamics.sandbox", "airflow", "hashlib", "email", "socket"}) & set(loaded)


def test_the_manifest_fits_its_schema() -> None:
    schema = json.loads((ROOT / "schemas" / "manifest.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads((ROOT / "connector.json").read_text("utf-8")))


def keywords(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from ((name, value) for name, value in node.items() if name.startswith("x-onteg-"))
        for value in node.values():
            yield from keywords(value)
    elif isinstance(node, list):
        for value in node:
            yield from keywords(value)


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.json")), ids=lambda path: path.name)
def test_schemas_are_schemas_and_their_keywords_are_ours(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    shared = json.loads((ROOT / "schemas" / "manifest.schema.json").read_text("utf-8"))["$defs"]
    known = shared["keywords"]["properties"]
    if path.name != "manifest.schema.json":
        for name, value in keywords(schema):
            assert name in known, f"{name} is not described in the manifest's schema"
            Draft202012Validator({**known[name], "$defs": shared}).validate(value)


def test_the_form_and_the_manifest_name_the_same_settings() -> None:
    fields = connection_form().fields
    assert [setting.key for setting in MANIFEST.settings] == sorted(
        fields, key=lambda key: fields[key]["x-onteg-order"]
    )
    for setting in MANIFEST.settings:
        assert fields[setting.key]["title"] == setting.label
        assert fields[setting.key]["description"] == setting.help


def test_secrets_stand_inside_then_and_are_write_only() -> None:
    schema = MANIFEST.connection_schema
    assert not {"client_secret", "token"} & set(schema["properties"])
    for name in ("client_secret", "token"):
        field = connection_form().fields[name]
        assert (field["writeOnly"], field["format"]) == (True, "password")
    assert schema["unevaluatedProperties"] is False
    assert all("required" in branch["if"] for branch in schema["allOf"])


@pytest.mark.parametrize("name", list(MANIFEST.actions))
def test_every_action_takes_the_advanced_options(name: str) -> None:
    is_read = load(()).actions[name].action.annotations.read_only
    assert set(READ_NAMES if is_read else NAMES) <= set(MANIFEST.actions[name].input_schema["properties"])


@pytest.mark.parametrize("name", list(MANIFEST.actions))
def test_every_action_is_whole(name: str) -> None:
    spec, entry = MANIFEST.actions[name], load(()).actions[name]
    assert (ROOT / "schemas" / "actions" / f"{name}.input.json").is_file()
    assert (ROOT / "schemas" / "actions" / f"{name}.output.json").is_file()
    assert all(word[0].isupper() or word in SMALL_WORDS for word in spec.title.split())
    assert spec.description.endswith(".")
    assert inspect.getdoc(entry.action.handler)
    assert not (entry.action.annotations.read_only and entry.action.annotations.destructive)
    for field in spec.input_schema.get("properties", {}).values():
        assert field["title"]
        assert field["description"].endswith((".", "…"))
        assert field["x-onteg-order"] > 0
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "actions").glob("test_*.py"))
    assert f'"{name}"' in tests or f'"{spec.title}"' in tests


def test_every_error_is_tested_and_in_one_tree() -> None:
    found = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert found == set(errors.__all__) - {"ErrorDetails", "Problem"}
    assert all(issubclass(getattr(errors, name), errors.OntegError) for name in found)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_a_module_exports_is_there(path: Path) -> None:
    if path.name == "__main__.py":
        return
    if engine := engine_of(path):
        pytest.importorskip(engine, reason="tested in its engine's own environment, see .ci/")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    assert all(hasattr(module, one) for one in getattr(module, "__all__", ()))


@pytest.mark.parametrize("name", list(MANIFEST.actions))
def test_options_that_name_a_file_of_this_machine_say_so(name: str) -> None:
    for key, field in MANIFEST.actions[name].input_schema.get("properties", {}).items():
        named = key.endswith(("_path", "journal")) and field.get("type") != "boolean"
        speaks_of_one = "on the machine that runs" in field["description"] or named
        assert speaks_of_one == ("x-onteg-file" in field), f'{key}: "x-onteg-file" is "read" or "write"'
