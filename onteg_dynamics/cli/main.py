"""The commands: spec, docs, check, choices, run, login, form, export, serve, sandbox, mcp, demo."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from onteg_dynamics.cli import exits, show
from onteg_dynamics.cli.export import export
from onteg_dynamics.cli.form import form
from onteg_dynamics.cli.guard import telling_errors
from onteg_dynamics.cli.interrupt import interruptible
from onteg_dynamics.cli.login import login
from onteg_dynamics.cli.mcp import mcp
from onteg_dynamics.cli.progress import shown_progress
from onteg_dynamics.cli.sandbox import sandbox
from onteg_dynamics.cli.serve import serve
from onteg_dynamics.cli.settings import connection_options, gather
from onteg_dynamics.cli.specs import show_markdown, show_spec
from onteg_dynamics.errors import OntegError
from onteg_dynamics.manifest import ActionSpec

__all__ = ["commands"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


@click.group(epilog=exits.HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="onteg-dynamics")
def commands() -> None:
    """Microsoft Dynamics 365 (Dataverse) from the command line."""


@commands.command(epilog=exits.HELP)
@click.argument("name", required=False)
@click.option("--table", help="With NAME row: the table whose row form to show.")
@click.option("--markdown", is_flag=True, help="The tables of settings and actions, as the README has them.")
@as_json
@telling_errors
def spec(name: str | None, table: str | None, *, markdown: bool, as_json: bool) -> None:
    """Show the manifest, or the form of NAME: an action, `connection`, or `row` with --table."""
    if markdown:
        show_markdown()
    else:
        show_spec(name, table, as_json=as_json)


@commands.command(epilog=exits.HELP)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; stdout without it.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail where the file is stale.")
@telling_errors
def docs(output: Path | None, *, only_check: bool) -> None:
    """Write the connector's page: what it is, how to connect, its settings, its actions and their options."""
    from onteg_dynamics.cli.specs import write_page

    if not write_page(output, only_check=only_check):
        sys.exit(exits.FAILED)


@commands.command(epilog=exits.HELP)
@connection_options
@click.option("--table", "tables", multiple=True, help="A table that the flow will use; may be given again.")
@click.option("--access", multiple=True, help="What it does there, such as Create; Read if not given; may be again.")
@as_json
@telling_errors
def check(
    connection_file: Path | None,
    tables: tuple[str, ...],
    access: tuple[str, ...],
    *,
    as_json: bool,
    **options: Any,
) -> None:
    """Test a connection: token, audience, clock, user, roles, what the roles allow, limits, the secret's end."""
    from onteg_dynamics.connection import Connection
    from onteg_dynamics.executor import Executor

    connection = Connection.from_settings(gather(connection_file, options))
    with Executor() as executor:
        if not tables and not as_json:
            sys.exit(exits.OK if show.print_findings(executor.test_connection(connection)) else exits.FAILED)
        result = executor.run("check_connection", {"tables": list(tables), "access": list(access)}, connection)
    _print(result.unwrap(), result.as_dict(), as_json=as_json)


def _print(output: Mapping[str, Any], envelope: Mapping[str, Any], *, as_json: bool) -> None:
    from onteg_dynamics.hookspecs import Finding

    if as_json:
        show.print_json(envelope)
    else:
        show.print_findings(Finding(**finding) for finding in output["findings"])
    sys.exit(exits.OK if output["healthy"] else exits.FAILED)


@commands.command(epilog=exits.HELP)
@click.argument("source")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Such as table=account.")
@connection_options
@as_json
@telling_errors
def choices(
    source: str, params: tuple[str, ...], connection_file: Path | None, *, as_json: bool, **options: Any
) -> None:
    """Show the entries of a dropdown: tables, columns (--param table=account), choices (and column=…)."""
    from onteg_dynamics.executor import Executor

    with Executor() as executor:
        found = executor.choices(gather(connection_file, options), source, _pairs(params, "--param"))
    entries = [vars(choice) for choice in found]
    if as_json:
        show.print_json(entries)
    else:
        show.print_rows(entries)


@commands.command(epilog=exits.HELP)
@click.argument("action")
@click.option("--input", "source", metavar="JSON|FILE|-", help="The options: a JSON object, a file of it, - for stdin.")
@click.option("--set", "single", multiple=True, metavar="NAME=VALUE", help="One option; may be given again.")
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), help="Seconds after which nothing is sent.")
@connection_options
@as_json
@telling_errors
def run(
    action: str,
    source: str | None,
    single: tuple[str, ...],
    deadline: float | None,
    connection_file: Path | None,
    *,
    as_json: bool,
    **options: Any,
) -> None:
    """Run ACTION, by name (list_records) or title ("List Records"). Its options: onteg-dynamics spec ACTION."""
    from onteg_dynamics.executor import Executor

    with Executor() as executor:
        executor.registry.action(action)  # a wrong name is told before any secret is asked for
        inputs = {**_input(source), **_pairs(single, "--set")}
        settings = gather(connection_file, options)
        with interruptible() as came, shown_progress(action) as report:
            result = executor.run(action, inputs, settings, deadline=deadline, cancelled=came, report=report)
    if as_json:
        show.print_json(result.as_dict())
    elif result.ok:
        show.print_result(result, _details(executor.registry.action(action).spec))
    try:
        output = result.unwrap()
    except OntegError as exc:
        if not as_json:
            show.print_error(exc)
        sys.exit(exits.INTERRUPTED if came() else exits.exit_code(exc))
    sys.exit(exits.exit_code_of_output(output))


def _details(spec: ActionSpec) -> set[str]:
    """The lists of an output of which people need the beginning only."""
    properties = spec.output_schema.get("properties", {})
    return {name for name, schema in properties.items() if schema.get("x-onteg-detail")}


def _input(source: str | None) -> dict[str, Any]:
    """The options in `source`: JSON itself, a file of it, or stdin."""
    if source is None:
        return {}
    text = source.strip()
    if text == "-":
        return _object(sys.stdin.buffer.read(), "stdin")
    if text.startswith("{"):
        return _object(text.encode(), "--input")
    path = Path(source)
    if not path.is_file():
        raise click.BadParameter("is neither a JSON object nor a file.", param_hint="--input")
    return _object(path.read_bytes(), path.name)


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as exc:
        message = f"{where} is not valid JSON (line {exc.lineno}, column {exc.colno})."
        raise click.BadParameter(message, param_hint="--input") from None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{where} must hold a JSON object.", param_hint="--input")
    return found


def _pairs(texts: tuple[str, ...], hint: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(name and sign for name, sign, _ in pairs):
        raise click.BadParameter("must look like NAME=VALUE.", param_hint=hint)
    return {name.strip(): value for name, _, value in pairs}


commands.add_command(sandbox)
commands.add_command(login)
commands.add_command(form)
commands.add_command(export)
commands.add_command(serve)
commands.add_command(mcp)


@commands.command(epilog=exits.HELP)
@telling_errors
def demo() -> None:
    """See it work: a sandbox in this process, the connection checked, and a little flow run against it."""
    from onteg_dynamics.cli.demo import play

    play()
