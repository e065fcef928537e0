"""Export Records over HTTPS: every form, every source, every way in which a path can be wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date, datetime, timezone
from decimal import Decimal
from errno import ENOSPC
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pyarrow import parquet

from onteg_dynamics.dataverse.exporting.work import Work
from onteg_dynamics.errors import InputError, OntegError, UnavailableError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

COLUMNS = "name,estimatedvalue,customerid,statecode,createdon,estimatedclosedate"


@pytest.fixture
def listed(executor: Executor, settings: dict[str, str]) -> list[Mapping[str, Any]]:
    options = {"table": "opportunity", "select": COLUMNS, "labels": True}
    rows: list[Mapping[str, Any]] = executor.run("list_records", options, settings).unwrap()["rows"]
    return rows


def run(executor: Executor, settings: dict[str, str], path: object, **options: Any) -> Mapping[str, Any]:
    return executor.run("export_records", {"path": str(path), **options}, settings).unwrap()


def test_parquet_is_typed(
    executor: Executor, settings: dict[str, str], listed: list[Mapping[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "o.parquet"
    told = run(executor, settings, path, table="opportunity", select=COLUMNS, labels="true")
    rows = {row["opportunityid"]: row for row in parquet.read_table(path).to_pylist()}
    assert told["rows"] == len(listed) == len(rows)
    assert told["bytes"] == path.stat().st_size
    for one in listed:
        row = rows[one["opportunityid"]]
        assert set(row) == set(one)
        assert row["estimatedvalue"] == Decimal(str(one["estimatedvalue"]))
        assert row["createdon"] == datetime.fromisoformat(one["createdon"].replace("Z", "+00:00"))
        assert row["createdon"].tzinfo is not None
        assert row["estimatedclosedate"] == (
            one["estimatedclosedate"] and date.fromisoformat(one["estimatedclosedate"])
        )
        for same in ("statecode", "statecode.label", "customerid", "customerid.label", "customerid.table", "name"):
            assert row[same] == one[same]


def test_csv_and_json_lines(
    executor: Executor, settings: dict[str, str], listed: list[Mapping[str, Any]], tmp_path: Path
) -> None:
    lines, table = tmp_path / "o.jsonl", tmp_path / "o.csv"
    for path in (lines, table):
        run(executor, settings, path, table="opportunity", select=COLUMNS, labels=True)
    by_json = {row["opportunityid"]: row for row in map(json.loads, lines.read_text("utf-8").splitlines())}
    assert by_json == {row["opportunityid"]: row for row in listed}
    with table.open(encoding="utf-8", newline="") as file:
        by_csv = {row["opportunityid"]: row for row in csv.DictReader(file)}
    wanted = {
        own: {name: "" if value is None else str(value) for name, value in row.items()} for own, row in by_json.items()
    }
    assert by_csv == wanted


def test_money_keeps_every_digit(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    row = {"name": 'Quote " and, comma\nline },{"@odata.etag":', "revenue": 99999999999.25, "donotemail": True}
    executor.run("create_record", {"table": "account", "row": row}, settings).unwrap()
    where = {"table": "account", "select": "name,revenue,donotemail", "filter": "revenue gt 99999999990"}
    run(executor, settings, tmp_path / "a.csv", **where)
    run(executor, settings, tmp_path / "a.parquet", **where)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        [found] = list(csv.DictReader(file))
    assert (found["name"], found["revenue"], found["donotemail"]) == (row["name"], "99999999999.25", "true")
    [typed] = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert (typed["name"], typed["revenue"]) == (row["name"], Decimal("99999999999.25"))


def test_views_and_fetchxml(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    view = run(executor, settings, tmp_path / "v.parquet", table="account", view="Active Accounts")
    fetch = (
        "<fetch><entity name='contact'><attribute name='fullname'/><attribute name='parentcustomerid'/>"
        "<link-entity name='account' from='accountid' to='parentcustomerid' alias='a'><attribute name='createdon'/>"
        "</link-entity></entity></fetch>"
    )
    xml = run(executor, settings, tmp_path / "f.parquet", fetchxml=fetch, page_size=3)
    listed = executor.run("query_with_fetchxml", {"fetchxml": fetch}, settings).unwrap()["rows"]
    found = parquet.read_table(tmp_path / "f.parquet")
    assert view["rows"] == parquet.read_table(tmp_path / "v.parquet").num_rows > 0
    assert xml["rows"] == len(listed) == found.num_rows
    assert xml["why_one_stream"]
    assert set(found["parentcustomerid.table"].to_pylist()) == {"account"}
    assert str(found.schema.field("a.createdon").type) == "timestamp[ms, tz=UTC]"


def test_figures_have_kinds_of_their_own(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    attributes = (
        ("estimatedvalue", "sum", "total"),
        ("closeprobability", "avg", "mean"),
        ("closeprobability", "sum", "chances"),
        ("opportunityid", "count", "n"),
        ("estimatedclosedate", "max", "latest"),
    )
    figures = "".join(f"<attribute name='{name}' aggregate='{how}' alias='{own}'/>" for name, how, own in attributes)
    groups = "<attribute name='createdon' groupby='true' dategrouping='year' alias='year'/>"
    groups += "<attribute name='ownerid' groupby='true' alias='owner'/>"
    fetchxml = f"<fetch aggregate='true'><entity name='opportunity'>{figures}{groups}</entity></fetch>"
    for form in ("parquet", "jsonl", "csv"):
        run(executor, settings, tmp_path / f"f.{form}", fetchxml=fetchxml, labels=True)
    table = parquet.read_table(tmp_path / "f.parquet")
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["total"].startswith("decimal")
    assert (kinds["mean"], kinds["chances"], kinds["n"], kinds["year"]) == ("double", "int64", "int64", "int64")
    assert kinds["latest"].startswith("date")
    lines = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text("utf-8").splitlines()]
    for row, line in zip(table.to_pylist(), lines, strict=True):
        assert (row["n"], row["year"], row["owner"]) == (line["n"], line["year"], line["owner"])
        assert row["total"] == Decimal(str(line["total"]))
        assert row["latest"].isoformat() == line["latest"]
    assert len((tmp_path / "f.csv").read_text("utf-8").splitlines()) == len(lines) + 1


def test_no_rows_make_a_file_all_the_same(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    for name in ("e.parquet", "e.csv", "e.jsonl"):
        told = run(executor, settings, tmp_path / name, table="account", select="name", filter="name eq 'nobody'")
        assert (told["rows"], (tmp_path / name).exists()) == (0, True)
    assert (tmp_path / "e.csv").read_text("utf-8") == "name,accountid\n"
    assert parquet.read_table(tmp_path / "e.parquet").column_names == ["name", "accountid"]


def test_urls(executor: Executor, settings: dict[str, str]) -> None:
    told = run(executor, settings, "memory://user:secret@exports/a.csv?sig=hidden", table="account", format="CSV")
    assert told["path"] == "memory://***@exports/a.csv"
    run(executor, settings, "memory://exports/b.csv", table="account", select="name")
    assert fsspec.filesystem("memory").cat_file("/exports/b.csv").startswith(b"name,accountid\n")
    with pytest.raises(InputError, match="there already"):
        run(executor, settings, "memory://exports/b.csv", table="account", select="name")


def test_a_full_disk_is_told_and_the_export_goes_on_later(
    executor: Executor, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    path = tmp_path / "a.csv"
    with monkeypatch.context() as patch:
        patch.setattr(Work, "keep", full)
        with pytest.raises(OntegError) as caught:
            run(executor, settings, path, table="account")
    assert caught.value.message == "A file could not be read or written. No space left on device"
    assert type(caught.value) is OntegError
    assert run(executor, settings, path, table="account")["rows"] > 0


def test_an_export_that_was_stopped_says_how_to_go_on(
    executor: Executor, settings: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    options = {"table": "account", "select": "name", "page_size": 2, "parallel": 1}
    sandbox.faults.add("503", table="account", method="GET", nth=3)
    impatient = {**settings, "retry_budget": "0"}
    with pytest.raises(UnavailableError, match="Run the same export again to go on where it stopped"):
        run(executor, impatient, tmp_path / "a.csv", **options)
    told = run(executor, settings, tmp_path / "a.csv", **options)
    assert told["rows"] > told["resumed_rows"] == 4


def test_a_file_is_replaced_only_when_asked(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(InputError, match=r"Path .*there already"):
        run(executor, settings, path, table="account")
    assert path.read_text() == "mine"
    run(executor, settings, path, table="account", select="name", overwrite=True)
    assert path.read_text("utf-8").startswith("name,")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"path": "no/such/folder/a.csv", "table": "account"}, "folder that does not exist"),
        ({"path": ".", "table": "account", "format": "CSV"}, "is a folder"),
        ({"path": "a.xlsx", "table": "account"}, r"Format \(format\): is required"),
        ({"path": "a.csv::zip://b", "table": "account"}, "no path of a file"),
        ({"path": "nosuch://bucket/a.csv", "table": "account"}, "of a kind that nothing here reaches: nosuch"),
        ({"path": "gs://bucket/a.csv", "table": "account"}, r"needs more: pip install 'onteg-dynamics\[gcs\]'"),
        ({"path": "oss://bucket/a.csv", "table": "account"}, "needs more: .*ossfs"),
        ({"path": "memory://a.csv", "fetchxml": "<fetch><entity nam='account'/></fetch>"}, "that has a name"),
        ({"path": "a.csv"}, r"Table \(table\): is required"),
        ({"path": "a.csv", "fetchxml": "<fetch><entity name='account'/></fetch>"}, "names no columns"),
        ({"path": "a.csv", "table": "account", "view": "Active Accounts", "select": "name"}, "must be empty"),
        ({"path": "a.csv", "table": "acount"}, "Did you mean"),
        ({"path": "a.csv", "table": "account", "view": "Actve Accounts"}, "Active Accounts"),
        ({"path": "a.csv", "table": "account", "filter": "nosuch eq 1"}, "nosuch"),
    ],
)
def test_what_is_wrong_is_told_and_leaves_nothing(
    executor: Executor,
    settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = executor.run("export_records", options, settings)
    assert not result.ok
    assert result.error is not None
    with pytest.raises(Exception, match=told):
        result.unwrap()
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_writes_nothing(
    executor: Executor, settings: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    executor.run(
        "Export Records", {"path": str(tmp_path / "a.csv"), "table": "account", "dry_run": True}, settings
    ).unwrap()
    assert list(tmp_path.iterdir()) == []
    assert not [one for one in sandbox.exchanges if "/accounts?" in one.target]


def test_what_is_in_the_way_is_left_alone(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.csv.partial").mkdir()
    (tmp_path / "a.csv.partial" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="in the way"):
        run(executor, settings, tmp_path / "a.csv", table="account")
    assert (tmp_path / "a.csv.partial" / "mine.txt").read_text() == "mine"


def test_the_time_of_the_export_is_told(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    told = run(executor, settings, tmp_path / "a.csv", table="account", select="name")
    started = datetime.fromisoformat(told["started"].replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - started).total_seconds()) < 60
