"""`form`: the connection's form and every action's in a browser."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.extras import needing
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.cli.settings import connection_options, gather

if TYPE_CHECKING:
    from onteg_dynamics.form.serving import FormServer

__all__ = ["form"]


@click.command(epilog=exits.HELP)
@connection_options
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; a free one by default.")
@click.option("--open", "opened", is_flag=True, help="Open it in this machine's browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON, for machines.")
@telling_errors
def form(connection_file: Path | None, port: int, *, opened: bool, as_json: bool, **options: Any) -> None:
    """Fill in and test a connection, and try every action, in a browser on this machine.

    The page begins with the connection given here, if any. Secrets stay in this process: they are never written down,
    and the page cannot read them back. Stop it with Ctrl-C.
    """
    server = _opened(gather(connection_file, options, ask=False), port)
    if as_json:
        show.print_json({"url": server.url})
    else:
        show.console.print(f"[bold]The form is at[/] {server.url}", soft_wrap=True)
        show.console.print("Who has this address can use your connection. Stop it with Ctrl-C.")
    sys.stdout.flush()
    with _doorway(server.url) if opened else nullcontext():
        _until_stopped(server)


def _opened(settings: Mapping[str, Any], port: int) -> FormServer:
    """A server, or a clear word on why there is none."""
    with needing("form", "The form"):
        from onteg_dynamics.form.serving import FormServer
    try:
        return FormServer(settings, port)
    except OSError as exc:
        raise click.ClickException(f"Port {port} cannot be had: {exc.strerror}") from exc


@contextmanager
def _doorway(url: str) -> Iterator[None]:
    """The browser opens a file that only this user can read, and which leads to the page.

    A command line can be read by every user of a machine: the address with its token must not stand in one.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.html"
        file.touch(mode=0o600)
        file.write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={url}">', "utf-8")
        webbrowser.open(file.as_uri())
        yield


def _until_stopped(server: FormServer) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        stop.wait()
