"""Connection settings for the command line: from a file, the environment and options, secrets from a prompt."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from onteg_dynamics.connection import connection_form
from onteg_dynamics.manifest import own_manifest

__all__ = ["connection_options", "gather"]

PREFIX = "ONTEG_DYNAMICS_"
Command = TypeVar("Command", bound=Callable[..., Any])


def _plain_settings() -> list[tuple[str, str, str]]:
    """Key, label and help of the settings that may stand in a shell's history."""
    fields = connection_form().fields
    shown = [setting for setting in own_manifest().settings if setting.key not in ("connection_name", "connector")]
    return [(setting.key, setting.label, setting.help) for setting in shown if not fields[setting.key].get("writeOnly")]


def connection_options(command: Command) -> Command:
    """Add ``--connection`` and an option for each setting that is no secret."""
    for key, label, text in reversed(_plain_settings()):
        option = "--" + key.replace("_", "-")
        command = click.option(option, key, help=f"{label}. {text}", metavar="TEXT")(command)
    file = click.option(
        "--connection",
        "connection_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="JSON file with the connection settings, by key or label.",
    )
    return file(command)


def gather(connection_file: Path | None, options: Mapping[str, Any], *, ask: bool = True) -> dict[str, Any]:
    """The settings: options first, then the environment (``ONTEG_DYNAMICS_CLIENT_SECRET``), then the file.

    Args:
        connection_file: JSON object of settings.
        options: from the command line, by key.
        ask: ask for a secret that is missing.

    Raises:
        click.UsageError: the file holds no JSON object.
    """
    settings = _from_file(connection_file)
    for key in connection_form().fields:
        value = options.get(key) or os.environ.get(PREFIX + key.upper())
        if value:
            settings[key] = value
    complete = {**_assumed(settings), **settings}
    return _with_secret(complete) if ask else complete


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        data = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as exc:
        raise click.UsageError(f"{path.name} is not valid JSON (line {exc.lineno}, column {exc.colno}).") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{path.name} must hold a JSON object with the connection settings.")
    fields = connection_form().fields
    keys = {str(field.get("title", key)).casefold(): key for key, field in fields.items()}
    return {keys.get(str(name).casefold(), str(name)): value for name, value in data.items()}


def _assumed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What need not be said on a command line."""
    bearer = "token" in settings and "client_id" not in settings
    return {
        "connection_name": "command line",
        "connector": own_manifest().id,
        "authentication": "Bearer" if bearer else "OAuth",
        "flows": "Client Credentials",
    }


def _with_secret(settings: dict[str, Any]) -> dict[str, Any]:
    """Ask for the secret that is missing, if there is someone to ask."""
    needed = {"OAuth": "client_secret", "Bearer": "token"}.get(settings["authentication"], "")
    if not needed or settings.get(needed) or not settings.get("endpoint_url") or not sys.stdin.isatty():
        return settings
    label = connection_form().fields[needed]["title"]
    return {**settings, needed: click.prompt(label, hide_input=True, err=True)}
