"""Tables and columns: List Tables, Describe Table; the dropdowns and typed forms made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl
from onteg_dynamics.manifest import own_manifest

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.client import Dataverse
    from onteg_dynamics.dataverse.tables import Table

Options = Mapping[str, Any]
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
def onteg_schema(source: str, params: Mapping[str, str], dataverse: Dataverse | None) -> Mapping[str, Any] | None:
    """Typed forms: ``row`` of a table. Some tables have a ready one that needs no connection."""
    if source != "row":
        return None
    if dataverse is None:
        return own_manifest().table_form(params.get("table", ""))
    from onteg_dynamics.actions.forms import row_form

    table = dataverse.table(params["table"])
    return row_form(table, dataverse.describe(table))
