"""How the command line shows things: tables and colour for people, JSON for machines."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from onteg_dynamics.errors import InputError, OntegError
from onteg_dynamics.hookspecs import Finding
from onteg_dynamics.result import Result

__all__ = ["console", "errors", "print_error", "print_findings", "print_json", "print_result", "print_rows"]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

WIDEST = 12  # columns of a table that a person can read
LONGEST = 20  # rows of a table that is not what was asked for
_MARKS = {True: "[green]passed[/]", False: "[red]failed[/]", None: "[yellow]unknown[/]"}


def print_json(data: Any) -> None:
    """`data` as one line of JSON."""
    click.echo(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_DATACLASS))


def print_rows(rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Rows as a table: at most `WIDEST` columns, those with values first told apart from the empty ones."""
    names = _shown_columns(rows)
    table = Table(title=title or None, title_justify="left", show_lines=False)
    for name in names:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    console.print(table)
    hidden = len({name for row in rows for name in row}) - len(names)
    if hidden:
        _more(hidden, "column", "choose with select, or see all with --json")


def _more(count: int, what: str, how: str) -> None:
    errors.print(f"[dim]{count:,} more {what}{'' if count == 1 else 's'}; {how}.[/]")


def _shown_columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns that hold something, in the order of the rows, as many as fit."""
    filled = {name for row in rows for name, value in row.items() if value not in (None, [], {})}
    return [name for name in dict.fromkeys(name for row in rows for name in row) if name in filled][:WIDEST]


def _cell(value: Any) -> str:
    if value is None:
        return "[dim]-[/]"
    if isinstance(value, Mapping) and value.get("message") and value.get("kind"):
        return escape(str(value["message"]))  # an error, whole; its codes are for machines
    text = value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return escape(text if len(text) <= 200 else text[:199] + "…")


def print_result(result: Result, details: Collection[str] = ()) -> None:
    """A result for people: rows as a table, the rest as lines, warnings and cost below.

    Args:
        result: what an action gave.
        details: lists of its output of which the beginning is enough.
    """
    output = dict(result.output)
    for name, value in list(output.items()):
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            most = LONGEST if name in details else len(value)
            print_rows(output.pop(name)[:most], name)
            if len(value) > most:
                _more(len(value) - most, "row", "see all with --json")
    row = output.pop("row", None)
    for name, value in {**output, **(row or {})}.items():
        console.print(f"[bold]{escape(name)}[/]  {_cell(value)}", soft_wrap=True)
    for warning in result.warnings:
        errors.print(f"[yellow]warning[/] {escape(warning)}")
    errors.print(f"[dim]{_cost(result.stats)}[/]")


def _cost(stats: Mapping[str, Any]) -> str:
    count = stats["requests"]
    parts = [f"{count} request{'' if count == 1 else 's'}", f"{stats['seconds']} s"]
    if stats["retries"]:
        parts.append(f"{stats['retries']} of them again, {stats['throttle_wait']} s waited")
    return ", ".join(parts)


def print_error(error: OntegError) -> None:
    """An error for people: what is wrong, what to do, and the codes that support asks for."""
    problems = error.problems if isinstance(error, InputError) else (error.message,)
    for problem in problems:
        errors.print(f"[red]✗[/] {escape(str(problem))}", soft_wrap=True)
    details = error.details
    if details.fix:
        errors.print(f"  [green]→[/] {escape(details.fix)}", soft_wrap=True)
    known = {"code": details.code, "HTTP": details.status, "request id": details.request_id}
    told = ", ".join(f"{name} {value}" for name, value in known.items() if value)
    if told:
        errors.print(f"  [dim]{escape(told)}[/]", soft_wrap=True)
    if details.outcome_unknown:
        errors.print("  [yellow]The request was sent; it may have been carried out.[/]")


def print_findings(findings: Iterable[Finding]) -> bool:
    """Findings as they come, each passed or with what to do; tells whether all passed."""
    healthy = True
    for finding in findings:
        healthy = healthy and finding.passed is not False
        console.print(f"{_MARKS[finding.passed]}  [bold]{escape(finding.check)}[/]  {escape(finding.message)}")
        if finding.fix:
            console.print(f"        [green]→[/] {escape(finding.fix)}")
        sys.stdout.flush()
    return healthy
