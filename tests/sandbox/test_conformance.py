"""The conformance table names tests that exist, and every section of the reference's emulator checklist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TEXT = (TESTS.parent / "onteg_dynamics" / "sandbox" / "README.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.(?:py|mjs)::\w+)`", TEXT)))
LINES = [line for line in TEXT.split("## Conformance")[1].splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert re.search(rf"(?:def|function) {function}\b", (TESTS / file).read_text("utf-8"))


@pytest.mark.parametrize("line", LINES)
def test_every_line_names_a_test_or_says_that_there_is_none(line: str) -> None:
    behaviour, held = (cell.strip() for cell in line.strip("|").split("|"))
    assert behaviour.startswith("**") or "::" in held or held == "not covered"


def test_the_whole_checklist_is_there() -> None:
    told = {number for group in re.findall(r"checklist ([\d, ]+)", TEXT) for number in re.findall(r"\d+", group)}
    assert told == {str(number) for number in range(1, 13)}
