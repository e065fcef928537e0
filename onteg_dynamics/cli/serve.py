"""`serve`: the actions over plain HTTP."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.extras import needing
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.cli.settings import connection_options, gather
from onteg_dynamics.export.openapi import openapi

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["serve"]

KEY = "ONTEG_DYNAMICS_API_KEY"
EPILOG = f"""\b
Clients bring the key in {KEY} as the header X-API-Key; without one, a key is made
and printed. Beyond this machine put a gateway with TLS in front of it.

{exits.HELP}"""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(epilog=EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8365, show_default=True, help="0 for a free one.")
@click.option("--read-only", is_flag=True, help="Change nothing: writes are only rehearsed.")
@click.option("--action", "actions", multiple=True, help="An action to serve, by name or title; all by default.")
@click.option("--table", "tables", multiple=True, help="A table to serve, by its logical name; all by default.")
@click.option("--files", type=_FOLDER, help="Folder in which files may be read and written; none by default.")
@connection_options
@telling_errors
def serve(
    *,
    host: str,
    port: int,
    read_only: bool,
    actions: tuple[str, ...],
    tables: tuple[str, ...],
    files: Path | None,
    connection_file: Path | None,
    **options: Any,
) -> None:
    """Serve the actions over HTTP, as `export openapi` describes: for Power Platform, Logic Apps, n8n."""
    with needing("serve", "The HTTP interface"):
        from onteg_dynamics.engines.http.app import Service, create_app
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.engines.mcp.guard import Guard
    from onteg_dynamics.executor import Executor

    settings = gather(connection_file, options)
    Connection.from_settings(settings)  # what is filled in wrongly is told now, not by the first step
    with Executor() as executor, _bound(host, port) as listening:
        address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        guard = Guard.of(executor.registry, writes=not read_only, actions=actions, tables=tables, files=files)
        document = openapi(executor.registry.complete, address)
        _serve(create_app(Service(executor, settings, guard, document), _key()), listening, address)


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as exc:
        raise click.ClickException(f"{host}, port {port}: {exc.strerror}") from exc


def _key() -> Any:
    """The key that is set, or one made now and shown once."""
    from secrets import token_urlsafe

    from onteg_dynamics.secret import Secret

    key = os.environ.get(KEY)
    if not key:
        key = token_urlsafe(32)
        show.errors.print(f"API key for this run: {key}", highlight=False, soft_wrap=True)
    return Secret(key)


def _serve(app: Starlette, listening: socket.socket, address: str) -> None:
    import uvicorn

    show.errors.print(f"{address}/openapi.json describes it. Stop it with Ctrl-C.", highlight=False, soft_wrap=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listening])
