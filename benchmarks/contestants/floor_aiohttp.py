"""The floor: what the work costs with ``aiohttp`` and ``orjson`` alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
import aiohttp
import orjson

from benchmarks.contestants import floors
from benchmarks.contestants.harness import Done, main

Settings = Mapping[str, Any]


def prepared(work: Callable[[aiohttp.ClientSession, Settings], Awaitable[Mapping[str, Any]]]) -> Callable[..., Done]:
    """A work that begins with a session that is connected; one event loop for all of it."""

    def prepare(settings: Settings) -> Done:
        loop = asyncio.new_event_loop()

        async def connect() -> aiohttp.ClientSession:
            session = aiohttp.ClientSession(headers=floors.headers(settings))
            await _got(session, settings["url"] + floors.one_row())
            return session

        session = loop.run_until_complete(connect())

        def run() -> Mapping[str, Any]:
            done = loop.run_until_complete(work(session, settings))
            loop.run_until_complete(session.close())
            return done

        return run

    return prepare


async def _got(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        return orjson.loads(await answer.read())


async def reading(session: aiohttp.ClientSession, settings: Settings) -> Mapping[str, Any]:
    """All pages, each parsed; annotations stay."""
    rows, path = 0, floors.first_page()
    while path:
        data = await _got(session, settings["url"] + path)
        rows, path = rows + len(data["value"]), floors.next_page(data, settings)
    return {"rows": rows}


async def getting(session: aiohttp.ClientSession, settings: Settings) -> Mapping[str, Any]:
    """One row again and again."""
    url = settings["url"] + floors.one_row()
    for _ in range(settings["calls"]):
        await _got(session, url)
    return {"rows": settings["calls"]}


if __name__ == "__main__":
    main({"read": prepared(reading), "get": prepared(getting)})
