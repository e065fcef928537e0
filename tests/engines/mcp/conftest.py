"""A client of the protocol's own package, connected to a server over the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.engines.mcp.server import Service, create_server
from onteg_dynamics.executor import Executor

Talk = Callable[..., Any]


@pytest.fixture
def talk(settings: dict[str, str]) -> Talk:
    """Runs a conversation with a server that is guarded so, and gives what it returns."""

    def talking(conversation: Callable[[Client], Any], guard: Guard | None = None, **more: Any) -> Any:
        async def connected() -> Any:
            with Executor(inline_rows=more.pop("rows", 200)) as executor:
                server = create_server(Service(executor, settings, guard or Guard(), **more))
                async with Client(server) as client:
                    try:
                        return await conversation(client)
                    except MCPError as exc:  # raised again outside, where it is alone
                        return exc

        found = anyio.run(connected)
        if isinstance(found, MCPError):
            raise found
        return found

    return talking


@pytest.fixture
def call(talk: Talk) -> Talk:
    """Calls one tool."""

    def calling(name: str, arguments: dict[str, Any], guard: Guard | None = None, **more: Any) -> Any:
        return talk(lambda client: client.call_tool(name, arguments), guard, **more)

    return calling
