"""The asynchronous half of Microsoft's Python SDK, for the scenarios of the other half: each call is waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient

_ASYNCHRONOUS = "PowerPlatform.Dataverse.aio"


class Credential:
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 3600)

    async def close(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> Credential:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Waiting:
    """Something asynchronous, used as if it were not.

    Args:
        thing: A client, a part of it, or one of its methods.
        run: Waits for an awaitable.
    """

    def __init__(self, thing: Any, run: Any) -> None:
        self._thing, self._run = thing, run

    def __getattr__(self, name: str) -> Any:
        return self._waited(getattr(self._thing, name))

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._waited(self._thing(*values, **named))

    def __enter__(self) -> Any:
        return self._waited(self._thing.__aenter__())

    def __exit__(self, *failure: object) -> None:
        self._run(self._thing.__aexit__(*failure))

    def _waited(self, found: Any) -> Any:
        if isawaitable(found):
            return self._waited(self._run(found))
        if hasattr(found, "__anext__"):
            return self._each(found)
        is_part = callable(found) or type(found).__module__.startswith(_ASYNCHRONOUS)
        return Waiting(found, self._run) if is_part else found

    def _each(self, found: Any) -> Iterator[Any]:
        while True:
            try:
                yield self._run(anext(found))
            except StopAsyncIteration:
                return


@contextmanager
def client(settings: dict[str, str]) -> Iterator[Any]:
    with asyncio.Runner() as runner:
        made = AsyncDataverseClient(settings["endpoint_url"], Credential(settings["token"]))
        with Waiting(made, runner.run) as waiting:
            yield waiting
