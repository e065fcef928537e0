"""`export`: the manifest in another host's notation."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.export.formats import FORMATS, written
from onteg_dynamics.export.openapi import SERVER
from onteg_dynamics.registry import load

__all__ = ["export"]

FORMS = "\n".join(f"  {name:15} {form.about}" for name, form in FORMATS.items())


@click.command(epilog=f"\b\nFormats:\n{FORMS}\n\n{exits.HELP}")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder to write the files to.")
@click.option("--server", default=SERVER, show_default=True, help="Where onteg-dynamics serve will be.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail where a file in the folder is stale.")
@telling_errors
def export(form: str, output: Path | None, server: str, *, only_check: bool) -> None:
    """Describe the connector to another host: FORMAT is one of those below.

    Without --output a single file is printed, and of several each with its name.
    """
    texts = {name: written(content) for name, content in FORMATS[form].files(load().complete, server).items()}
    if output is None:
        _print(texts)
    elif only_check:
        _check(texts, output)
    else:
        _write(texts, output)


def _print(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        click.echo(text if len(texts) == 1 else f"==> {name} <==\n{text}", nl=False)


def _write(texts: dict[str, str], folder: Path) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(str(path))


def _check(texts: dict[str, str], folder: Path) -> None:
    stale = [name for name, text in texts.items() if not _holds(folder / name, text)]
    for name in stale:
        show.errors.print(f"[red]✗[/] {name} is stale or missing")
    sys.exit(exits.FAILED if stale else exits.OK)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text
