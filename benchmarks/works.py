"""The works, who does them, and what is aimed at in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.measured import Aim, AtMost, Faster, Peak, Seconds, Share

__all__ = ["API", "OURS", "WORKS", "Contestant", "Work", "smaller"]


@dataclass(frozen=True)
class Contestant:
    """Who takes part.

    Attributes:
        name: in the report.
        file: its program, in the folder ``contestants``.
        own: whether it runs beside this connector; the others run in an environment without it.
        settings: what it is told beside what all are told.
    """

    name: str
    file: str
    own: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


OURS = Contestant("onteg-dynamics", "ours.py", own=True)
ONE_STREAM = Contestant("onteg-dynamics, one stream", "ours.py", own=True)
SDK = Contestant("SDK", "sdk.py")
ASYNC = Contestant("SDK async", "sdk_async.py")
API = Contestant("dataverse-api", "dataverse_api_client.py")
REQUESTS = Contestant("requests + orjson", "floor_requests.py", own=True)
SIXTEEN = Contestant("requests + orjson, 16 at a time", "floor_requests.py", own=True, settings={"workers": 16})
HTTP_CLIENT = Contestant("http.client + orjson", "floor_http_client.py", own=True)
AIOHTTP = Contestant("aiohttp + orjson", "floor_aiohttp.py")
PARSING = Contestant("orjson alone", "floor_orjson.py", own=True)
_SDKS = (SDK.name, ASYNC.name)
_FLOOR = (REQUESTS.name,)
_WRITING_FLOORS = (REQUESTS.name, SIXTEEN.name)  # ours goes from the 8 that the server recommends to 16 and more


@dataclass(frozen=True)
class Work:
    """One piece of work that every contestant does.

    Attributes:
        name: in the command line.
        title: in the report.
        task: what contestants call it.
        contestants: who does it.
        expected: rows that must come of it.
        story: what the server does; see `server.Story`. None for the sandbox.
        settings: what contestants are told beside where the server is.
        aims: what is aimed at.
    """

    name: str
    title: str
    task: str
    contestants: Sequence[Contestant]
    expected: int
    story: Mapping[str, Any] | None = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    aims: Sequence[Aim] = ()


def smaller(work: Work) -> Work:
    """The same work with fewer rows, to see that it runs."""
    if work.task != "parquet":
        return work
    return replace(work, expected=100_000, story={"rows": 100_000})


WORKS = (
    Work(
        "read",
        "read 100,000 rows of 10 columns, no delay, as dicts",
        "read",
        (OURS, SDK, ASYNC, API, REQUESTS, HTTP_CLIENT, AIOHTTP, PARSING),
        100_000,
        aims=(Faster(3.3, _SDKS), AtMost(1.25, _FLOOR)),
    ),
    Work(
        "read_slow",
        "the same with 50 ms for each call",
        "read",
        (replace(OURS, settings={"parallel": 8}), ONE_STREAM, SDK, ASYNC, REQUESTS),
        100_000,
        {"delay": 0.05},
        aims=(Faster(6, _SDKS),),
    ),
    Work(
        "read_labels",
        "read 100,000 rows with labels and lookup annotations",
        "read_labels",
        (OURS, SDK, ASYNC, REQUESTS),
        100_000,
        aims=(Faster(3, _SDKS),),
    ),
    Work(
        "parquet",
        "1,000,000 rows to Parquet",
        "parquet",
        (OURS, SDK),
        1_000_000,
        {"rows": 1_000_000},
        aims=(Faster(5, (SDK.name,)), Peak(150)),
    ),
    Work(
        "parquet_large",
        "4,000,000 rows to Parquet",
        "parquet",
        (OURS,),
        4_000_000,
        {"rows": 4_000_000},
        aims=(Peak(150),),
    ),
    Work(
        "create",
        "create 20,000 rows, 50 ms for each call",
        "create",
        (OURS, SDK, ASYNC, API, REQUESTS, SIXTEEN),
        20_000,
        {"delay": 0.05},
        {"writes": 20_000},
        (Faster(2, _SDKS), AtMost(1.3, _WRITING_FLOORS)),
    ),
    Work(
        "create_slow",
        "create 20,000 rows, 50 ms for each call and 0.5 ms for each row",
        "create",
        (OURS, SDK, ASYNC, REQUESTS, SIXTEEN),
        20_000,
        {"delay": 0.05, "per_row": 0.0005},
        {"writes": 20_000},
        (Faster(3, _SDKS),),
    ),
    Work(
        "create_wide",
        "the same where the service recommends 32 requests at a time",
        "create",
        (OURS, SDK, ASYNC, replace(SIXTEEN, name="requests + orjson, 32 at a time", settings={"workers": 32})),
        20_000,
        {"delay": 0.05, "per_row": 0.0005, "hint": 32},
        {"writes": 20_000},
        (Faster(3, _SDKS),),
    ),
    Work(
        "upsert",
        "50,000 upserts where 30 writing calls in 20 seconds are allowed",
        "upsert",
        (OURS, SDK, ASYNC),
        50_000,
        {"delay": 0.05, "limit": 30, "window": 20.0},
        {"writes": 50_000},
        (Share(0.95),),
    ),
    Work(
        "get",
        "1,000 times one row",
        "get",
        (OURS, SDK, ASYNC, REQUESTS, HTTP_CLIENT, AIOHTTP),
        1000,
        settings={"calls": 1000},
        aims=(AtMost(0.8, (SDK.name,)), AtMost(1.15, _FLOOR)),
    ),
    Work(
        "load",
        "load the plugin and list its actions, in a fresh interpreter",
        "load",
        (replace(OURS, file="loading.py"),),
        0,
        aims=(Seconds(0.08),),
    ),
    Work(
        "sandbox_read",
        "end to end: read 20,000 rows from the sandbox",
        "read",
        (OURS, SDK, ASYNC, REQUESTS),
        20_000,
        None,
    ),
    Work(
        "sandbox_create",
        "end to end: create 2,000 rows in the sandbox",
        "create",
        (OURS, SDK, ASYNC, REQUESTS),
        2000,
        None,
        {"writes": 2000},
    ),
)
"""In the order of the report."""
