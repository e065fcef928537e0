"""``mcp``: the connector's actions as tools for assistants, over stdio or HTTP."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.cli.settings import connection_options, gather

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from onteg_dynamics.engines.mcp.guard import Guard

__all__ = ["mcp"]

TOKEN = "ONTEG_DYNAMICS_MCP_TOKEN"  # noqa: S105 - the variable's name
EPILOG = f"""\b
With --http a client reaches it at http://HOST:PORT/mcp. Where {TOKEN} is set,
clients must bring its value as a bearer token; beyond this machine one is needed.

{exits.HELP}"""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(epilog=EPILOG)
@click.option("--http", is_flag=True, help="Streamable HTTP instead of stdin and stdout.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at, with --http.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; a free one by default.")
@click.option("--allow-writes", "writes", is_flag=True, help="Make changes; without it they are only rehearsed.")
@click.option("--action", "actions", multiple=True, help="An action to serve, by name or title; all by default.")
@click.option("--table", "tables", multiple=True, help="A table to serve, by its logical name; all by default.")
@click.option("--files", type=_FOLDER, help="Folder in which files may be read and written; none by default.")
@click.option("--rows", type=click.IntRange(1), default=200, show_default=True, help="The most rows in one result.")
@click.option("--advanced", is_flag=True, help="Give tools the advanced options too: impersonate, tag, solution …")
@connection_options
@telling_errors
def mcp(
    *,
    http: bool,
    host: str,
    port: int,
    writes: bool,
    actions: tuple[str, ...],
    tables: tuple[str, ...],
    files: Path | None,
    rows: int,
    advanced: bool,
    connection_file: Path | None,
    **options: Any,
) -> None:
    """Serve the actions as tools of the Model Context Protocol."""
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.engines.mcp.guard import Guard
    from onteg_dynamics.engines.mcp.server import Service, create_server
    from onteg_dynamics.engines.mcp.serving import serve_stdio
    from onteg_dynamics.executor import Executor

    settings = gather(connection_file, options)
    Connection.from_settings(settings)  # what is filled in wrongly is told now, not by the first tool
    with Executor(inline_rows=rows) as executor:
        guard = Guard.of(executor.registry, writes=writes, actions=actions, tables=tables, files=files)
        service = Service(executor, settings, guard, advanced)
        _tell(len(service.tools()), guard)
        server = create_server(service)
        if http:
            _serve_http(server, host, port)
        else:
            serve_stdio(server)


def _tell(tools: int, guard: Guard) -> None:
    """What is served, on stderr: stdout belongs to the protocol."""
    changes = "changes are made" if guard.writes else "changes are only rehearsed (--allow-writes makes them)"
    show.errors.print(f"{tools} tools; {changes}.", highlight=False)


def _serve_http(server: Server[Any], host: str, port: int) -> None:
    import uvicorn

    from onteg_dynamics.engines.mcp.serving import create_app
    from onteg_dynamics.secret import Secret

    token = os.environ.get(TOKEN)
    app = create_app(server, host, Secret(token) if token else None)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        shown = f"[{host}]" if ":" in host else host
        show.errors.print(f"http://{shown}:{listening.getsockname()[1]}/mcp", highlight=False)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
