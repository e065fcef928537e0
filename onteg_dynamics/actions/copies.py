"""Rows made of others: Merge Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from onteg_dynamics.actions.targets import row_of
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


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("merge_records", merge_records, Annotations(destructive=True)),)
