"""Rows changed, deleted and followed in bad weather: each change is made once, each copy ends like the table."""

from __future__ import annotations

import random
import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from onteg_dynamics.dataverse.changes import EXPIRED
from onteg_dynamics.sandbox import Sandbox
from tests.hostile.accounts import CHUNK, PAGE, counted, fill, key, stored
from tests.hostile.weather import ROWS, SEEDS, TOO_LATE, asked, begun, ended, finished, fired, run, spoil, wait_until

pytestmark = [pytest.mark.hostile, pytest.mark.parametrize("seed", SEEDS)]

FORMS = ("sqlite", "parquet")


def writing(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"table": "account", "rows": rows, "chunk_size": CHUNK}


def test_rows_are_updated_once_each(
    sandbox: Sandbox, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(sandbox, tmp_path)
    rows = [{"id": ids[key(number)], "fax": f"F{number}", "numberofemployees": number + 1} for number in range(ROWS)]
    changed = counted(sandbox, monkeypatch)
    spoil(sandbox, seed)
    ending = run("update_records", sandbox, writing(rows))
    finished(ending, f"update, seed {seed}", sandbox, inline=True)
    assert [(one["id"], one["outcome"]) for one in ending.output["results"]] == [(one["id"], "updated") for one in rows]
    found = {one["accountid"]: (one["fax"], one["numberofemployees"]) for one in stored(sandbox)}
    assert found == {one["id"]: (one["fax"], one["numberofemployees"]) for one in rows}
    assert set(changed) == set(found)
    # Who waits for an answer in vain, and finds nothing done, asks again: the first request may come true later still.
    assert changed.total() - ROWS <= fired(sandbox)[f"{TOO_LATE}.0"] * CHUNK


def test_rows_are_deleted_once_each(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    ids = [*fill(sandbox, tmp_path).values()]
    kept = set(random.Random(seed).sample(ids, ROWS // 10))
    gone = [one for one in ids if one not in kept]
    spoil(sandbox, seed)
    ending = run("delete_records", sandbox, {"table": "account", "ids": gone, "chunk_size": CHUNK})
    finished(ending, f"delete, seed {seed}", sandbox, inline=True)
    assert [(one["id"], one["outcome"]) for one in ending.output["results"]] == [(one, "deleted") for one in gone]
    assert {one["accountid"] for one in stored(sandbox)} == kept


def following(path: Path) -> dict[str, Any]:
    return {"table": "account", "path": str(path), "select": "name,revenue,fax", "page_size": PAGE}


def copied(path: Path) -> dict[str, tuple[Any, ...]]:
    """What the copy has, by id; each row once."""
    if path.suffix == ".parquet":
        listed = parquet.read_table(path).select(["accountid", "name", "revenue", "fax"]).to_pylist()
        rows = [(*one.values(),) for one in listed]
    else:
        with closing(sqlite3.connect(path)) as base:
            rows = base.execute("SELECT accountid, name, revenue, fax FROM account").fetchall()
    found = {own: (name, None if revenue is None else float(revenue), fax) for own, name, revenue, fax in rows}
    assert len(found) == len(rows)
    return found


def live(sandbox: Sandbox) -> dict[str, tuple[Any, ...]]:
    return {one["accountid"]: (one["name"], one["revenue"], one["fax"]) for one in stored(sandbox)}


def stir(sandbox: Sandbox, draw: random.Random, some: int) -> None:
    """Change some rows, delete some, and make some, while nothing fails."""
    sandbox.faults.clear()
    ids = draw.sample([one["accountid"] for one in stored(sandbox)], 2 * some)
    changes = [{"id": one, "fax": f"{draw.random()}"} for one in ids[:some]]
    for action, options in (
        ("update_records", {"rows": changes}),
        ("delete_records", {"ids": ids[some:]}),
        ("create_records", {"rows": [{"name": f"New {number}", "revenue": number} for number in range(some)]}),
    ):
        ending = run(action, sandbox, {"table": "account", **options})
        assert ending.error is None, ending.error


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_ends_like_the_table(sandbox: Sandbox, tmp_path: Path, seed: int, form: str) -> None:
    fill(sandbox, tmp_path)
    path, draw = tmp_path / f"copy.{form}", random.Random(seed)
    spoil(sandbox, seed)
    ending = run("sync_table", sandbox, following(path))
    finished(ending, f"sync to {form}, seed {seed}", sandbox)
    assert (ending.output["written"], ending.output["full"]) == (ROWS, True)
    assert copied(path) == live(sandbox)
    for expires in (False, True):
        stir(sandbox, draw, ROWS // 20)
        spoil(sandbox, seed)
        if expires:
            sandbox.faults.add("400", path="/api/data/*/accounts*", code=EXPIRED, nth=1)
        ending = run("sync_table", sandbox, following(path))
        assert ending.error is None, ending.error
        assert ending.output["full"] is expires
        assert copied(path) == live(sandbox)


def _asked_for(sandbox: Sandbox, requests: int) -> bool:
    return asked(sandbox) >= requests


def test_a_copy_that_is_killed_ends_like_the_table(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    fill(sandbox, tmp_path)
    path, draw, kills = tmp_path / "copy.parquet", random.Random(seed), 0
    spoil(sandbox, seed)
    for _ in range(8):
        process = begun("sync_table", sandbox, following(path))
        until = asked(sandbox) + draw.randint(1, ROWS // PAGE // 4)
        wait_until(partial(_asked_for, sandbox, until), process, draw.random() / 20)
        if process.poll() is not None:
            ended(process)
            stir(sandbox, draw, ROWS // 20)
            spoil(sandbox, seed)
            continue
        with process:
            process.send_signal(signal.SIGKILL)
        kills += 1
    ending = run("sync_table", sandbox, following(path))
    assert ending.error is None, ending.error
    assert kills >= 4
    assert copied(path) == live(sandbox)
