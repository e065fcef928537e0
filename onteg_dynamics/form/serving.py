"""The form's server: on loopback, on a free port, with a token made for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from onteg_dynamics.executor import Executor
from onteg_dynamics.form.app import create_app
from onteg_dynamics.form.calls import SHOWN_ROWS, Calls
from onteg_dynamics.form.guard import Guard, new_token

__all__ = ["FormServer"]

LOOPBACK = "127.0.0.1"


@dataclass
class FormServer:
    """A server of the form. Use it as a context manager, or `run` it until it is interrupted.

    Args:
        settings: of the connection that the page begins with; secrets among them are used, never shown.
        port: to listen on; 0 for a free one.

    Raises:
        OSError: the port is taken.
    """

    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    port: int = 0

    def __post_init__(self) -> None:
        """The port is bound at once, so that the address is known before the server runs."""
        self._socket = socket.create_server((LOOPBACK, self.port))
        self.port = self._socket.getsockname()[1]
        self._token = new_token()
        self.executor = Executor(inline_rows=SHOWN_ROWS)
        origins = frozenset(f"http://{host}:{self.port}" for host in (LOOPBACK, "localhost"))
        guarded = Guard(create_app(Calls(self.executor, self.settings)), self._token, origins)
        self._server = uvicorn.Server(_config(guarded))

    @property
    def url(self) -> str:
        """The page's address, token included."""
        return f"http://{LOOPBACK}:{self.port}/{self._token}/"

    def run(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.executor.close()

    def __enter__(self) -> FormServer:  # noqa: PYI034 - typing.Self needs Python 3.11
        self._thread = threading.Thread(target=self.run, name="form", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


def _config(app: Any) -> uvicorn.Config:
    # No access log: the token stands in every address.
    return uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=3
    )
