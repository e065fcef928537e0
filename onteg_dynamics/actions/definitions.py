"""What a table is made of: List Columns, List Choices, List Keys, List Views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import InputError, Problem, UnknownNameError
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.tables import Choice as DataverseChoice

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True)


def list_columns(context: Context, options: Options) -> Outcome:
    """List the columns of a table, all or those of a kind."""
    from onteg_dynamics.actions.forms import described

    dataverse = context.dataverse
    table = dataverse.table(options["table"])
    wanted, kind = options.get("search", "").casefold(), options.get("type", "").casefold()
    columns = [described(item) for item in dataverse.describe(table)]
    found = [
        column
        for column in columns
        if (wanted in column["name"] or wanted in column["label"].casefold())
        and (not kind or column["type"].casefold() == kind)
        and (not options.get("writable") or column["creatable"] or column["updatable"])
    ]
    return Outcome({"table": table.name, "columns": found})


def list_choices(context: Context, options: Options) -> Outcome:
    """List the options of a column, or of a global choice."""
    from onteg_dynamics.dataverse.definitions import global_choices

    if options.get("choice"):
        choices = global_choices(context.dataverse, options["choice"])
    else:
        choices = _column_choices(context, options)
    return Outcome({"choices": [_told(choice) for choice in choices]})


def _told(choice: DataverseChoice) -> dict[str, Any]:
    return {name: value for name, value in vars(choice).items() if value is not None}


def _column_choices(context: Context, options: Options) -> Sequence[DataverseChoice]:
    from onteg_dynamics.dataverse.suggest import suggest

    if not options.get("table") or not options.get("column"):
        raise InputError((Problem("table", "", "is required with Column when Global Choice is empty"),))
    dataverse = context.dataverse
    table = dataverse.table(options["table"])
    columns = dataverse.columns(table)
    column = columns.find(options["column"])
    if column is None:
        hint = suggest(options["column"], [known.name for known in columns.visible()])
        raise UnknownNameError((Problem("column", "", f"{table.name} has no such column. {hint}".strip()),))
    choices = dataverse.details(table, column.name).choices
    if not choices:
        raise InputError((Problem("column", "", "is not a choice"),))
    return choices


def list_keys(context: Context, options: Options) -> Outcome:
    """List the alternate keys of a table."""
    from onteg_dynamics.dataverse.definitions import keys

    table = context.dataverse.table(options["table"])
    return Outcome({"table": table.name, "keys": keys(context.dataverse, table)})


def list_views(context: Context, options: Options) -> Outcome:
    """List the views of a table."""
    from onteg_dynamics.dataverse.definitions import views

    table = context.dataverse.table(options["table"])
    return Outcome({"table": table.name, "views": views(context.dataverse, table)})


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("list_columns", list_columns, READS),
        Action("list_choices", list_choices, READS),
        Action("list_keys", list_keys, READS),
        Action("list_views", list_views, READS),
    )
