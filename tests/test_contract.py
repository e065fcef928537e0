"""The contract, action by action: what the manifest declares runs, refuses, takes texts, and can be rehearsed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from onteg_dynamics.errors import InputError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.manifest import own_manifest
from onteg_dynamics.registry import load
from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.log import Exchange

MANIFEST = own_manifest()
NAMES = list(MANIFEST.actions)
WRITES = [name for name in NAMES if not load(()).actions[name].action.annotations.read_only]
CONTRACT = {"table": "account", "name": "new_Contract", "label": "Contract", "type": "File"}
NEWSLETTER = {"table": "list", "row": {"listname": "Newsletter", "createdfromcode": "Contact", "type": False}}
MACHINE = {"name": "new_Machine", "label": "Machine"}
MACHINES_ACCOUNT = {
    "table": "new_machine",
    "name": "new_CustomerId",
    "label": "Customer",
    "type": "Lookup",
    "related_table": "account",
    "relationship": "new_account_machine",
}
BEFORE: dict[str, list[tuple[str, Mapping[str, object] | None]]] = {
    "change_relationship": [("create_table", MACHINE), ("create_column", MACHINES_ACCOUNT)],
    "change_key": [("create_key", None)],
    "delete_key": [("create_key", None)],
    "upload_file": [("create_column", CONTRACT)],
    "download_file": [("create_column", CONTRACT), ("upload_file", None)],
    "delete_file": [("create_column", CONTRACT), ("upload_file", None)],
    "download_image": [("upload_image", None)],
    "repair_webhook": [("register_webhook", None)],
    "remove_webhook": [("register_webhook", None)],
    "reopen_opportunity": [("win_opportunity", None)],
    "pick_from_queue": [("add_to_queue", None)],
    "add_to_marketing_list": [("create_record", NEWSLETTER)],
}
"""What must have been done for an example to run: other actions, with options or by their own examples."""

_VOLATILE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids, which are made anew
    r"|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z|W/\\?\"\d+\\?\""  # moments and versions
    r"|\b[0-9a-f]{12,16}\b|127\.0\.0\.1:\d+|%21\d+|deltatoken=[^\"]*|\b\d{5,}\b"  # addresses, tokens, counters
    r"|\d+ requests and [\d,.]+ s of work|differ by \d+ s|\d{2}:\d{2} UTC"  # what is left of the limits, clocks
)

_PASSING = re.compile(r"date$|x-ms-ratelimit-")
"""Headers that tell the time and what is left of the limits."""


def prepare(executor: Executor, settings: dict[str, str], name: str) -> None:
    for before, options in BEFORE.get(name, ()):
        executor.run(before, options or MANIFEST.actions[before].example, settings).unwrap()


def example(name: str, folder: Path) -> dict[str, Any]:
    """An action's example; where it writes a file, into a folder of the test's own."""
    options = dict(MANIFEST.actions[name].example)
    for key, value in options.items():
        if (
            key in ("path", "target", "file")
            and isinstance(value, str)
            and "://" not in value
            and name != "send_request"
        ):
            options[key] = str(folder / Path(value).name)
    return options


def typed_text(value: Any) -> str:
    """A value as a person types it into a form."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) and "," not in one for one in value):
        return ", ".join(value)
    return json.dumps(value)


def steady(result: Any) -> Any:
    """A result without what differs from run to run."""
    if isinstance(result, Mapping):
        return {key: steady(value) for key, value in result.items() if not _PASSING.match(key)}
    if isinstance(result, (list, tuple)):
        return [steady(value) for value in result]
    return _VOLATILE.sub("…", result) if isinstance(result, str) else result


@pytest.mark.parametrize("name", NAMES)
def test_its_example_runs_and_texts_give_the_same(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], name: str, tmp_path: Path
) -> None:
    spec = MANIFEST.actions[name]
    assert spec.example or not spec.input_schema.get("required")
    prepare(executor, settings, name)
    first = executor.run(name, example(name, tmp_path), settings).unwrap()  # the executor validates the output
    sandbox.reset()
    for left in tmp_path.iterdir():
        left.unlink()
    prepare(executor, settings, name)
    texts = {key: typed_text(value) for key, value in example(name, tmp_path).items()}
    second = executor.run(name, texts, settings).unwrap()
    assert steady(second) == steady(first)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_or_unknown_is_refused(executor: Executor, settings: dict[str, str], name: str) -> None:
    spec = MANIFEST.actions[name]
    for missing in spec.input_schema.get("required", ()):
        options = {key: value for key, value in spec.example.items() if key != missing}
        with pytest.raises(InputError) as caught:
            executor.run(name, options, settings).unwrap()
        assert spec.input_schema["properties"][missing]["title"] in str(caught.value)
    with pytest.raises(InputError, match="nonsense"):
        executor.run(name, {**spec.example, "nonsense": 1}, settings).unwrap()


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_wrong_as_told(executor: Executor, settings: dict[str, str], name: str, tmp_path: Path) -> None:
    spec = MANIFEST.actions[name]
    assert spec.failure, 'connector.json: give the action a "failure": how it goes wrong, and what is then said'
    prepare(executor, settings, name)
    options = spec.failure.beside(spec.example if "path" in spec.failure.options else example(name, tmp_path))
    result = executor.run(name, options, settings)
    assert not result.ok
    assert result.error is not None
    assert result.error["kind"] == spec.failure.error
    assert str(result.error["message"]).startswith(spec.failure.message)


@pytest.mark.parametrize("name", [name for name in NAMES if "table" in MANIFEST.actions[name].example])
def test_an_unknown_table_is_said(executor: Executor, settings: dict[str, str], name: str) -> None:
    with pytest.raises(UnknownNameError, match='no table "accouns"') as caught:
        executor.run(name, {**MANIFEST.actions[name].example, "table": "accouns"}, settings).unwrap()
    assert "account" in str(caught.value.details.fix)


def reads_only(exchange: Exchange) -> bool:
    """Whether what was posted changes nothing: a token, or a batch of GETs."""
    is_batch = exchange.target.partition("?")[0].endswith("/$batch")
    writes = re.search(rb"^(POST|PUT|PATCH|DELETE) ", exchange.request_body, re.MULTILINE)
    return "/api/" not in exchange.target or (is_batch and writes is None)


@pytest.mark.parametrize("name", WRITES)
def test_a_dry_run_changes_nothing(
    executor: Executor, sandbox: Sandbox, settings: dict[str, str], name: str, tmp_path: Path
) -> None:
    prepare(executor, settings, name)

    before = sandbox.call(lambda: sandbox.world.store.db.total_changes)
    model, sent = sandbox.world.model, len(sandbox.exchanges)
    output = executor.run(name, {**example(name, tmp_path), "dry_run": "true"}, settings).unwrap()
    assert output["dry_run"] is True
    assert sandbox.call(lambda: sandbox.world.store.db.total_changes) == before
    assert sandbox.world.model is model
    assert not [one.target for one in sandbox.exchanges[sent:] if one.method != "GET" and not reads_only(one)]
