"""The works, and what is aimed at in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["API", "ASYNC", "FLOOR", "OURS", "PARSE", "SDK", "WORKS", "Aim", "Work"]

OURS = "onteg-dynamics"
SDK, ASYNC, API = "SDK", "SDK async", "dataverse-api"
FLOOR, PARSE = "requests + orjson", "orjson alone"
_SDKS = (SDK, ASYNC)


@dataclass(frozen=True)
class Aim:
    """What is aimed at.

    Attributes:
        times: at least so many times as fast as the best of `peers`; with `most`, at most so many times their time.
        peers: beside whom.
        most: the aim is an upper one.
    """

    times: float
    peers: Sequence[str]
    most: bool = False

    def __str__(self) -> str:
        """As the table has it."""
        word = "at most" if self.most else "at least"
        what = f"{self.times:g} times the time of" if self.most else f"{self.times:g} times as fast as"
        return f"{word} {what} {' and '.join(self.peers)}"


@dataclass(frozen=True)
class Work:
    """One piece of work that every contestant does.

    Attributes:
        name: in the command line.
        title: in the report.
        task: what contestants call it.
        story: what the server does; see `server.Story`.
        settings: what contestants are told beside where the server is.
        contestants: who does it.
        aims: what is aimed at.
        expected: rows that must come of it.
    """

    name: str
    title: str
    task: str
    contestants: Sequence[str]
    expected: int
    story: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    aims: Sequence[Aim] = ()


WORKS = (
    Work(
        "read",
        "read 100,000 rows of 10 columns, no delay, as dicts",
        "read",
        (OURS, *_SDKS, API, FLOOR, PARSE),
        100_000,
        aims=(Aim(3.3, _SDKS), Aim(1.25, (FLOOR,), most=True)),
    ),
    Work(
        "read_slow",
        "the same with 50 ms for each call",
        "read",
        (OURS, *_SDKS, FLOOR),
        100_000,
        {"delay": 0.05},
        aims=(Aim(6, _SDKS),),
    ),
    Work(
        "read_labels",
        "100,000 rows with labels and lookup annotations",
        "read_labels",
        (OURS, *_SDKS, FLOOR),
        100_000,
        aims=(Aim(3, _SDKS),),
    ),
    Work(
        "parquet",
        "1,000,000 rows to Parquet",
        "parquet",
        (OURS, SDK),
        1_000_000,
        {"rows": 1_000_000},
        aims=(Aim(5, (SDK,)),),
    ),
    Work(
        "create",
        "create 20,000 rows, 50 ms for each call",
        "create",
        (OURS, *_SDKS, API, FLOOR),
        20_000,
        {"delay": 0.05},
        {"writes": 20_000},
        (Aim(2, _SDKS), Aim(1.3, (FLOOR,), most=True)),
    ),
    Work(
        "create_slow",
        "create 20,000 rows, 50 ms for each call and 0.5 ms for each row",
        "create",
        (OURS, *_SDKS, FLOOR),
        20_000,
        {"delay": 0.05, "per_row": 0.0005},
        {"writes": 20_000},
        (Aim(3, _SDKS),),
    ),
    Work(
        "upsert",
        "50,000 upserts where 40 calls in 5 seconds are allowed",
        "upsert",
        (OURS, SDK),
        50_000,
        {"delay": 0.05, "limit": 40, "window": 5.0},
        {"writes": 50_000},
    ),
    Work(
        "get",
        "2,000 times one row",
        "get",
        (OURS, *_SDKS, FLOOR),
        2000,
        settings={"calls": 2000},
        aims=(Aim(0.8, (SDK,), most=True), Aim(1.15, (FLOOR,), most=True)),
    ),
)
"""In the order of the report."""
