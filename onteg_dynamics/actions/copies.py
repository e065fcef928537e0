"""Rows made of others: Merge Records, Copy Values From, Recalculate Rollup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import row_of, table_of
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

Options = Mapping[str, Any]


def merge_records(context: Context, options: Options) -> Outcome:
    """Merge a row into another of its table."""
    from onteg_dynamics.dataverse.copies import merge
    from onteg_dynamics.dataverse.ids import as_guid

    table, keep = row_of(context, options)
    drop = as_guid(options["merged_id"])
    row = options.get("row", {})
    merge(context.dataverse, table, keep, drop, row, check_parents=options.get("check_parents", False))
    return Outcome({"table": table.name, "id": keep, "merged_id": drop})


def copy_values_from(context: Context, options: Options) -> Outcome:
    """Start a row from another one: the mapped columns, and the new row where asked for."""
    from onteg_dynamics.dataverse.copies import copy_values

    dataverse = context.dataverse
    table, source = row_of(context, options)
    target = table_of(context, options["new_table"], "new_table")
    row = {**copy_values(dataverse, table, source, target), **options.get("row", {})}
    made = dataverse.create(target.name, row).id if options.get("create") else None
    return Outcome({"table": target.name, "id": made, "row": row})


def recalculate_rollup(context: Context, options: Options) -> Outcome:
    """Recalculate a rollup column of a row now."""
    from onteg_dynamics.dataverse.copies import recalculate

    table, own = row_of(context, options)
    column = options["column"].strip().lower()
    row = recalculate(context.dataverse, table, own, column)
    return Outcome({"table": table.name, "id": own, "column": column, "value": row.get(column)})


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("merge_records", merge_records, Annotations(destructive=True)),
        Action("copy_values_from", copy_values_from, Annotations()),
        Action("recalculate_rollup", recalculate_rollup, Annotations(idempotent=True)),
    )
