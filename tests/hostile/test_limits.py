"""Many rows under the service protection limits, and bad weather all the same: the limits are met, and obeyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from onteg_dynamics.sandbox import Sandbox
from onteg_dynamics.sandbox.faults.rule import KINDS as KNOWN
from onteg_dynamics.sandbox.refusals import Refusal
from tests.hostile.accounts import KEY, check_export, check_results, check_stored, export, fill, moving
from tests.hostile.weather import KINDS, ROWS, SEEDS, finished, run, spoil

pytestmark = pytest.mark.hostile

REQUESTS, TIME, AT_ONCE = "0x80072322", "0x80072321", "0x80072326"
LIMITS = {
    "real": ("100/20/52/5", REQUESTS),  # 6,000 requests, 1,200 seconds of work, 52 at once, in 300 seconds
    "time": ("1000/1/52/5", TIME),
}
"""For windows of 5 seconds, with the one that is surely met. The real ones are scaled down sixtyfold."""
CHUNK = max(ROWS // 1000, 50)


@pytest.fixture(params=LIMITS)
def limited(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, str]]:
    limits, met = LIMITS[request.param]
    with Sandbox("empty", limits=limits) as sandbox:
        yield sandbox, met


@dataclass
class Refused:
    """Requests that were turned away: how many by each error code, and how many while the same pause lasted."""

    codes: Counter[str] = field(default_factory=Counter)
    pauses: Counter[float] = field(default_factory=Counter)


def refusals(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """What the limits turn away from now on."""
    found = Refused()
    limiter = sandbox._front.limiter
    enter = limiter.enter

    def entered(user_id: str) -> None:
        try:
            enter(user_id)
        except Refusal as refusal:
            found.codes[refusal.code] += 1
            if refusal.code != AT_ONCE:
                found.pauses[limiter._user(user_id).blocked_since] += 1
            raise

    monkeypatch.setattr(limiter, "enter", entered)
    return found


def obeyed(met: Refused, surely: str) -> None:
    """A limit was met, and the pause that it asks for was made. What was on its way then is turned away as well."""
    assert met.codes[surely]
    assert max(met.pauses.values(), default=0) <= 20, met


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("limited", "mode"), [*((name, "Create") for name in LIMITS), ("real", "Upsert")], indirect=["limited"]
)
def test_each_row_is_imported_once(
    limited: tuple[Sandbox, str], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, mode: str
) -> None:
    sandbox, surely = limited
    run("create_key", sandbox, {"table": "account", "name": "new_Number", "columns": KEY})
    met = refusals(sandbox, monkeypatch)
    spoil(sandbox, seed)
    how = {"mode": mode, "key_columns": KEY if mode == "Upsert" else "", "chunk_size": CHUNK}
    ending = run("import_records", sandbox, moving(file, tmp_path, **how))
    finished(
        ending,
        f"{mode.lower()} under limits, seed {seed}",
        sandbox,
        met_all=False,
        refused=met.codes,
        pauses=len(met.pauses),
    )
    obeyed(met, surely)
    assert ending.output["created"] == ROWS
    ids = check_stored(sandbox)
    check_results(tmp_path / "results.jsonl", {"created"}, ids if mode == "Create" else None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limited", ["real"], indirect=True)  # an export is little work for the service
def test_each_row_is_exported_once(
    limited: tuple[Sandbox, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    sandbox, surely = limited
    ids = fill(sandbox, tmp_path)
    met = refusals(sandbox, monkeypatch)
    spoil(sandbox, seed)
    ending = run("export_records", sandbox, export(tmp_path / "out.parquet"))
    finished(
        ending, f"export under limits, seed {seed}", sandbox, met_all=False, refused=met.codes, pauses=len(met.pauses)
    )
    obeyed(met, surely)
    check_export(tmp_path / "out.parquet", ids)


def test_every_kind_of_fault_is_among_those_of_the_weather() -> None:
    assert {kind.split()[0] for kind in KINDS} >= {*KNOWN, "429", "500", "502", "503", "504", "408"}
    codes = {word.removeprefix("code=") for kind in KINDS for word in kind.split() if word.startswith("code=")}
    assert codes == {REQUESTS, TIME, AT_ONCE}
