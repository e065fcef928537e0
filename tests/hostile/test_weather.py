"""Many rows in and out while the network and the service do their worst: each row exactly once, checked one by one."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from onteg_dynamics.dataverse.exporting.sources import SMALL
from onteg_dynamics.sandbox import Sandbox
from tests.hostile.accounts import (
    COLUMNS,
    KEY,
    PAGE,
    check_export,
    check_results,
    check_stored,
    count,
    counted,
    export,
    fill,
    moving,
)
from tests.hostile.weather import ROWS, SEEDS, TOO_LATE, Ending, begun, ended, finished, fired, run, spoil, wait_until

pytestmark = [pytest.mark.hostile, pytest.mark.parametrize("seed", SEEDS)]


def test_rows_are_imported_once_each(sandbox: Sandbox, file: Path, tmp_path: Path, seed: int) -> None:
    spoil(sandbox, seed)
    ending = run("import_records", sandbox, moving(file, tmp_path))
    finished(ending, f"import, seed {seed}", sandbox)
    assert (ending.output["created"], ending.output["failed"], ending.output["complete"]) == (ROWS, 0, True)
    check_results(tmp_path / "results.jsonl", {"created"}, check_stored(sandbox))


def test_upserts_by_key_make_one_row_each(
    sandbox: Sandbox, file: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("create_key", sandbox, {"table": "account", "name": "new_Number", "columns": KEY})
    changed = counted(sandbox, monkeypatch)
    options = moving(file, tmp_path, mode="Upsert", key_columns=KEY)
    spoil(sandbox, seed)
    first = run("import_records", sandbox, {**options, "most_requests": ROWS // 100})
    assert first.error is None
    assert not first.output["complete"]
    ending = run("import_records", sandbox, options)
    finished(ending, f"upsert, seed {seed}", sandbox, changed=len(changed))
    assert ending.output["resumed_rows"] == first.output["done"] > 0
    assert ending.output["created"] == ROWS
    assert changed.total() <= fired(sandbox)[f"{TOO_LATE}.0"] * options["chunk_size"]
    check_stored(sandbox)
    check_results(tmp_path / "results.jsonl", {"created"})


@pytest.mark.parametrize("mode", ["Create", "Upsert"])
def test_killed_at_random_moments_each_row_is_imported_once(
    sandbox: Sandbox, file: Path, tmp_path: Path, seed: int, mode: str
) -> None:
    run("create_key", sandbox, {"table": "account", "name": "new_Number", "columns": KEY})
    # The journal stays: a run that is killed when all is done, but has not told so, writes nothing when run again.
    options = moving(file, tmp_path, mode=mode, key_columns=KEY if mode == "Upsert" else "", keep_journal=True)
    spoil(sandbox, seed)
    draw, kills, ending = random.Random(seed), 0, None
    # Some time from start to end; and twice when all rows are there, but not all of the results.
    moments = [*sorted(draw.randint(0, ROWS) for _ in range(10)), ROWS, ROWS]
    while ending is None:
        process = begun("import_records", sandbox, options)
        if moments and killed(process, sandbox, moments.pop(0), draw):
            kills += 1
        else:
            ending = ended(process)
    finished(
        ending, f"{mode.lower()}, killed, seed {seed}", sandbox, kills=kills, resumed=ending.output["resumed_rows"]
    )
    assert kills >= 8
    ids = check_stored(sandbox)
    if mode == "Create":
        assert ending.output["created"] == ROWS
        check_results(tmp_path / "results.jsonl", {"created"}, ids)
    else:  # rows that a killed run had made, and had not noted yet, were there already when they were looked at
        assert ending.output["created"] + ending.output["updated"] == ROWS
        check_results(tmp_path / "results.jsonl", {"created", "updated"})


def killed(process: subprocess.Popen[bytes], sandbox: Sandbox, rows: int, draw: random.Random) -> bool:
    """Kill an import shortly after so many rows are there; False where it had ended."""
    wait_until(lambda: count(sandbox) >= rows, process, draw.random() / 5)
    if process.poll() is not None:
        return False
    with process:
        process.send_signal(signal.SIGKILL)
    return True


def fetch() -> str:
    columns = "".join(f"<attribute name='{name}'/>" for name in ("accountid", *COLUMNS))
    return f"<fetch count='{PAGE}'><entity name='account'>{columns}<order attribute='accountid'/></entity></fetch>"


@pytest.mark.parametrize("way", ["ranges", "one", "fetchxml"])
def test_rows_are_exported_once_each(sandbox: Sandbox, tmp_path: Path, seed: int, way: str) -> None:
    ids = fill(sandbox, tmp_path)
    spoil(sandbox, seed)
    path = tmp_path / "out.parquet"
    options = export(path, parallel=4 if way == "ranges" else 1)
    if way == "fetchxml":
        options = {"fetchxml": fetch(), "path": str(path)}
    ending = run("export_records", sandbox, options)
    finished(ending, f"export by {way}, seed {seed}", sandbox, streams=ending.output.get("streams"))
    assert (ending.output["streams"] > 1) == (way == "ranges" and ROWS > SMALL)
    check_export(path, ids)


def test_killed_at_random_moments_each_row_is_exported_once(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    ids = fill(sandbox, tmp_path)
    spoil(sandbox, seed)
    path, draw, kills = tmp_path / "out.parquet", random.Random(seed), 0
    ending: Ending | None = None
    while ending is None:
        process = begun("export_records", sandbox, export(path))
        target = read_so_far(path) + draw.randint(1, ROWS * 15)
        while kills < 6 and read_so_far(path) < target and process.poll() is None:
            time.sleep(0.002)
        if kills < 6 and process.poll() is None:
            with process:
                process.send_signal(signal.SIGKILL)
            kills += 1
        else:
            ending = ended(process)
    finished(ending, f"export, killed, seed {seed}", sandbox, kills=kills, resumed=ending.output["resumed_rows"])
    assert kills >= 2
    assert ending.output["resumed_rows"] > 0
    check_export(path, ids)


def read_so_far(path: Path) -> int:
    """Bytes of rows that runs which were killed have left."""
    try:
        return sum(file.stat().st_size for file in path.with_name(f"{path.name}.partial").glob("*.rows"))
    except FileNotFoundError:  # it is whole, and they are tidied away
        return 0
