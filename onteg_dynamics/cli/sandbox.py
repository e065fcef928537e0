"""``sandbox``: a local Dataverse until stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.live import print_exchange

if TYPE_CHECKING:
    from onteg_dynamics.sandbox import Sandbox
    from onteg_dynamics.sandbox.log import Exchange

__all__ = ["open_sandbox", "sandbox"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(epilog=exits.HELP, invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; a free one by default.")
@click.option("--http", is_flag=True, help="Plain HTTP, for clients that cannot take a certificate authority.")
@click.option("--db", type=_FILE, help="SQLite file to keep the rows in.")
@click.option("--seed", type=click.Choice(["demo", "empty"]), default="demo", show_default=True, help="What is in it.")
@click.option("--limits", help="Service protection limits: real, or REQUESTS/SECONDS/CONCURRENT/WINDOW as 60/10/2/5.")
@click.option(
    "--log",
    "logged",
    type=click.Choice(["lines", "full"]),
    is_flag=False,
    flag_value="lines",
    help="Show each request as it is answered; --log=full shows headers and bodies too, secrets masked.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
@click.pass_context
def sandbox(context: click.Context, /, *, logged: str | None, as_json: bool, **settings: Any) -> None:
    """Run a local Dataverse until stopped (Ctrl-C), and print how to connect to it."""
    if context.invoked_subcommand is None:
        serve(logged, settings, as_json=as_json)


def serve(logged: str | None, settings: Mapping[str, Any], *, as_json: bool) -> None:
    """Run a sandbox until SIGINT or SIGTERM.

    Args:
        logged: show requests: ``lines`` or ``full``, None for not at all.
        settings: keyword arguments of `Sandbox`.
        as_json: print the settings as one JSON object on the first line, and each request as one.
    """
    happened: SimpleQueue[Exchange | None] = SimpleQueue()  # None stands for the end
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: happened.put(None))
    with open_sandbox(**settings, watch=happened.put if logged else None) as running:
        _tell(_connection(running), as_json=as_json)
        for exchange in iter(happened.get, None):
            print_exchange(exchange, running.name_of(exchange), full=logged == "full", as_json=as_json)
            sys.stdout.flush()


def open_sandbox(**settings: Any) -> Sandbox:
    """A `Sandbox`, or a clear word on what is missing to run one.

    Args:
        settings: its keyword arguments.
    """
    try:
        from onteg_dynamics.sandbox import Sandbox

        return Sandbox(**settings)
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    except ModuleNotFoundError as exc:
        missing = exc.name
    raise click.ClickException(f"The sandbox needs {missing}: pip install 'onteg-dynamics[sandbox]'")


def _connection(running: Sandbox) -> dict[str, str]:
    """Everything that a client may need, whichever way it signs in."""
    return {**running.credentials(), **running.settings(), "token": running.token()}


def _tell(settings: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        show.print_json(settings)
    else:
        show.console.print("[bold]A local Dataverse is running.[/] Stop it with Ctrl-C.\n")
        for key, value in settings.items():
            show.console.print(f"[bold]{key}[/]  {value}", soft_wrap=True, markup=True)
    sys.stdout.flush()
