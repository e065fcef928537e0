"""Many rows in and out while the network and the service do their worst: each row exactly once, checked one by one."""

from __future__ import annotations

import csv
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet

from onteg_dynamics.sandbox import Sandbox
from tests.hostile.weather import KINDS, ROWS, SEEDS, Ending, begun, fired, report, run, spoil

pytestmark = pytest.mark.hostile

KEY = "accountnumber"


def row(number: int) -> dict[str, Any]:
    return {
        KEY: f"H{number:07}",
        "name": f'Firm {number} é "x", \u2028 line',
        "revenue": number * 1.25,
        "numberofemployees": number,
        "description": "d" * (number % 300),
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "accounts.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(row(0)))
        writer.writeheader()
        writer.writerows(row(number) for number in range(ROWS))
    return path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox("empty") as made:
        yield made


def check_stored(sandbox: Sandbox) -> dict[str, str]:
    """Every row is there once, with its values; their ids by key."""
    found = sandbox.call(lambda: list(sandbox.world.store.select("account", {})))
    by_key = {one[KEY]: one for one in found}
    assert len(found) == len(by_key) == ROWS
    for number in range(ROWS):
        wanted, stored = row(number), by_key[f"H{number:07}"]
        assert {name: stored[name] for name in wanted if name != "revenue"} == {
            name: value or None for name, value in wanted.items() if name not in ("revenue", "numberofemployees")
        } | {"numberofemployees": number}
        assert float(stored["revenue"]) == wanted["revenue"]
    return {key: one["accountid"] for key, one in by_key.items()}


def check_results(path: Path, ids: dict[str, str], outcomes: set[str]) -> None:
    """One result for each row, in order, with the id of the very row."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            result = orjson.loads(line)
            assert result["index"] == number
            assert result["outcome"] in outcomes, result
            assert result["id"] in (ids[f"H{number:07}"], None)
    assert number == ROWS - 1


def options(file: Path, folder: Path, **more: Any) -> dict[str, Any]:
    names = {"results_path": str(folder / "results.jsonl"), "left_path": str(folder / "left.csv")}
    return {
        "table": "account",
        "path": str(file),
        "chunk_size": 50,
        "journal": str(folder / "journal"),
        **names,
        **more,
    }


def finished(ending: Ending, name: str, sandbox: Sandbox, **more: Any) -> None:
    assert ending.error is None, ending.error
    figures = {key: ending.stats[key] for key in ("requests", "retries", "throttle_wait", "seconds")}
    report(name, **figures, memory=ending.memory, faults=fired(sandbox), **more)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_imported_once_each(sandbox: Sandbox, file: Path, tmp_path: Path, seed: int) -> None:
    spoil(sandbox, seed)
    ending = run("import_records", sandbox.settings(), options(file, tmp_path))
    finished(ending, f"import, seed {seed}", sandbox)
    assert (ending.output["created"], ending.output["failed"], ending.output["complete"]) == (ROWS, 0, True)
    check_results(tmp_path / "results.jsonl", check_stored(sandbox), {"created"})
    assert fired(sandbox) >= ROWS / 50 / 20 / 3
    assert ending.memory < 200


@pytest.mark.parametrize("seed", SEEDS)
def test_upserts_by_key_make_one_row_each(sandbox: Sandbox, file: Path, tmp_path: Path, seed: int) -> None:
    run("create_key", sandbox.settings(), {"table": "account", "name": "new_Number", "columns": KEY})
    half = {"mode": "Upsert", "key_columns": KEY, "most_requests": ROWS // 100}
    spoil(sandbox, seed)
    first = run("import_records", sandbox.settings(), options(file, tmp_path, **half))
    assert first.error is None
    assert not first.output["complete"]
    del half["most_requests"]
    ending = run("import_records", sandbox.settings(), options(file, tmp_path, **half))
    finished(ending, f"upsert, seed {seed}", sandbox)
    assert ending.output["resumed_rows"] == first.output["done"] > 0
    assert ending.output["created"] == ROWS
    check_results(tmp_path / "results.jsonl", check_stored(sandbox), {"created"})


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_moments_each_row_is_imported_once(
    sandbox: Sandbox, file: Path, tmp_path: Path, seed: int
) -> None:
    spoil(sandbox, seed)
    draw, kills = random.Random(seed), 0
    while count(sandbox) < ROWS * 0.8 and kills < 40:
        with begun("import_records", sandbox.settings(), options(file, tmp_path)) as process:
            target = count(sandbox) + draw.randint(1, max(ROWS // 8, 1))
            while count(sandbox) < target and process.poll() is None:
                time.sleep(0.01)
            time.sleep(draw.random() / 10)
            process.send_signal(signal.SIGKILL)
            kills += 1
    ending = run("import_records", sandbox.settings(), options(file, tmp_path))
    finished(ending, f"import, killed, seed {seed}", sandbox, kills=kills, resumed=ending.output["resumed_rows"])
    assert kills >= 4
    assert ending.output["created"] == ROWS
    check_results(tmp_path / "results.jsonl", check_stored(sandbox), {"created"})


def count(sandbox: Sandbox) -> int:
    return sandbox.call(lambda: sandbox.world.store.count("account"))


def fill(sandbox: Sandbox, file: Path, folder: Path) -> dict[str, str]:
    ending = run("import_records", sandbox.settings(), {**options(file, folder), "chunk_size": 500})
    assert ending.error is None
    return check_stored(sandbox)


def check_export(path: Path, ids: dict[str, str]) -> None:
    table = parquet.read_table(path).to_pylist()
    assert len(table) == ROWS
    found = {one[KEY]: one for one in table}
    assert len(found) == ROWS
    for number in range(ROWS):
        wanted, stored = row(number), found[f"H{number:07}"]
        assert stored["accountid"] == ids[wanted[KEY]]
        assert (stored["name"], stored["numberofemployees"]) == (wanted["name"], number)
        assert float(stored["revenue"]) == wanted["revenue"]


def export(path: Path) -> dict[str, Any]:
    select = f"{KEY},name,revenue,numberofemployees"
    return {"table": "account", "path": str(path), "select": select, "page_size": max(ROWS // 200, 50)}


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_exported_once_each(sandbox: Sandbox, file: Path, tmp_path: Path, seed: int) -> None:
    ids = fill(sandbox, file, tmp_path)
    spoil(sandbox, seed)
    path = tmp_path / "out.parquet"
    ending = run("export_records", sandbox.settings(), export(path))
    finished(ending, f"export, seed {seed}", sandbox)
    check_export(path, ids)
    assert fired(sandbox) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_moments_each_row_is_exported_once(
    sandbox: Sandbox, file: Path, tmp_path: Path, seed: int
) -> None:
    ids = fill(sandbox, file, tmp_path)
    spoil(sandbox, seed)
    sandbox.faults.add("delay seconds=0.05", method="GET", table="account")
    path, draw, kills = tmp_path / "out.parquet", random.Random(seed), 0
    while not path.exists() and kills < 6:
        with begun("export_records", sandbox.settings(), export(path)) as process:
            target = read_so_far(path) + draw.randint(1, ROWS * 15)
            while read_so_far(path) < target and process.poll() is None:
                time.sleep(0.01)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
    ending = run("export_records", sandbox.settings(), {**export(path), "overwrite": True})
    finished(ending, f"export, killed, seed {seed}", sandbox, kills=kills, resumed=ending.output["resumed_rows"])
    assert kills >= 2
    check_export(path, ids)


def read_so_far(path: Path) -> int:
    """Bytes of rows that runs which were killed have left."""
    try:
        return sum(file.stat().st_size for file in path.with_name(f"{path.name}.partial").glob("*.rows"))
    except FileNotFoundError:  # it is whole, and they are tidied away
        return 0


@pytest.mark.parametrize("seed", SEEDS)
def test_under_service_protection_limits_each_row_is_imported_once(file: Path, tmp_path: Path, seed: int) -> None:
    """300 seconds are scaled down to 5: the limits are met again and again."""
    with Sandbox("empty", limits="12/20/4/5") as sandbox:
        spoil(sandbox, seed, share=0.02)
        ending = run("import_records", sandbox.settings(), {**options(file, tmp_path), "chunk_size": 200})
        refused = [one for one in sandbox.exchanges if one.status == 429]
        finished(ending, f"import under limits, seed {seed}", sandbox, refused=len(refused))
        assert ending.output["created"] == ROWS
        was_too_slow = ending.stats["seconds"] / ending.stats["requests"] > 5 / 12
        assert ending.stats["throttle_wait"] > 0 or was_too_slow
        check_results(tmp_path / "results.jsonl", check_stored(sandbox), {"created"})


@pytest.mark.parametrize("seed", SEEDS)
def test_under_service_protection_limits_each_row_is_exported_once(file: Path, tmp_path: Path, seed: int) -> None:
    with Sandbox("empty", limits="60/20/8/5") as sandbox:
        ids = fill(sandbox, file, tmp_path)
        spoil(sandbox, seed, share=0.02)
        ending = run("export_records", sandbox.settings(), export(tmp_path / "out.parquet"))
        finished(ending, f"export under limits, seed {seed}", sandbox)
        check_export(tmp_path / "out.parquet", ids)


def test_every_kind_of_fault_is_among_them() -> None:
    from onteg_dynamics.sandbox.faults.rule import KINDS as KNOWN

    kinds = {kind.split()[0] for kind in KINDS}
    assert set(KNOWN) <= kinds
    assert {"429", "500", "502", "503", "504", "408"} <= kinds
