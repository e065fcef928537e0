"""Loading plugins: what fits runs, what is broken is recorded, what clashes is named."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.errors import PluginError
from onteg_dynamics.executor import Executor
from onteg_dynamics.registry import load

HEAD = """
from onteg_dynamics.hookspecs import Action, Outcome, hookimpl
from onteg_dynamics.manifest import parse
from pathlib import Path

onteg_api_version = {version!r}
"""
BODY = """
def greet(context, options):
    return Outcome({{"text": "Hello " + options["name"] + " from " + context.connection.endpoint_url}})

@hookimpl
def onteg_manifest():
    schema = {{"type": "object", "required": ["name"], "properties": {{"name": {{"title": "Name", "type": "string"}}}}}}
    return parse({{"id": "greeter-v1.0", "title": "Greeter", "version": "1.0.0", "extends": {extends!r}, "actions": [
        {{"name": {action!r}, "title": "Greet", "description": "Greets.", "input": schema,
          "output": {{"type": "object", "properties": {{"text": {{"type": "string"}}}}}}}}]}}, Path("."))

@hookimpl
def onteg_register_actions():
    return [Action({handler!r}, greet)]
"""


def plugin(
    folder: Path,
    name: str = "greeter",
    *,
    version: str = "1.0",
    extends: str = "msDynamics365Connector-v1.0",
    action: str = "greet",
    handler: str = "greet",
    extra: str = "",
) -> EntryPoint:
    """A tiny distribution with one module, found through its entry point."""
    text = HEAD.format(version=version) + BODY.format(extends=extends, action=action, handler=handler) + extra
    return distribution(folder, name, text)


def distribution(folder: Path, name: str, text: str) -> EntryPoint:
    (folder / f"{name}_plugin.py").write_text(textwrap.dedent(text))
    info = folder / f"{name}-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.5\n")
    (info / "entry_points.txt").write_text(f"[onteg.connectors]\n{name} = {name}_plugin\n")
    found = next(one for one in distributions(path=[str(folder)]) if one.name == name)
    return next(iter(found.entry_points))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.endswith("_plugin")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def test_own_actions_each_have_a_face_and_a_handler() -> None:
    registry = load(())
    assert list(registry.actions) == [spec.name for spec in registry.manifest.actions.values()]
    assert registry.failures == ()


def test_a_second_distribution_adds_an_action_and_runs(folder: Path, settings: dict[str, str]) -> None:
    registry = load([plugin(folder)])
    assert registry.failures == ()
    assert registry.actions["greet"].distribution == "greeter"
    with Executor(registry) as executor:
        output = executor.run("Greet", {"Name": "Ada"}, settings).unwrap()
        assert output == {"text": f"Hello Ada from {settings['endpoint_url']}"}
        assert executor.run("who_am_i", {}, settings).ok


def test_it_is_found_through_the_entry_point_group(folder: Path) -> None:
    plugin(folder)
    code = "from onteg_dynamics.registry import load; print('greet' in load().actions)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == "True"


BROKEN = {
    "raises at import": "raise RuntimeError('at import')",
    "no API version": "x = 1",
    "a hook that does not exist": "from onteg_dynamics.hookspecs import hookimpl\nonteg_api_version = '1.0'\n"
    "@hookimpl\ndef onteg_regster_actions():\n    return []",
    "a hook with an argument that does not exist": "from onteg_dynamics.hookspecs import hookimpl\n"
    "onteg_api_version = '1.0'\n@hookimpl\ndef onteg_choices(sorce):\n    return None",
    "actions without a manifest": "from onteg_dynamics.hookspecs import Action, hookimpl\nonteg_api_version = '1.0'\n"
    "@hookimpl\ndef onteg_register_actions():\n    return [Action('a', lambda *_: None)]",
    "raises when asked": "from onteg_dynamics.hookspecs import hookimpl\nonteg_api_version = '1.0'\n"
    "@hookimpl\ndef onteg_register_actions():\n    yield 1 / 0",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_recorded_and_the_rest_load(folder: Path, text: str) -> None:
    registry = load([distribution(folder, "broken", text), plugin(folder)])
    (failure,) = registry.failures
    assert (failure.name, failure.distribution, failure.version) == ("broken", "broken", "2.5")
    assert "greet" in registry.actions
    assert "create_record" in registry.actions
    assert "broken (broken 2.5):" in str(failure)


def failure_of(found: EntryPoint) -> str:
    (failure,) = load([found]).failures
    assert isinstance(failure.error, PluginError)
    return str(failure.error)


def test_a_handler_without_a_face_names_both_sides(folder: Path) -> None:
    told = failure_of(plugin(folder, handler="great"))
    assert "greet" in told
    assert "great" in told


def test_a_clash_names_both_distributions(folder: Path) -> None:
    told = failure_of(plugin(folder, action="create_record", handler="create_record"))
    assert '"create_record" of greeter' in told
    assert "onteg-dynamics" in told


@pytest.mark.parametrize("version", ["2.0", "1.1", "0.9", "one"])
def test_the_api_version_fence(folder: Path, version: str) -> None:
    assert "API version" in failure_of(plugin(folder, version=version))


def test_a_manifest_for_another_connector(folder: Path) -> None:
    assert "must extend" in failure_of(plugin(folder, extends="other-v1.0"))


def test_a_plugin_may_bring_dropdowns_and_forms(folder: Path, settings: dict[str, str]) -> None:
    extra = """
from onteg_dynamics.hookspecs import Choice

@hookimpl
def onteg_choices(source, params):
    return [Choice("x", "X")] if source == "letters" else None
"""
    with Executor(load([plugin(folder, extra=extra)])) as executor:
        found: Any = executor.choices(settings, "letters", {})
        assert [choice.value for choice in found] == ["x"]
        assert executor.choices(settings, "tables", {})
