"""The HTTPS server: uvicorn on loopback, in a thread of its own, quick to start and to stop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import importlib.util
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import uvicorn

from onteg_dynamics.sandbox.log import Application

T = TypeVar("T")
CONNECTION = "onteg.connection"
"""The ASGI extension that holds the connection's transport."""

_KEEP_ALIVE_SECONDS = 120  # as long as a load balancer in front of the real service keeps a connection
_START_SECONDS = 30.0
_FRAMING = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class Server:
    """Serves one ASGI application on 127.0.0.1 (and ::1 where the machine has it). It listens once it is started.

    Args:
        port: Where to listen; 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self._sockets = _listeners(port)
        self.port: int = self._sockets[0].getsockname()[1]
        self._thread: threading.Thread | None = None
        self._server: _Uvicorn

    def start(self, app: Application, context: ssl.SSLContext | None) -> None:
        """Starts; returns when requests are answered.

        Args:
            app: The application.
            context: TLS with the server's certificate; None for plain HTTP.

        Raises:
            RuntimeError: The server did not come up.
        """
        self._server = _Uvicorn(_config(app, context))
        self._thread = threading.Thread(target=self._run, name=f"onteg-sandbox-{self.port}", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS) or not self._server.started:
            raise RuntimeError("The sandbox's server did not start.")

    def stop(self) -> None:
        """Stops and closes every connection; returns when the port is free."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        for listener in self._sockets:
            listener.close()

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Runs a coroutine on the server's own loop, and waits for it.

        Args:
            make: Makes it; its result is returned, its exception raised.
        """
        return asyncio.run_coroutine_threadsafe(make(), self._server.loop).result()

    def call(self, work: Callable[[], T]) -> T:
        """Runs something between two requests, on the server's own thread.

        Args:
            work: What to run; its exception is raised here.
        """
        done: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where it belongs
                done.set_exception(error)

        self._server.loop.call_soon_threadsafe(run)
        return done.result()

    def _run(self) -> None:
        try:
            self._server.run(sockets=self._sockets)
        finally:
            self._server.ready.set()


class _Uvicorn(uvicorn.Server):
    """uvicorn that says when it is up, and at its end waits for nobody."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Cuts every connection: a pooled client would keep uvicorn's own way waiting for seconds."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def routed(rooms: Mapping[str, Application], otherwise: Application) -> Application:
    """One application of many: the longest beginning of an address that has a room decides.

    Args:
        rooms: Applications by the beginning of their addresses, such as ``/api/``.
        otherwise: Answers everything else.
    """
    beginnings = sorted(rooms, key=len, reverse=True)

    def application(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        path = scope["path"]
        chosen = next((rooms[beginning] for beginning in beginnings if path.startswith(beginning)), otherwise)
        return chosen(scope, receive, send)

    return application


def _with_connection(app: Application) -> Application:
    """Gives the application its connection, as an ASGI extension: it may end it before its answer is whole."""

    def application(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        scope.setdefault("extensions", {})[CONNECTION] = transport
        return app(scope, receive, send)

    return application


class _AsWritten(bytes):
    """The name of a header that keeps its capitals: the server asks each name for its small letters."""

    __slots__ = ()

    def lower(self) -> _AsWritten:
        return self


def _as_written(app: Application) -> Application:
    """Sends the names of headers with their capitals: Microsoft's asynchronous SDK looks for ``OData-EntityId``."""

    def application(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [(_name(name), value) for name, value in message["headers"]]}
            await send(message)

        return app(scope, receive, sending)

    return application


@lru_cache(maxsize=256)
def _name(name: bytes) -> bytes:
    """The server itself must know the names that say where an answer ends."""
    return name if name.lower() in _FRAMING else _AsWritten(name)


def _config(app: Application, context: ssl.SSLContext | None) -> uvicorn.Config:
    config = uvicorn.Config(
        _with_connection(_as_written(app)),
        http="httptools" if importlib.util.find_spec("httptools") else "h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    config.ssl = context
    return config


def _listeners(port: int) -> list[socket.socket]:
    """Sockets for 127.0.0.1 and, on the same port where that can be had, ::1."""
    found = [_listener(socket.AF_INET, "127.0.0.1", port)]
    with contextlib.suppress(OSError):
        found.append(_listener(socket.AF_INET6, "::1", found[0].getsockname()[1]))
    return found


def _listener(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named: without it each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
