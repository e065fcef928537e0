"""Many rows: split, killed at any moment, started again; each row once, the same bytes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet

from onteg_dynamics.dataverse.exporting import export, sources
from onteg_dynamics.dataverse.exporting.text import Csv
from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import BadRequestError, InputError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

ROWS = 1500
RUN = """
import sys, orjson
from onteg_dynamics.dataverse.exporting import sources
from onteg_dynamics.executor import Executor
sources.SMALL = 100
settings, options = orjson.loads(sys.argv[1]), orjson.loads(sys.argv[2])
with Executor() as executor:
    print(orjson.dumps(executor.run("export_records", options, settings).unwrap()).decode())
"""


@pytest.fixture(scope="module")
def filled() -> Iterator[Sandbox]:
    """Rows in clumps: a third in one second, a third in one day, the others over years."""
    with Sandbox("empty") as sandbox, Executor() as executor:
        draw = random.Random(7)
        start = datetime(2015, 1, 1, tzinfo=timezone.utc)
        spans = (0, 86_400, 86_400 * 3000)
        moments = [start + timedelta(seconds=draw.randint(0, spans[number % 3])) for number in range(ROWS)]
        rows = [
            {
                "name": f'Company {number} é \u2028 "quoted", line\n',
                "revenue": number * 1.25,
                "overriddencreatedon": f"{moments[number]:%Y-%m-%dT%H:%M:%SZ}",
            }
            for number in range(ROWS)
        ]
        told = executor.run("create_records", {"table": "account", "rows": rows}, sandbox.settings()).unwrap()
        assert told["done"] == ROWS
        yield sandbox


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SMALL", 100)


def options(path: Path, **more: Any) -> dict[str, Any]:
    return {"table": "account", "path": str(path), "select": "name,revenue,createdon", "page_size": 50, **more}


def run(sandbox: Sandbox, path: Path, **more: Any) -> Mapping[str, Any]:
    with Executor() as executor:
        return executor.run("export_records", options(path, **more), sandbox.settings()).unwrap()


@pytest.mark.usefixtures("small")
def test_split_and_whole_have_the_same_rows(filled: Sandbox, tmp_path: Path) -> None:
    split = run(filled, tmp_path / "split.parquet", parallel=4)
    whole = run(filled, tmp_path / "whole.parquet", parallel=1)
    by_split, by_whole = (parquet.read_table(tmp_path / name) for name in ("split.parquet", "whole.parquet"))
    assert split["streams"] > 4
    assert (whole["streams"], split["rows"], whole["rows"]) == (1, ROWS, ROWS)
    assert len(set(by_split["accountid"].to_pylist())) == ROWS
    assert by_split.sort_by("accountid").equals(by_whole.sort_by("accountid"))


@pytest.mark.usefixtures("small")
def test_a_second_run_writes_the_same_bytes(filled: Sandbox, tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        run(filled, tmp_path / name, parallel=4)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
@pytest.mark.usefixtures("small")
def test_killed_at_any_moment_the_bytes_are_the_same(filled: Sandbox, tmp_path: Path, form: str) -> None:
    run(filled, tmp_path / f"whole.{form}", parallel=3)
    path = tmp_path / f"killed.{form}"
    slow = filled.faults.add("delay seconds=0.05", method="GET", table="account")  # so that it can be met at work
    settings, draw = orjson.dumps(filled.settings()).decode(), random.Random(form)
    wanted = orjson.dumps(options(path, parallel=3)).decode()
    command = [sys.executable, "-c", RUN, settings, wanted]
    killed = 0
    for _ in range(60):
        if path.exists():
            break
        killed += _killed(command, path.with_name(f"{path.name}.partial"), pages=draw.randint(1, 8), draw=draw)
    filled.faults.remove(slow)
    last = subprocess.run(command, check=False, capture_output=True, text=True)
    assert killed >= 3
    assert (tmp_path / f"killed.{form}").read_bytes() == (tmp_path / f"whole.{form}").read_bytes()
    assert last.returncode == 0 or "there already" in last.stderr
    assert sorted(tmp_path.iterdir()) == sorted([path, tmp_path / f"whole.{form}"])


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_what_was_written_and_not_noted_is_cut_off(filled: Sandbox, tmp_path: Path, form: str) -> None:
    run(filled, tmp_path / f"whole.{form}", parallel=1)
    path = tmp_path / f"stopped.{form}"
    rule = filled.faults.add("400", method="GET", table="account", nth=4)
    with pytest.raises(BadRequestError):
        run(filled, path, parallel=1)
    filled.faults.remove(rule)
    (rows,) = path.with_name(f"{path.name}.partial").glob("*.rows")
    rows.write_bytes(rows.read_bytes() + rows.read_bytes()[-500:])
    assert run(filled, path, parallel=1)["resumed_rows"] > 0
    assert path.read_bytes() == (tmp_path / f"whole.{form}").read_bytes()


@pytest.mark.parametrize("has_result", [False, True])
def test_what_was_left_while_it_was_removed_goes(filled: Sandbox, tmp_path: Path, *, has_result: bool) -> None:
    run(filled, tmp_path / "a.csv")
    left = tmp_path / "a.csv.partial"
    left.mkdir()
    (left / "lock").touch()
    if has_result:
        (left / "result").hardlink_to(tmp_path / "a.csv")
    with pytest.raises(InputError, match="there already"):
        run(filled, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


def _killed(command: list[str], folder: Path, pages: int, draw: random.Random) -> bool:
    """Kill a run after about so many pages, at whatever it is doing then; False where it had ended."""
    before = _noted(folder)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and _noted(folder) < before + pages * 50:
            pass
        end = time.monotonic() + draw.random() / 100
        while time.monotonic() < end:
            pass
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def _noted(folder: Path) -> int:
    """Rows that are noted as read."""
    rows = 0
    for file in (folder / f"{number:04}.json" for number in range(48)):
        try:
            rows += orjson.loads(file.read_bytes())["rows"]
        except (OSError, orjson.JSONDecodeError):
            continue
    return rows


def test_one_at_a_time(filled: Sandbox, tmp_path: Path) -> None:
    import fcntl

    folder = tmp_path / "a.csv.partial"
    folder.mkdir()
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="under way"):
            run(filled, tmp_path / "a.csv")


@pytest.mark.usefixtures("small")
def test_what_is_too_old_is_not_gone_on_with(filled: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _interrupted(filled, tmp_path, monkeypatch)
    assert run(filled, tmp_path / "a.csv")["resumed_rows"] > 0
    _interrupted(filled, tmp_path, monkeypatch)
    monkeypatch.setattr(export, "OLDEST", 0.0)
    assert run(filled, tmp_path / "a.csv", overwrite=True)["resumed_rows"] == 0
    monkeypatch.setattr(export, "OLDEST", 3600.0)
    _interrupted(filled, tmp_path, monkeypatch)
    assert run(filled, tmp_path / "a.csv", overwrite=True, resume=False)["resumed_rows"] == 0


def _interrupted(sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export to a.csv that fails in the middle."""
    (folder / "a.csv").unlink(missing_ok=True)
    encode = Csv.encode
    left = [9]

    def failing(self: Csv, rows: memoryview) -> tuple[bytes, int]:
        left[0] -= 1
        if left[0] == 0:
            raise InputError("no more")
        return encode(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Csv, "encode", failing)
        with pytest.raises(InputError, match="no more"):
            run(sandbox, folder / "a.csv")
    assert (folder / "a.csv.partial").is_dir()


@pytest.mark.usefixtures("small")
def test_another_export_does_not_go_on_with_it(
    filled: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _interrupted(filled, tmp_path, monkeypatch)
    told = run(filled, tmp_path / "a.csv", filter="revenue lt 100")
    assert (told["resumed_rows"], told["rows"]) == (0, 80)


@pytest.mark.usefixtures("small")
def test_progress_is_told(filled: Sandbox, tmp_path: Path) -> None:
    told: list[Progress] = []
    with Executor() as executor:
        executor.run("export_records", options(tmp_path / "a.csv"), filled.settings(), report=told.append).unwrap()
    assert [one.rows for one in told] == sorted(one.rows for one in told)
    assert (told[-1].rows, told[-1].total, told[-1].remaining) == (ROWS, ROWS, 0.0)
    assert told[-1].rate > 0
    assert Progress(10, None, 1.0).remaining is None
    assert Progress(110, 210, 10.0, earlier=10).remaining == pytest.approx(10.0)
