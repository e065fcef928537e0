"""Outputs: small ones returned, large ones in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onteg_dynamics.engines.outputs import collected, trimmed, written
from onteg_dynamics.errors import BadRequestError, InputError
from onteg_dynamics.executor import Executor, Stream

ACCOUNTS = {"table": "account", "select": "name", "page_size": 5}


def stream(executor: Executor, settings: dict[str, str], action: str = "list_records", **options: object) -> Stream:
    return executor.stream(action, options or (ACCOUNTS if action == "list_records" else {}), settings)


def test_few_rows_are_returned(executor: Executor, settings: dict[str, str]) -> None:
    output = collected(stream(executor, settings))
    assert output["complete"] is True
    assert len(output["rows"]) > 5


def test_an_output_without_rows_is_returned(executor: Executor, settings: dict[str, str]) -> None:
    assert set(collected(stream(executor, settings, "who_am_i"))) >= {"user_id"}


def test_an_empty_list_is_a_list(executor: Executor, settings: dict[str, str]) -> None:
    assert collected(stream(executor, settings, table="account", filter="name eq 'nobody'"))["rows"] == []


def test_too_many_rows_stop_the_reading(executor: Executor, settings: dict[str, str]) -> None:
    read = stream(executor, settings)
    with pytest.raises(InputError, match="output_path"):
        collected(read, most=200)
    assert read.step.call.usage.pages == 1


def test_rows_go_to_a_file(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "accounts.jsonl"
    output = written(stream(executor, settings), str(path))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert output["written"] == len(rows) > 5
    assert (output["path"], output["complete"]) == (str(path), True)
    assert "rows" not in output
    assert all(row["name"] for row in rows)


def test_an_output_without_rows_is_one_line(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    output = written(stream(executor, settings, "who_am_i"), str(tmp_path / "me.json"))
    assert output["written"] == 1
    assert json.loads((tmp_path / "me.json").read_text("utf-8"))["user_id"] == output["user_id"]


def test_a_failure_leaves_no_file_and_keeps_the_old_one(
    executor: Executor, settings: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "accounts.jsonl"
    path.write_text("before")
    with pytest.raises(BadRequestError):
        written(stream(executor, settings, table="account", filter="name bogus 'x'"), str(path))
    assert [one.name for one in tmp_path.iterdir()] == ["accounts.jsonl"]
    assert path.read_text() == "before"


def test_a_large_output_says_what_was_left_out() -> None:
    output = {"done": 3, "ids": ["x" * 36] * 2000, "failures": [], "table": "lead"}
    assert trimmed(output) == {"done": 3, "table": "lead", "left_out": ["ids", "failures"]}


def test_a_small_output_is_whole() -> None:
    assert trimmed({"ids": ["x"]}) == {"ids": ["x"]}


def test_a_url_is_written_by_the_file_system_it_names(executor: Executor, settings: dict[str, str]) -> None:
    import fsspec

    told = written(stream(executor, settings), "memory://out/accounts.jsonl")
    lines = fsspec.filesystem("memory").cat("/out/accounts.jsonl").splitlines()
    assert told["written"] == len(lines) > 5
    assert "name" in json.loads(lines[0])


def test_what_fails_leaves_nothing_at_a_url(executor: Executor, settings: dict[str, str]) -> None:
    import fsspec

    with pytest.raises(BadRequestError):
        written(stream(executor, settings, table="account", filter="nonsense eq"), "memory://gone/a.jsonl")
    assert not fsspec.filesystem("memory").exists("/gone/a.jsonl")
