"""What is saved and loaded again is the same, whatever the rows hold."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox import Sandbox
from tests.sandbox.datafiles.conftest import rows_of

PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
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


@pytest.mark.parametrize("form", ["json", "csv"])
def test_files_images_and_documents_come_back(tmp_path: Path, empty: Sandbox, form: str) -> None:
    account, note = _with_contents(empty)
    empty.save(tmp_path, form)
    with Sandbox("empty") as other:
        create_file_column(other)
        assert other.load(tmp_path) == {"account": 1, "annotation": 1}
        other.load(tmp_path)
        for path in (f"{account}/new_plan/$value", f"{account}/entityimage/$value?size=full", f"{note}/documentbody"):
            first, second = get(empty, path), get(other, path)
            assert first.status_code == second.status_code == 200
            assert first.content.replace(empty.url.encode(), b"") == second.content.replace(other.url.encode(), b"")
        assert get(other, f"{account}/new_plan/$value").headers["x-ms-file-name"] == "plan.txt"


def _with_contents(sandbox: Sandbox) -> tuple[str, str]:
    """A row with a file and an image, and a note with a document; their addresses."""
    create_file_column(sandbox)
    account = created(sandbox, "accounts", name="A", entityimage=PICTURE)
    headers = {"Content-Type": "application/octet-stream", "x-ms-file-name": "plan.txt"}
    assert send(sandbox, "PATCH", f"{account}/new_plan", data=b"the plan", headers=headers).status_code == 204
    document = base64.b64encode(b"hello").decode()
    return account, created(sandbox, "annotations", subject="N", filename="a.txt", documentbody=document)


def create_file_column(sandbox: Sandbox) -> None:
    label = {"LocalizedLabels": [{"Label": "Plan", "LanguageCode": 1033}]}
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.FileAttributeMetadata",
        "SchemaName": "new_Plan",
        "DisplayName": label,
        "RequiredLevel": {"Value": "None"},
    }
    path = "EntityDefinitions(LogicalName='account')/Attributes"
    assert send(sandbox, "POST", path, json=column).status_code == 204


def created(sandbox: Sandbox, entity_set: str, **row: str) -> str:
    answer = send(sandbox, "POST", entity_set, json=row)
    assert answer.status_code == 204, answer.text
    return answer.headers["OData-EntityId"].rpartition("/")[2]


def get(sandbox: Sandbox, path: str) -> requests.Response:
    return send(sandbox, "GET", path)


def send(
    sandbox: Sandbox, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
) -> requests.Response:
    own = {"Authorization": f"Bearer {sandbox.token()}", **(headers or {})}
    url = f"{sandbox.url}/api/data/v9.2/{path}"
    return requests.request(method, url, headers=own, verify=str(sandbox.ca_bundle), timeout=30, **more)
