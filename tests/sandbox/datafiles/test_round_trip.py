"""What is saved and loaded again is the same, whatever the rows hold."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.datafiles.conftest import rows_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_demo_data_comes_back(tmp_path: Path, sandbox: Sandbox, empty: Sandbox, form: str) -> None:
    saved = sandbox.save(tmp_path, form)
    assert {path.suffix for path in tmp_path.iterdir()} == {f".{form}"}
    assert saved["account"] >= 10
    assert empty.load(tmp_path) == saved
    assert rows_of(empty) == rows_of(sandbox)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_loading_twice_changes_nothing(tmp_path: Path, sandbox: Sandbox, form: str) -> None:
    before = rows_of(sandbox)
    sandbox.save(tmp_path, form)
    sandbox.load(tmp_path)
    assert rows_of(sandbox) == before


def test_an_empty_environment_has_nothing_to_save(tmp_path: Path, empty: Sandbox) -> None:
    assert empty.save(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_changed_rows_of_the_platform_are_saved(tmp_path: Path, empty: Sandbox) -> None:
    world = empty.world
    unit = world.organization.business_unit_id
    changes = {"name": "Renamed", "versionnumber": world.store.next_version()}
    world.store.update(world.model.tables["businessunit"], unit, changes)
    assert empty.save(tmp_path) == {"businessunit": 1}
    empty.reset()
    empty.load(tmp_path)
    assert world.store.select("businessunit", {"businessunitid": unit})[0]["name"] == "Renamed"


def test_files_of_rows_that_are_gone_are_gone(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.save(tmp_path, "csv")
    (tmp_path / "notes.csv").write_text("mine")
    sandbox.world.store.db.execute("DELETE FROM annotation")
    sandbox.save(tmp_path, "json")
    assert not (tmp_path / "annotation.csv").exists()
    assert {path.suffix for path in tmp_path.iterdir() if path.name != "notes.csv"} == {".json"}
    assert (tmp_path / "notes.csv").read_text() == "mine"


def test_some_tables_only(tmp_path: Path, sandbox: Sandbox) -> None:
    assert set(sandbox.save(tmp_path / "a" / "b", tables=["account", "contact"])) == {"account", "contact"}
    for tables, form in ((["nothing"], "json"), (["activitypointer"], "json"), ([], "xml")):
        with pytest.raises(ValueError, match="There is no"):
            sandbox.save(tmp_path, form, tables)


def test_files_are_for_people_too(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.save(tmp_path, "json", ["contact"])
    text = (tmp_path / "contact.json").read_text("utf-8")
    assert len(text.splitlines()) == len(json.loads(text)) + 2
    row = json.loads(text)[0]
    assert row["parentcustomerid.table"] == "account"
    assert row["donotemail"] is False
    assert None not in [row.get(name, "") for name in ("fax", "lastname", "address2_line1")]
    sandbox.save(tmp_path, "csv", ["contact"])
    with (tmp_path / "contact.csv").open(encoding="utf-8", newline="") as file:
        (first, *_) = csv.DictReader(file)
    assert first["donotemail"] == "false"
    assert "fax" not in first


@pytest.mark.parametrize("form", ["json", "csv"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=4),
    number=st.none() | st.floats(0, 1e9).map(lambda value: round(value, 2)),
    truth=st.none() | st.booleans(),
)
def test_any_value_comes_back(
    tmp_path: Path, empty: Sandbox, form: str, texts: list[str], number: float | None, truth: object
) -> None:
    empty.reset()
    for place, text in enumerate(texts):
        row = {
            "name": text,
            "description": text[::-1],
            "revenue": number,
            "donotfax": truth,
            "numberofemployees": place,
        }
        (tmp_path / "account.json").write_text(json.dumps([row]), encoding="utf-8")
        empty.load(tmp_path / "account.json")
    before = rows_of(empty)
    assert len(before["account"]) == len(texts)
    empty.save(tmp_path, form)
    empty.reset()
    empty.load(tmp_path)
    assert rows_of(empty) == before
