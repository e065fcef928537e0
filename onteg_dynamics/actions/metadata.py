"""Tables and columns: List Tables, Describe Table; the dropdowns and typed forms made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Choice, Context, Outcome, hookimpl
from onteg_dynamics.manifest import own_manifest

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.client import Dataverse
    from onteg_dynamics.dataverse.tables import Table

Options = Mapping[str, Any]
_STATUS_COLUMNS = {"states": "statecode", "status_reasons": "statuscode"}
READS = Annotations(read_only=True, idempotent=True)


def list_tables(context: Context, options: Options) -> Outcome:
    """List the tables of the environment."""
    wanted = options.get("search", "").casefold()
    tables = context.dataverse.tables()
    found = [table for table in tables if wanted in table.name or wanted in table.label.casefold()]
    return Outcome({"tables": [_names(table) for table in found]})


def describe_table(context: Context, options: Options) -> Outcome:
    """Describe a table with its columns, and give the form of its row."""
    from onteg_dynamics.actions.forms import described, row_form

    table = context.dataverse.table(options["table"])
    found = context.dataverse.describe(table)
    columns = [described(item) for item in found]
    return Outcome({**_names(table), "columns": columns, "form": row_form(table, found)})


def _names(table: Table) -> dict[str, str]:
    return {
        "name": table.name,
        "entity_set": table.entity_set,
        "label": table.label,
        "primary_id": table.primary_id,
        "primary_name": table.primary_name,
    }


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return Action("list_tables", list_tables, READS), Action("describe_table", describe_table, READS)


@hookimpl
def onteg_choices(source: str, params: Mapping[str, str], dataverse: Dataverse) -> Sequence[Choice] | None:
    """Dropdowns: ``tables``; a table's ``columns``, ``states``, ``status_reasons``; a column's ``choices``."""
    if source == "tables":
        return [Choice(table.name, f"{table.label} ({table.name})") for table in dataverse.tables()]
    if source == "columns":
        columns = dataverse.columns(dataverse.table(params["table"]))
        return [Choice(column.name, f"{column.label} ({column.name})") for column in columns.visible()]
    if source in _STATUS_COLUMNS:
        details = dataverse.details(dataverse.table(params["table"]), _STATUS_COLUMNS[source])
        return [Choice(choice.value, choice.label) for choice in details.choices]
    if source == "choices":
        details = dataverse.details(dataverse.table(params["table"]), params["column"])
        return [Choice(choice.value, choice.label) for choice in details.choices]
    return None


@hookimpl
def onteg_schema(source: str, params: Mapping[str, str], dataverse: Dataverse | None) -> Mapping[str, Any] | None:
    """Typed forms: ``row`` of a table. Some tables have a ready one that needs no connection."""
    if source != "row":
        return None
    if dataverse is None:
        return own_manifest().table_form(params.get("table", ""))
    from onteg_dynamics.actions.forms import row_form

    table = dataverse.table(params["table"])
    return row_form(table, dataverse.describe(table))
