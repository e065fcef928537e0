"""Rows read in several streams at a time: each comes once, errors are raised, what is let go ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from onteg_dynamics.dataverse.client import Dataverse
from onteg_dynamics.dataverse.exporting import sources
from onteg_dynamics.errors import BadRequestError, OntegError
from onteg_dynamics.executor import Executor
from onteg_dynamics.sandbox import Sandbox

ROWS = 600


@pytest.fixture(scope="module")
def dataverse() -> Iterator[Dataverse]:
    """Half of the rows were created in one second, the others over two months."""
    with Sandbox("empty") as sandbox, Executor() as executor:
        start = datetime(2020, 1, 1, tzinfo=timezone.utc)
        moments = [start + timedelta(hours=max(0, number - ROWS // 2) * 5) for number in range(ROWS)]
        rows = [
            {"name": f"Company {number}", "overriddencreatedon": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
            for number, moment in enumerate(moments)
        ]
        executor.run("create_records", {"table": "account", "rows": rows}, sandbox.settings()).unwrap()
        yield executor.dataverse(executor._clients.connection(sandbox.settings()))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SMALL", 50)


@pytest.mark.parametrize("labels", [False, True])
def test_each_row_comes_once_and_as_in_one_stream(dataverse: Dataverse, *, labels: bool) -> None:
    select = ["name", "createdon", "statuscode", "ownerid"]
    streams = dataverse.at_once("account", select=select, labels=labels, page_size=40, parallel=4)
    found = [row for page in streams for row in page]
    whole = list(dataverse.rows("account", select=select, labels=labels))
    assert streams.split is not None
    assert len(streams.split.paths) > 4
    assert sorted(found, key=lambda row: row["accountid"]) == sorted(whole, key=lambda row: row["accountid"])
    assert len(found) == ROWS


def test_filters_hold_in_every_stream(dataverse: Dataverse) -> None:
    pages = dataverse.at_once("account", select=["name"], filter="contains(name, '7')", page_size=10)
    names = sorted(row["name"] for page in pages for row in page)
    assert names == sorted(f"Company {number}" for number in range(ROWS) if "7" in str(number))


def test_a_table_that_cannot_be_split_is_one_stream_and_says_why(dataverse: Dataverse) -> None:
    streams = dataverse.at_once("role", select=["name"], filter="nothing eq 1")
    with pytest.raises(BadRequestError):
        list(streams)
    whole = dataverse.at_once("account", select=["name"], filter="name eq 'nobody'")
    assert list(whole) in ([], [[]])
    assert whole.split is not None
    assert len(whole.split.paths) == 1


def test_what_one_stream_meets_is_raised_and_the_others_end(
    dataverse: Dataverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = dataverse.at_once("account", select=["name"], page_size=10, parallel=3)
    pages = iter(streams)
    next(pages)
    monkeypatch.setattr(Dataverse, "exchange", _broken)
    with pytest.raises(OntegError, match="gone"):
        list(pages)
    _ended()


def test_let_go_early_the_streams_end(dataverse: Dataverse) -> None:
    pages = iter(dataverse.at_once("account", select=["name"], page_size=10, parallel=3))
    assert len(next(pages)) == 10
    pages.close()  # type: ignore[attr-defined]  # a generator, as it stands
    _ended()


def _broken(*_: object, **__: object) -> None:
    raise OntegError("gone")


def _ended() -> None:
    for thread in [one for one in threading.enumerate() if one.name == "onteg-stream"]:
        thread.join(60)
        assert not thread.is_alive(), "a stream is still at work"
