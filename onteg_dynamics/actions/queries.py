"""Many rows: List Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.queries import Query, Reading

Options = Mapping[str, Any]


def list_records(context: Context, options: Options) -> Outcome:
    """Read the rows of a table that match a filter."""
    from onteg_dynamics.dataverse.queries import Reading

    reading = Reading(
        context.dataverse, _query(context, options), cursor=options.get("cursor", ""), limit=context.row_limit
    )
    return Outcome({"table": reading.query.selection.table.name}, reading, lambda: _ending(reading, options))


def _query(context: Context, options: Options) -> Query:
    from onteg_dynamics.dataverse.queries import LARGEST_PAGE, Query

    selection = context.dataverse.selection(
        options["table"],
        options.get("select", ()),
        expand=options.get("expand", ""),
        labels=options.get("labels", False),
        raw=options.get("raw", False),
    )
    return Query(
        selection,
        filter=options.get("filter", ""),
        order_by=options.get("order_by", ""),
        top=options.get("top"),
        page_size=options.get("page_size", LARGEST_PAGE),
        count=options.get("count", False),
    )


def _ending(reading: Reading, options: Options) -> dict[str, Any]:
    stop = reading.stop
    ending = {"complete": stop.complete, "reason": stop.reason, "cursor": stop.cursor}
    counted = {"count": stop.count, "count_is_minimum": stop.count_is_minimum}
    return {**ending, **counted} if options.get("count") else ending


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("list_records", list_records, Annotations(read_only=True, idempotent=True, paginates=True)),)
