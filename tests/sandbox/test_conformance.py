"""The conformance table names tests that exist, and every section of the reference's emulator checklist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SANDBOX = TESTS.parent / "onteg_dynamics" / "sandbox"
TEXT = (SANDBOX / "README.md").read_text("utf-8")
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


@pytest.mark.parametrize("section", ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(8)", "(9)", "(12)", "(15)", "(18)"])
def test_every_section_of_the_reference_is_there(section: str) -> None:
    assert any(section in line for line in LINES)


def test_refusals_are_made_in_the_catalogue_only() -> None:
    catalogue = SANDBOX / "refusals"
    others = [file for file in SANDBOX.rglob("*.py") if catalogue not in file.parents]
    assert not [file.name for file in others if re.search(r"\bRefusal\(", file.read_text("utf-8"))]


def test_every_refusal_has_a_code_of_the_service() -> None:
    for file in (SANDBOX / "refusals").glob("*.py"):
        named = r"|\w+" if file.stem == "search" else ""  # the search API has names for codes
        for status, code in re.findall(r"\bRefusal\(\s*(\w+),\s*\"([^\"]*)\"", file.read_text("utf-8")):
            assert re.fullmatch(rf"|0x0|0x8[0-9A-Fa-f]{{7}}{named}", code), (file.name, code)
            assert re.fullmatch(r"[45]\d\d|status", status), (file.name, status)
