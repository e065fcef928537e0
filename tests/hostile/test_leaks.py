"""A long run in bad weather leaks nothing: memory, open files and threads stay as they were.

Some seconds here; the whole half hour with ``-m hostile_long``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest

from onteg_dynamics.sandbox import Sandbox
from tests.hostile.weather import report, spoil_for_ever

MINUTES = float(os.environ.get("ONTEG_HOSTILE_MINUTES", "30"))

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux' own figures")

# Works until the time is over, one round after the other, and tells after each what it holds.
_WORK = """
import gc, os, sys, threading, time, orjson
from pathlib import Path
from onteg_dynamics.executor import Executor

settings, folder, seconds = orjson.loads(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
csv = folder / "rows.csv"
csv.write_text("accountnumber,name\\n" + "".join(f"L{n},Leak {n}\\n" for n in range(200)))

def figures():
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    handles, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    return [pages * os.sysconf("SC_PAGE_SIZE") / 2**20, handles, threads]

with Executor() as executor:
    def run(action, **options):
        return executor.run(action, {"table": "account", **options}, settings)

    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        rounds += 1
        made = run("import_records", path=str(csv), chunk_size=20)
        wrong = [{"nam": "x"}, {"name": "x" * 500}, {"name": "good"}]
        more = run("create_records", rows=wrong, on_error="Go On")
        ids = [one["id"] for one in (*made.output.get("results", ()), *more.output.get("results", ())) if one["id"]]
        run("list_records", select="name", page_size=50, labels=True)
        run("export_records", path=str(folder / "out.csv"), overwrite=True, page_size=50)
        run("upsert_records", rows=[{"id": one, "fax": str(rounds)} for one in ids[:50]], skip_unchanged=True)
        run("get_record", key="11111111-1111-4111-8111-111111111111")
        run("count_records", filter="nonsense eq 1")
        run("delete_records", ids=ids, on_error="Go On")
        with Executor() as other:  # connections come and go
            other.run("who_am_i", {}, settings)
        print(orjson.dumps([rounds, *figures()]).decode(), flush=True)
"""


def work(seconds: float, folder: Path) -> Iterator[list[float]]:
    """The figures after each round: its number, memory in MB, handles, threads."""
    with Sandbox("empty") as sandbox:
        spoil_for_ever(sandbox, 1)
        arguments = [orjson.dumps(sandbox.settings()).decode(), str(folder), str(seconds)]
        with subprocess.Popen([sys.executable, "-c", _WORK, *arguments], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield orjson.loads(line)
        assert process.returncode == 0


def check(seconds: float, folder: Path, *, growth: float) -> None:
    rounds = list(work(seconds, folder))
    assert len(rounds) >= 3
    third = len(rounds) // 3
    middle, last = rounds[third : 2 * third], rounds[2 * third :]

    def typical(some: list[list[float]], which: int) -> Any:
        return median(one[which] for one in some)

    figures = {"rounds": len(rounds), "first": rounds[0], "middle": middle[0], "last": rounds[-1]}
    report(f"leaks, {seconds:.0f} s", **figures)
    assert typical(last, 1) - typical(middle, 1) < growth, figures
    assert typical(last, 2) <= typical(middle, 2) + 2, figures
    assert typical(last, 3) <= typical(middle, 3) + 2, figures


@pytest.mark.hostile
def test_some_rounds_leak_nothing(tmp_path: Path) -> None:
    check(20, tmp_path, growth=10)


@pytest.mark.hostile_long
def test_half_an_hour_leaks_nothing(tmp_path: Path) -> None:
    check(MINUTES * 60, tmp_path, growth=3)
