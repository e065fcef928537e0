"""Import Records, over HTTPS against the sandbox: files in, one result for each row, on from where it was stopped."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet

from onteg_dynamics.dataverse.importing.journal import Entry, Journal
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import InputError, OntegError, ServiceError, UnknownNameError
from onteg_dynamics.executor import Executor
from onteg_dynamics.result import Result
from onteg_dynamics.sandbox import Sandbox
from tests.dying import Moment, dies

Run = Callable[..., Any]


@pytest.fixture
def told(executor: Executor, settings: dict[str, str]) -> Callable[..., Result]:
    def told(**options: Any) -> Result:
        return executor.run("import_records", {"table": "lead", **options}, settings)

    return told


@pytest.fixture
def run(told: Callable[..., Result]) -> Run:
    return lambda **options: told(**options).unwrap()


@pytest.fixture
def other(executor: Executor, settings: dict[str, str]) -> Run:
    return lambda action, /, **options: executor.run(action, options, settings).unwrap()


def write_csv(path: Path, rows: list[dict[str, Any]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def leads(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"lastname": f"Imp {number:05}", **more} for number in range(count)]


def stored(sandbox: Sandbox, beginning: str = "Imp ") -> Counter[str]:
    found = sandbox.call(lambda: list(sandbox.world.store.select("lead", {})))
    return Counter(row["lastname"] for row in found if row["lastname"].startswith(beginning))


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_csv_file_with_labels_lookups_and_choices(run: Run, other: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    rows = [
        {"Last Name": "Imp Å", "Lead Source": "Web", "owner": "Alex Berg", "note": "a,\nb", "empty": ""},
        {"Last Name": "Imp B", "Lead Source": "Partner", "owner": "", "note": "", "empty": ""},
    ]
    owner = other("list_records", table="systemuser", select="fullname", top=1)["rows"][0]["fullname"]
    rows[0]["owner"] = owner
    path = write_csv(tmp_path / "leads.csv", rows, delimiter=";")
    output = run(path=str(path), columns={"owner": "ownerid", "note": "description", "empty": ""})
    assert (output["created"], output["failed"], output["complete"]) == (2, 0, True)
    assert sum(stored(sandbox).values()) == 2
    row = other("get_record", table="lead", key=output["results"][0]["id"], labels=True)["row"]
    assert (row["lastname"], row["leadsourcecode.label"], row["ownerid.label"]) == ("Imp Å", "Web", owner)
    assert row["description"].splitlines() == ["a,", "b"]
    assert files(tmp_path) == {"leads.csv"}


@pytest.mark.parametrize("form", ["leads.jsonl", "leads.parquet"])
def test_other_files(run: Run, sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    rows = leads(30, estimatedamount=12.5, leadsourcecode="Web")
    path = tmp_path / form
    if form.endswith("jsonl"):
        path.write_bytes(b"\n\n".join(map(orjson.dumps, rows)))
    else:
        parquet.write_table(pa.Table.from_pylist(rows), path)
    assert run(path=str(path))["created"] == 30
    assert len(stored(sandbox)) == 30


def test_what_was_exported_comes_back(run: Run, other: Run, tmp_path: Path) -> None:
    before = other("list_records", table="lead", select="lastname,leadsourcecode,estimatedamount,parentaccountid")
    for name in ("a.parquet", "b.csv", "c.jsonl"):
        path = tmp_path / name
        other("export_records", table="lead", path=str(path), labels=True, select="lastname,leadsourcecode,createdon")
        output = run(path=str(path), mode="Upsert", skip_unchanged=True)
        assert output["unchanged"] == len(before["rows"])
        other("delete_records", table="lead", ids=[before["rows"][0]["leadid"]])
        output = run(path=str(path), mode="Upsert")
        assert (output["created"], output["updated"]) == (1, len(before["rows"]) - 1)


def test_columns_that_cannot_be_set_are_left_out_and_said(told: Callable[..., Result]) -> None:
    result = told(rows=[{"lastname": "Imp", "modifiedon": "2026-01-01"}])
    assert result.unwrap()["created"] == 1
    assert result.warnings == ("Left out, because they cannot be set: modifiedon.",)


def test_columns_that_do_not_exist_are_said_before_anything_is_sent(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", [{"lastnam": "Imp", "lastname": "Imp", "x": "1"}])
    with pytest.raises(InputError) as caught:
        run(path=str(path), columns={"nothing": "lastname"})
    assert {one.path for one in caught.value.problems} == {"columns.lastnam", "columns.x", "columns.nothing"}
    assert "lastname" in str(caught.value)
    with pytest.raises(InputError, match="is written to lastname too"):
        run(path=str(path), columns={"lastnam": "lastname", "x": None})
    with pytest.raises(UnknownNameError):
        run(path=str(path), columns={"lastnam": ""})
    assert not stored(sandbox)


@pytest.mark.parametrize("name", ["leads.csv", "leads.jsonl", "leads.parquet"])
def test_rows_that_were_not_written_can_be_fed_in_again(run: Run, sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    rows = leads(1200, subject="ok")
    for guilty in (3, 700, 1199):
        rows[guilty]["subject"] = "x" * 301
    path = tmp_path / name
    if name.endswith("csv"):
        write_csv(path, rows, ";")
    elif name.endswith("jsonl"):
        path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    else:
        parquet.write_table(pa.Table.from_pylist(rows), path)
    output = run(path=str(path))
    assert (output["created"], output["failed"]) == (1197, 3)
    assert [one["index"] for one in output["failures"]] == [3, 700, 1199]
    assert len(output["results"]) == 1000
    results = [orjson.loads(line) for line in Path(output["results_path"]).read_bytes().splitlines()]
    assert [one["index"] for one in results] == list(range(1200))
    assert [one["index"] for one in results if one["outcome"] == "failed"] == [3, 700, 1199]
    assert "Shorten the text" in results[700]["fix"]
    left = Path(output["left_path"])
    assert files(tmp_path) == {name, f"{name}.results.jsonl", left.name}
    if name.endswith("csv"):
        assert left.read_text("utf-8-sig").splitlines()[0] == ";".join([*rows[0], "id"])
    again = run(path=str(left), columns={"subject": ""})
    assert (again["created"], again["failed"]) == (3, 0)
    assert stored(sandbox) == Counter(row["lastname"] for row in rows)


def test_a_list_of_rows_gives_the_failed_ones_back(run: Run) -> None:
    rows = [{"lastname": "Imp 1"}, {"lastname": "Imp 2", "subject": "x" * 301}, {"lastnam": "Imp 3"}]
    output = run(rows=rows)
    assert output["left"] == rows[1:]
    assert [one["outcome"] for one in output["results"]] == ["created", "failed", "failed"]
    assert output["failures"][1]["error"]["kind"] == "UnknownNameError"


def test_rows_that_cannot_be_read_fail_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"lastname": "Imp 1"}\nnonsense\n[1]\n{"lastname": "Imp 2"}\n')
    output = run(path=str(path))
    assert [one["outcome"] for one in output["results"]] == ["created", "failed", "failed", "created"]
    assert output["results"][1]["reason"] == "line 2 is no JSON object"
    path = tmp_path / "b.csv"
    path.write_text('lastname,subject\nImp 3,a,b\n\nImp 4\n"Imp\n5",c\n')
    output = run(path=str(path))
    assert [one["outcome"] for one in output["results"]] == ["failed", "created", "created"]
    assert "more cells than there are names" in output["results"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"lastname,,x\n1,2,3\n", "a column without a name"),
        (b"lastname,lastname\n1,2\n", "names lastname twice"),
        (b"lastname\n\xff\xfe\n", "choose its Encoding"),
    ],
)
def test_files_that_make_no_sense(run: Run, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        run(path=str(path))
    assert files(tmp_path) == {"bad.csv"}


def test_other_wrong_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        run(path=str(tmp_path / "bad.parquet"))
    with pytest.raises(InputError, match="names no file"):
        run(path=str(tmp_path / "missing.csv"))
    with pytest.raises(InputError, match="is required where the file's name"):
        run(path=str(tmp_path / "bad"))
    with pytest.raises(InputError, match="is required when Rows is empty"):
        run()
    with pytest.raises(InputError, match="must be empty when Rows is given"):
        run(path="x.csv", rows=[{"lastname": "x"}])


def test_another_encoding_and_empty_cells(run: Run, other: Run, tmp_path: Path) -> None:
    row_id = other("create_record", table="lead", row={"lastname": "Imp", "fax": "1", "jobtitle": "x"})["id"]
    path = tmp_path / "leads.csv"
    path.write_bytes(f"leadid|lastname|fax\n{row_id}|Müller|\n".encode("cp1252"))
    options = {"path": str(path), "encoding": "cp1252", "mode": "Update"}
    assert run(**options)["updated"] == 1
    assert other("get_record", table="lead", key=row_id)["row"]["fax"] == "1"
    run(**options, empty_cells="Clear")
    row = other("get_record", table="lead", key=row_id)["row"]
    assert (row["fax"], row["lastname"], row["jobtitle"]) == (None, "Müller", "x")


def test_upsert_by_key_and_delete(run: Run, other: Run, tmp_path: Path) -> None:
    other("create_key", table="account", name="new_Number", columns="accountnumber")
    path = write_csv(tmp_path / "a.csv", [{"accountnumber": f"I{number}", "name": f"N{number}"} for number in range(5)])
    options = {"table": "account", "path": str(path), "key_columns": "AccountNumber"}
    assert run(**options, mode="Upsert")["created"] == 5
    assert run(**options, mode="Upsert")["updated"] == 5
    assert run(**options, mode="Delete", columns={"name": ""})["deleted"] == 5
    assert other("count_records", table="account", filter="startswith(accountnumber,'I')")["count"] == 0


def test_stopping_at_a_failure_and_going_on(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    rows = leads(60)
    rows[31]["subject"] = "x" * 301
    rows = [{"subject": "", **row} for row in rows]
    path = write_csv(tmp_path / "leads.csv", rows)
    options = {"path": str(path), "on_error": "Stop", "chunk_size": 10, "parallel": 1}
    with pytest.raises(ServiceError, match="Run the same import again"):
        run(**options)
    assert sum(stored(sandbox).values()) == 30
    output = run(**{**options, "on_error": "Go On"})
    assert (output["created"], output["failed"], output["resumed_rows"]) == (59, 1, 30)
    assert sum(stored(sandbox).values()) == 59


def test_a_budget_and_going_on(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(100))
    options = {"path": str(path), "chunk_size": 10}
    first = run(**options, most_requests=5)
    assert not first["complete"]
    assert first["created"] == sum(stored(sandbox).values()) < 100
    second = run(**options)
    assert (second["complete"], second["created"], second["resumed_rows"]) == (True, 100, first["created"])
    assert stored(sandbox) == Counter(row["lastname"] for row in leads(100))
    assert files(tmp_path) == {"leads.csv"}


def test_small_budgets_come_to_an_end_and_nothing_is_looked_for_that_was_not_sent(
    run: Run, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(100))
    done = [0]
    while done[-1] < 100:
        before = len(sandbox.exchanges)
        output = run(path=str(path), chunk_size=10, most_requests=4)
        done.append(output["done"])
        assert output["resumed_rows"] == done[-2]
        assert not [one.target for one in sandbox.exchanges[before:] if "$batch" in one.target]
        assert done[-1] > done[-2]
    assert stored(sandbox) == Counter(row["lastname"] for row in leads(100))


def test_a_small_budget_after_a_kill_comes_to_an_end_too(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(100))
    options = {"path": str(path), "chunk_size": 10, "parallel": 2}
    assert not run(**options, most_requests=6)["complete"]
    (folder,) = tmp_path.glob("*.import")
    notes = (folder / "rows.jsonl").read_bytes()
    assert b"settled" in notes
    # As one that was killed leaves it: all may have been sent.
    (folder / "rows.jsonl").write_bytes(b"".join(line for line in notes.splitlines(keepends=True) if b"i" in line[:5]))
    with (folder / "rows.jsonl").open("ab") as file:
        file.write(b'{"sent":1000}\n')
    runs = 0
    while not run(**options, most_requests=4)["complete"]:
        runs += 1
        assert runs < 20
    assert stored(sandbox) == Counter(row["lastname"] for row in leads(100))


def test_rows_of_a_step_that_a_budget_left_out_come_back(run: Run, sandbox: Sandbox) -> None:
    rows = [*leads(100), {"lastname": "Odd", "leadqualitycode": "Nope"}]
    first = run(rows=rows, chunk_size=10, most_requests=6)
    assert first["complete"] is False
    assert len(first["left"]) + first["created"] == 101
    second = run(rows=first["left"])
    assert (second["complete"], [row["lastname"] for row in second["left"]]) == (True, ["Odd"])
    assert stored(sandbox) == Counter(row["lastname"] for row in leads(100))


def test_a_budget_that_is_used_up_is_told(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(100))
    options = {"table": "lead", "chunk_size": 10, "most_requests": 6}
    (told,) = executor.run("import_records", {**options, "path": str(path)}, settings).warnings
    assert told.endswith("run the same import again to go on.")
    (told,) = executor.run("import_records", {**options, "rows": leads(100)}, settings).warnings
    assert told.endswith("give the rows in left to it to go on.")
    result = executor.run("create_records", {**options, "rows": leads(100)}, settings)
    assert result.warnings == (
        f"The budget is used up: {result.output['unsent']} rows were not tried; they stand in left.",
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("memory://nowhere/a.csv", "is not there"),
        ("gs://bucket/a.csv", r"pip install 'onteg-dynamics\[gcs\]'"),
        ("nosuch://bucket/a.csv", "of a kind that nothing here reaches: nosuch"),
    ],
)
def test_a_url_that_cannot_be_read(run: Run, path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(path=path)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"mode": "Upsert", "key_columns": "acountnumber"},
            'has no column "acountnumber". Did you mean "accountnumber"',
        ),
        ({"mode": "Upsert", "key_columns": "accountid"}, "the file has no column for accountid"),
        (
            {"mode": "Upsert", "key_columns": "name"},
            "Key Columns (key_columns): are no alternate key of account; it has: none",
        ),
        ({"mode": "Update"}, "the file has no column for accountid, the id of the row to update"),
        ({"mode": "Delete"}, "the file has no column for accountid, the id of the row to delete"),
        ({"encoding": "klingon"}, "is no encoding that is known here"),
        ({"encoding": "ascii"}, "is not written in ASCII; choose its Encoding"),
    ],
)
def test_what_every_row_would_fail_of_is_told_once(
    executor: Executor, settings: dict[str, str], tmp_path: Path, options: dict[str, str], told: str
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("name\nCafé\nTeahouse\n", encoding="utf-8")
    result = executor.run("import_records", {"table": "account", "path": str(path), **options}, settings)
    with pytest.raises(InputError) as caught:
        result.unwrap()
    assert told in str(caught.value)
    assert files(tmp_path) == {"accounts.csv"}


def test_an_import_that_is_run_once_more_by_its_engine_writes_nothing(
    run: Run, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(30))
    options = {"path": str(path), "journal": str(tmp_path / "kept"), "keep_journal": True}
    first = run(**options)
    again = run(**options)
    assert (first["created"], again["created"], again["resumed_rows"]) == (30, 30, 30)
    assert again["results"] == first["results"]
    assert sum(stored(sandbox).values()) == 30
    assert run(**{**options, "keep_journal": False})["resumed_rows"] == 30
    assert files(tmp_path) == {"leads.csv"}


def test_other_rows_do_not_go_on_with_an_earlier_import(run: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(30))
    assert not run(path=str(path), chunk_size=10, most_requests=4)["complete"]
    write_csv(path, leads(31))
    with pytest.raises(InputError, match="an import of other rows"):
        run(path=str(path))
    assert run(path=str(path), resume=False)["created"] == 31


def test_a_folder_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(3))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("x")
    with pytest.raises(InputError, match="is in the way"):
        run(path=str(path), journal=str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "precious.txt").read_text() == "x"


def test_a_dry_run_looks_at_every_row(told: Callable[..., Result], sandbox: Sandbox, tmp_path: Path) -> None:
    rows = leads(1500)
    rows[1400]["lastname"] = "x" * 500
    path = write_csv(tmp_path / "leads.csv", rows)
    result = told(path=str(path), dry_run=True)
    assert len(result.unwrap()["requests"]) == 2
    assert any("Row 1400 does not fit" in one for one in result.warnings)
    assert not stored(sandbox)
    assert files(tmp_path) == {"leads.csv"}


def test_how_far_it_has_come_is_told(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.Table.from_pylist(leads(200)), path)
    seen: list[Progress] = []
    options = {"table": "lead", "path": str(path), "chunk_size": 50}
    executor.run("import_records", options, settings, report=seen.append).unwrap()
    assert [one.rows for one in seen] == [50, 100, 150, 200]
    assert {one.total for one in seen} == {200}


@pytest.mark.parametrize("mode", ["Create", "Upsert"])
def test_killed_at_any_moment_it_goes_on_and_each_row_is_written_once(
    run: Run, sandbox: Sandbox, settings: dict[str, str], tmp_path: Path, mode: str
) -> None:
    rows = leads(600)
    path = write_csv(tmp_path / "leads.csv", rows)
    options = {"table": "lead", "path": str(path), "chunk_size": 20, "parallel": 4, "mode": mode}
    noted = "onteg_dynamics.dataverse.importing.journal:Journal.note"
    for moment in (Moment(9, "before"), Moment(10, "after"), Moment(3, "after", noted), Moment(2, "before", noted)):
        assert dies("import_records", settings, options, moment)
    output = run(**options)
    assert output["complete"]
    assert output["done"] == 600
    assert output["resumed_rows"] > 0
    assert stored(sandbox) == Counter(row["lastname"] for row in rows)
    assert files(tmp_path) == {"leads.csv"}


def test_a_journal_that_ends_in_the_middle_of_a_line_is_read_up_to_there(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with Journal(folder).entered("q", resume=True) as journal:
        journal.sending(9, 10)
        journal.note([Entry(1, "created", "b"), Entry(0, "created", "a")])
        first = journal.ids.of(5)
    with (folder / "rows.jsonl").open("ab") as file:
        file.write(b'{"i":2,"o":"crea')
    with Journal(folder).entered("q", resume=True) as journal:
        assert [journal.is_done(index) for index in range(4)] == [True, True, False, False]
        assert journal.may_have_been_sent(2)
        assert not journal.may_have_been_sent(500)
        assert journal.ids.of(5) == first
        journal.note([Entry(2, "failed", None, {"message": "x"})])
        assert [entry.index for entry in journal.entries()] == [0, 1, 2]
        with pytest.raises(InputError, match="another import") as caught, Journal(folder).entered("q", resume=True):
            pass
        assert caught.value.details.retryable
    with pytest.raises(InputError, match="other options"), Journal(folder).entered("other", resume=True):
        pass


def test_it_stops_where_it_is_told_to(executor: Executor, settings: dict[str, str], tmp_path: Path) -> None:
    path = write_csv(tmp_path / "leads.csv", leads(200))
    seen: list[int] = []
    options = {"table": "lead", "path": str(path), "chunk_size": 10, "parallel": 1}
    result = executor.run(
        "import_records",
        options,
        settings,
        report=lambda progress: seen.append(progress.rows),
        cancelled=lambda: len(seen) >= 3,
    )
    with pytest.raises(OntegError, match="Run the same import again"):
        result.unwrap()
    assert executor.run("import_records", options, settings).unwrap()["resumed_rows"] == 30


@pytest.mark.parametrize("form", ["leads.csv", "leads.jsonl"])
def test_the_rows_of_a_file_are_shared_out_among_all_who_send(
    run: Run, sandbox: Sandbox, tmp_path: Path, form: str
) -> None:
    path = tmp_path / form
    rows = leads(400)
    if form.endswith("csv"):
        write_csv(path, rows)
    else:
        path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert run(path=str(path), parallel=4)["created"] == 400
    parts = [one for one in sandbox.exchanges if one.method == "POST" and one.target.endswith("CreateMultiple")]
    assert len(parts) in (4, 5)  # a line more or less
    assert len(stored(sandbox)) == 400
