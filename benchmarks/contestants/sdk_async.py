"""The asynchronous half of Microsoft's Python SDK at its best settings."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient

from benchmarks.contestants.harness import Done, main
from benchmarks.rows import COLUMNS, id_of

Settings = Mapping[str, Any]
SELECT = [name if name != "primarycontactid" else "_primarycontactid_value" for name in COLUMNS.split(",")]
CHUNK, WORKERS = 1000, 8


class Credential:
    """The ready token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        """As the SDK asks for it."""
        return AccessToken(self._token, int(time.time()) + 3600)

    async def close(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> Credential:  # noqa: PYI034 - typing.Self needs Python 3.11
        """As the SDK asks for it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """There is nothing to close."""


def prepared(
    work: Callable[[AsyncDataverseClient, Settings], Awaitable[Mapping[str, Any]]],
) -> Callable[[Settings], Done]:
    """A work that begins with a client that knows the table; one event loop for all of it."""

    def prepare(settings: Settings) -> Done:
        loop = asyncio.new_event_loop()

        async def connect() -> AsyncDataverseClient:
            client = await AsyncDataverseClient(settings["url"], Credential(settings["token"])).__aenter__()
            await client.records.retrieve("account", id_of(0), select=SELECT)
            return client

        client = loop.run_until_complete(connect())
        return lambda: loop.run_until_complete(work(client, settings))

    return prepare


def reading(annotations: str | None = None) -> Callable[[Settings], Done]:
    """All rows, page by page."""

    async def work(client: AsyncDataverseClient, _: Settings) -> Mapping[str, Any]:
        rows = columns = 0
        pages = client.records.list_pages("account", select=SELECT, page_size=5000, include_annotations=annotations)
        async for page in pages:
            for last in page:
                rows, row = rows + 1, last
            columns = len([name for name in dict(row) if "@" not in name])
        return {"rows": rows, "columns": columns}

    return prepared(work)


async def creating(client: AsyncDataverseClient, settings: Settings) -> Mapping[str, Any]:
    """Many new rows."""
    count, gate = settings["writes"], asyncio.Semaphore(WORKERS)
    rows = [{"name": f"New {number}", "telephone1": "555-0100", "revenue": 1000.5} for number in range(count)]

    async def one(chunk: list[Any]) -> int:
        async with gate:
            return len(await client.records.create("account", chunk))

    made = await asyncio.gather(*(one(rows[start : start + CHUNK]) for start in range(0, count, CHUNK)))
    return {"rows": sum(made)}


async def upserting(client: AsyncDataverseClient, settings: Settings) -> Mapping[str, Any]:
    """Many rows by key; a chunk that is refused is not written, and is counted so."""
    count, gate = settings["writes"], asyncio.Semaphore(WORKERS)
    items = [
        {"alternate_key": {"accountnumber": f"AC-{number}"}, "record": {"name": f"Changed {number}"}}
        for number in range(count)
    ]

    async def one(chunk: list[Any]) -> int:
        async with gate:
            try:
                await client.records.upsert("account", chunk)
            except Exception:  # noqa: BLE001 - whatever it raises, the chunk is not written
                return 0
            return len(chunk)

    done = await asyncio.gather(*(one(items[start : start + CHUNK]) for start in range(0, count, CHUNK)))
    return {"rows": sum(done)}


async def getting(client: AsyncDataverseClient, settings: Settings) -> Mapping[str, Any]:
    """One row again and again."""
    for _ in range(settings["calls"]):
        await client.records.retrieve("account", id_of(0), select=SELECT)
    return {"rows": settings["calls"]}


if __name__ == "__main__":
    main(
        {
            "read": reading(),
            "read_labels": reading("*"),
            "create": prepared(creating),
            "upsert": prepared(upserting),
            "get": prepared(getting),
        }
    )
