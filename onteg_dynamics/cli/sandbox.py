"""``sandbox``: a local Dataverse until stopped, and its rows as files."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click
import orjson

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.live import print_exchange

if TYPE_CHECKING:
    from onteg_dynamics.sandbox import Sandbox
    from onteg_dynamics.sandbox.log import Exchange

__all__ = ["open_sandbox", "sandbox"]

T = TypeVar("T")
_FILE = click.Path(dir_okay=False, path_type=Path)
_ANY = click.Path(path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
_seed = click.option(
    "--seed", type=click.Choice(["demo", "empty"]), default="demo", show_default=True, help="What is in it."
)
_form = click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)


@click.group(epilog=exits.HELP, invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; a free one by default.")
@click.option("--http", is_flag=True, help="Plain HTTP, for clients that cannot take a certificate authority.")
@click.option("--db", type=_FILE, help="SQLite file to keep the rows in.")
@_seed
@click.option("--limits", help="Service protection limits: real, or REQUESTS/SECONDS/CONCURRENT/WINDOW as 60/10/2/5.")
@click.option("--fault", "faults", multiple=True, metavar="RULE", help="What goes wrong: '503 nth=2'; may be repeated.")
@click.option("--fault-file", type=_FILE, help="JSON file of rules: what goes wrong, and with which requests.")
@click.option("--fault-seed", type=int, help="For rules with a probability: the same seed gives the same faults.")
@click.option("--load", "data", type=_ANY, help="Folder (or file) of rows to put on top: account.json, contact.csv …")
@click.option(
    "--metadata",
    type=_FILE,
    multiple=True,
    help="Exported metadata whose tables it gets: $metadata, definitions in JSON.",
)
@click.option("--custom-apis", type=_FILE, help="JSON file that declares custom APIs, with what they answer.")
@click.option(
    "--write-connection", "told", type=_FILE, help="File to write how to connect to: for --connection elsewhere."
)
@click.option("--save", "saved", type=_FOLDER, help="Folder to write the rows to when it stops.")
@click.option(
    "--log",
    "logged",
    type=click.Choice(["lines", "full"]),
    is_flag=False,
    flag_value="lines",
    help="Show each request as it is answered; --log=full shows headers and bodies too, secrets masked.",
)
@_json
@click.pass_context
def sandbox(
    context: click.Context,
    /,
    *,
    told: Path | None,
    saved: Path | None,
    logged: str | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Run a local Dataverse until stopped (Ctrl-C), and print how to connect to it."""
    if context.invoked_subcommand is None:
        if told is not None and not _may_write(told):
            raise click.UsageError(f"{told} is there already, and no sandbox wrote it; choose another file.")
        serve(settings, told, saved, logged, as_json=as_json)


@sandbox.command("load", epilog=exits.HELP)
@click.argument("path", type=_ANY)
@click.option("--db", type=_FILE, required=True, help="SQLite file of the sandbox; made where it is not there.")
@_seed
@_json
def load_rows(path: Path, *, as_json: bool, **settings: Any) -> None:
    """Put the rows of PATH, a folder with account.json, contact.csv and so on, into a sandbox's file."""
    with _started({**settings, "http": True}) as running:
        _tell_rows(_told(lambda: running.load(path)), as_json=as_json)


@sandbox.command("save", epilog=exits.HELP)
@click.argument("folder", type=_FOLDER)
@click.option("--db", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="SQLite file.")
@_form
@click.option("--table", "tables", multiple=True, help="A table to save; may be given again. All without it.")
@_json
def save_rows(folder: Path, db: Path, form: str, tables: tuple[str, ...], *, as_json: bool) -> None:
    """Write the rows in a sandbox's file to FOLDER, one file per table."""
    with _started({"db": db, "http": True}) as running:
        _tell_rows(_told(lambda: running.save(folder, form, tables)), as_json=as_json)


def _may_write(file: Path) -> bool:
    """Whether a file is not there, or tells how to connect to an earlier sandbox, on this machine."""
    try:
        earlier = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return True
    except (OSError, orjson.JSONDecodeError):
        return False
    address = earlier.get("endpoint_url") if isinstance(earlier, dict) else None
    return isinstance(address, str) and urlsplit(address).hostname in {"127.0.0.1", "localhost"}


def serve(
    settings: Mapping[str, Any], told: Path | None, saved: Path | None, logged: str | None, *, as_json: bool
) -> None:
    """Run a sandbox until SIGINT or SIGTERM.

    Args:
        settings: keyword arguments of `Sandbox`.
        told: the file to write how to connect to, None for none.
        saved: the folder to write the rows to at the end, None for none.
        logged: show requests: ``lines`` or ``full``, None for not at all.
        as_json: print the settings as one JSON object on the first line, and each request as one.
    """
    happened: SimpleQueue[Exchange | None] = SimpleQueue()  # None stands for the end
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: happened.put(None))
    with _started({**settings, "watch": happened.put if logged else None}) as running:
        connection = _connection(running)
        if told is not None:
            _told(lambda: told.write_bytes(orjson.dumps(connection, option=orjson.OPT_INDENT_2)))
        _tell(connection, running.pages, as_json=as_json)
        for exchange in iter(happened.get, None):
            print_exchange(exchange, running.name_of(exchange), full=logged == "full", as_json=as_json)
            sys.stdout.flush()
        if saved is not None:
            running.save(saved)


def open_sandbox(**settings: Any) -> Sandbox:
    """A `Sandbox`, or a clear word on what is missing to run one.

    Args:
        settings: its keyword arguments.
    """
    try:
        from onteg_dynamics.sandbox import Sandbox

        return Sandbox(**settings)
    except ModuleNotFoundError as exc:
        missing = exc.name
    raise click.ClickException(f"The sandbox needs {missing}: pip install 'onteg-dynamics[sandbox]'")


def _started(settings: Mapping[str, Any]) -> Sandbox:
    """A running sandbox, or a clear word on why it does not start."""

    def start() -> Sandbox:
        running = open_sandbox(**settings)
        running.start()
        return running

    return _told(start)


def _told(work: Callable[[], T]) -> T:
    """What the work gives; what was wrong with its input or its files becomes a message."""
    try:
        return work()
    except ValueError as exc:  # bad settings, bad data files
        raise click.UsageError(str(exc)) from exc
    except (OSError, sqlite3.Error) as exc:
        raise click.ClickException(str(exc)) from exc


def _connection(running: Sandbox) -> dict[str, str]:
    """Everything that a client may need, whichever way it signs in."""
    return {**running.credentials(), **running.settings(), "token": running.token()}


def _tell(settings: Mapping[str, str], pages: str, *, as_json: bool) -> None:
    if as_json:
        show.print_json(settings)
    else:
        show.console.print("[bold]A local Dataverse is running.[/] Stop it with Ctrl-C.\n")
        for key, value in settings.items():
            show.console.print(f"[bold]{key}[/]  {value}", soft_wrap=True, markup=True)
        show.console.print(f"\nTables, rows and requests to look at: {pages}", soft_wrap=True)
    sys.stdout.flush()


def _tell_rows(counts: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        show.print_json(counts)
    else:
        show.print_rows([{"table": name, "rows": count} for name, count in counts.items()])
