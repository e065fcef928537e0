"""Work for somebody who may hang up before it is done. Needs no web framework itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["until_hung_up"]


@asynccontextmanager
async def until_hung_up(request: Request) -> AsyncIterator[threading.Event]:
    """An event for work under way: it is set when the client has hung up, and when the block is left.

    Args:
        request: whose body was read.
    """
    gone = threading.Event()
    watch = asyncio.create_task(_watch(request, gone))
    try:
        yield gone
    finally:
        gone.set()
        watch.cancel()


async def _watch(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()
