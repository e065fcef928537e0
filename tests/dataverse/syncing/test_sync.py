"""A table kept as a file: whatever happens in between, it ends like the table."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from onteg_dynamics.dataverse.changes import EXPIRED
from onteg_dynamics.errors import BadRequestError, InputError, UnavailableError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox
from tests.dying import Moment, dies

FORMS = ("sqlite", "parquet")
OPTIONS = {"table": "account", "select": "name,revenue,industrycode,ownerid", "page_size": 4}


class Copy:
    """The file, and what changes the table that it follows."""

    def __init__(self, executor: Executor, settings: dict[str, str], path: Path) -> None:
        self.executor, self.settings, self.path = executor, settings, path
        self.warnings: tuple[str, ...] = ()

    def sync(self, **more: Any) -> Mapping[str, Any]:
        result = self.executor.run("sync_table", {**OPTIONS, "path": str(self.path), **more}, self.settings)
        self.warnings = result.warnings
        return result.unwrap()

    def do(self, action: str, /, **options: Any) -> Any:
        return self.executor.run(action, options, self.settings).unwrap()

    def account(self, name: str) -> str:
        return str(self.do("create_record", table="account", row={"name": name})["id"])

    def rows(self, table: str = "account") -> dict[str, tuple[Any, ...]]:
        return rows_in(self.path, table)

    def live(self) -> dict[str, tuple[Any, ...]]:
        found = self.do("list_records", table="account", select="name,revenue,ownerid")["rows"]
        return {row["accountid"]: (row["name"], row["revenue"], row["ownerid"]) for row in found}


def rows_in(path: Path, table: str = "account") -> dict[str, tuple[Any, ...]]:
    if path.suffix == ".parquet":
        listed = parquet.read_table(path).select(["accountid", "name", "revenue", "ownerid"]).to_pylist()
        found = [tuple(row.values()) for row in listed]
    else:
        with closing(sqlite3.connect(path)) as base:
            found = base.execute(f"SELECT accountid, name, revenue, ownerid FROM {table}").fetchall()
    assert len(found) == len({row[0] for row in found})
    return {row[0]: (row[1], None if row[2] is None else float(row[2]), row[3]) for row in found}


@pytest.fixture(params=FORMS)
def copy(request: pytest.FixtureRequest, executor: Executor, settings: dict[str, str], tmp_path: Path) -> Copy:
    return Copy(executor, settings, tmp_path / f"accounts.{request.param}")


def test_first_all_then_what_changed(copy: Copy) -> None:
    first = copy.sync()
    assert (first["full"], first["rows"]) == (True, len(copy.live()))
    assert copy.rows() == copy.live()
    new, gone = copy.account("New"), copy.account("Gone")
    copy.sync()
    copy.do("update_record", table="account", key=new, row={"name": "Newer", "revenue": 12.5})
    copy.do("delete_record", table="account", key=gone)
    again = copy.sync()
    assert (again["full"], again["written"], again["deleted"]) == (False, 1, 1)
    assert copy.rows() == copy.live()
    assert copy.rows()[new][:2] == ("Newer", 12.5)
    assert copy.sync()["written"] == 0
    assert not list(copy.path.parent.glob("*.partial"))


@pytest.mark.parametrize("seed", range(3))
def test_it_ends_like_the_table_whatever_fails_in_between(copy: Copy, sandbox: Sandbox, seed: int) -> None:
    draw, ids = random.Random(seed), []
    for number in range(8):
        ids += [copy.account(f"{seed}-{number}-{one}") for one in range(draw.randint(0, 6))]
        for own in draw.sample(ids, len(ids) // 3):
            copy.do("update_record", table="account", key=own, row={"name": f"changed {number}"})
        for own in draw.sample(ids, len(ids) // 4):
            copy.do("delete_record", table="account", key=own)
            ids.remove(own)
        rule = sandbox.faults.add("400", path="/api/data/*/accounts*", nth=draw.randint(1, 5), method="GET")
        try:
            copy.sync()
        except BadRequestError:
            pass
        finally:
            sandbox.faults.clear()
            assert rule is not None
    copy.sync()
    assert copy.rows() == copy.live()


def test_until_all_are_read_the_old_rows_are_there(copy: Copy, sandbox: Sandbox) -> None:
    copy.sync()
    before = copy.rows()
    copy.account("New")
    sandbox.faults.add("400", path="/api/data/*/accounts*", nth=2, method="GET")
    with pytest.raises(BadRequestError):
        copy.sync(start_over=True)
    assert copy.rows() == before
    sandbox.faults.clear()
    copy.sync()
    assert copy.rows() == copy.live()


def test_an_expired_state_heals(copy: Copy, sandbox: Sandbox) -> None:
    gone = copy.account("Gone")
    copy.sync()
    copy.do("delete_record", table="account", key=gone)
    stays = copy.account("Stays")
    sandbox.faults.add("400", path="/api/data/*/accounts*", code=EXPIRED, times=1)
    healed = copy.sync()
    assert healed["full"] is True
    assert "expired" in copy.warnings[0]
    assert gone not in copy.rows()
    assert stays in copy.rows()
    assert copy.rows() == copy.live()


def test_other_columns_are_read_anew(copy: Copy) -> None:
    copy.sync()
    copy.sync(select="name,revenue,ownerid,telephone1")
    assert "columns" in copy.warnings[0]
    assert copy.rows() == copy.live()
    copy.sync(select="name,revenue,ownerid,telephone1")
    assert copy.warnings == ()


def test_labels_stand_beside_values(copy: Copy) -> None:
    copy.sync(labels=True)
    if copy.path.suffix == ".parquet":
        found = parquet.read_table(copy.path).select(["ownerid.label", "ownerid.table"]).to_pylist()[0]
        assert found == {"ownerid.label": found["ownerid.label"], "ownerid.table": "systemuser"}
        assert found["ownerid.label"]


def test_another_environment_or_table_is_refused(copy: Copy, executor: Executor) -> None:
    copy.sync()
    if copy.path.suffix == ".parquet":
        with pytest.raises(InputError, match="another table"):
            copy.sync(table="contact", select="fullname")
    with Sandbox() as other, pytest.raises(InputError, match="another environment"):
        Copy(executor, other.settings(), copy.path).sync()


def test_a_file_that_is_not_ours_is_left_alone(copy: Copy) -> None:
    if copy.path.suffix == ".parquet":
        import pyarrow as pa

        parquet.write_table(pa.table({"a": [1]}), copy.path)
    else:
        with closing(sqlite3.connect(copy.path)) as base:
            base.execute("CREATE TABLE account (a)")
    before = copy.path.read_bytes()
    with pytest.raises(InputError, match="not of Sync Table's making"):
        copy.sync()
    copy.path.write_bytes(b"something else entirely, and long enough" * 9)
    with pytest.raises(InputError, match=r"is no (SQLite|Parquet) file"):
        copy.sync()
    assert before
    assert not list(copy.path.parent.glob("*.partial"))


def test_a_sqlite_file_holds_several_tables_and_keeps_indexes(
    executor: Executor, settings: dict[str, str], tmp_path: Path
) -> None:
    copy = Copy(executor, settings, tmp_path / "all.db")
    copy.sync()
    copy.sync(table="contact", select="fullname")
    with closing(sqlite3.connect(copy.path)) as base:
        base.execute("CREATE INDEX by_name ON account (name)")
        assert base.execute("SELECT count(*) FROM contact").fetchone()[0] > 5
    copy.sync(start_over=True)
    with closing(sqlite3.connect(copy.path)) as base:
        assert base.execute("SELECT 1 FROM sqlite_master WHERE name = 'by_name'").fetchone()
    assert copy.rows() == copy.live()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("s3://bucket/a.parquet", "on the machine that runs the step"),
        ("accounts.csv", "does not end in one of"),
        ("nowhere/a.parquet", "a folder that does not exist"),
    ],
)
def test_places_that_will_not_do(copy: Copy, path: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        copy.sync(path=path)


def test_a_table_without_change_tracking_leaves_nothing(copy: Copy) -> None:
    copy.do("create_table", name="new_pet", label="Pet")
    with pytest.raises(BadRequestError, match="does not track changes"):
        copy.sync(table="new_pet", select="")
    assert list(copy.path.parent.iterdir()) == []


def test_where_nothing_changed_parquet_is_not_written_again(
    executor: Executor, settings: dict[str, str], tmp_path: Path
) -> None:
    copy = Copy(executor, settings, tmp_path / "a.parquet")
    copy.sync()
    written = copy.path.stat().st_mtime_ns
    copy.sync()
    assert copy.path.stat().st_mtime_ns == written


@pytest.mark.parametrize("form", FORMS)
def test_killed_at_any_moment_nothing_is_lost(sandbox: Sandbox, executor: Executor, tmp_path: Path, form: str) -> None:
    settings = sandbox.settings()
    copy, draw = Copy(executor, settings, tmp_path / f"killed.{form}"), random.Random(7)
    rows = [{"name": f"Row {number}"} for number in range(120)]
    copy.do("create_records", table="account", rows=rows)
    options = {**OPTIONS, "path": str(copy.path), "page_size": 3}
    for _ in range(4):
        moment = Moment(draw.randint(6, 30), draw.choice(("before", "after")))
        assert dies("sync_table", settings, options, moment)
    copy.sync(page_size=3)
    assert copy.rows() == copy.live()


def test_two_at_once_is_told(copy: Copy, sandbox: Sandbox) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sandbox.faults.add("delay", path="/api/data/*/accounts*", seconds=0.3)
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(copy.sync) for _ in range(2)]
        errors = [task.exception() for task in tasks]
    assert sum(isinstance(error, InputError) and "under way" in str(error) for error in errors) == 1
    assert sum(error is None for error in errors) == 1
    assert not any(isinstance(error, UnavailableError) for error in errors)
