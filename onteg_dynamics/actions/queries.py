"""Many rows: List Records, List Related Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.reading import read_out, rows_wanted
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.queries import Query

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True, paginates=True)


def list_records(context: Context, options: Options) -> Outcome:
    """Read the rows of a table that match a filter."""
    query = _query(context, options, options["table"])
    return read_out(context, options, query, {"table": query.selection.table.name})


def list_related_records(context: Context, options: Options) -> Outcome:
    """Read the rows that a row is related with."""
    from onteg_dynamics.dataverse.ids import as_guid
    from onteg_dynamics.dataverse.odata import row_path
    from onteg_dynamics.dataverse.relations import find_way

    dataverse = context.dataverse
    table, target = dataverse.table(options["table"]), dataverse.table(options["related_table"])
    way = find_way(dataverse, table, target, options.get("relationship", ""))
    if not way.is_collection:
        raise InputError((Problem("relationship", "", "is a lookup; Get Record reads it with Expand"),))
    base = f"{row_path(table.entity_set, as_guid(options['id']))}/{way.navigation}"
    query = _query(context, options, target.name, base)
    return read_out(context, options, query, {"table": target.name, "relationship": way.schema_name})


def _query(context: Context, options: Options, table: str, base: str = "") -> Query:
    from onteg_dynamics.dataverse.queries import LARGEST_PAGE, Query

    selection = context.dataverse.selection(
        table,
        options.get("select", ()),
        expand=options.get("expand", ""),
        labels=options.get("labels", False),
        raw=options.get("raw", False),
    )
    return Query(
        selection,
        filter=rows_wanted(context, options, selection.table),
        order_by=options.get("order_by", ""),
        top=options.get("top"),
        page_size=options.get("page_size", LARGEST_PAGE),
        count=options.get("count", False),
        base=base,
    )


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return Action("list_records", list_records, READS), Action("list_related_records", list_related_records, READS)
