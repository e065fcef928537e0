"""How every action that reads rows hands them out and says where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Context, Outcome

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.reading import Reading, Source
    from onteg_dynamics.dataverse.tables import Table

__all__ = ["read_out", "rows_wanted"]


def read_out(context: Context, options: Mapping[str, Any], source: Source, told: Mapping[str, Any]) -> Outcome:
    """The rows of a query, on from the cursor where one was given.

    Args:
        context: what the handler works with.
        options: the action's; `cursor` and `count` are heeded.
        source: the query.
        told: what the output says beside the rows.
    """
    from onteg_dynamics.dataverse.reading import Reading

    reading = Reading(context.dataverse, source, cursor=options.get("cursor", ""), limit=context.row_limit)
    return Outcome(told, reading, lambda: _ending(reading, counted=options.get("count", False)))


def _ending(reading: Reading, *, counted: bool) -> dict[str, Any]:
    stop = reading.stop
    ending = {"complete": stop.complete, "reason": stop.reason, "cursor": stop.cursor}
    return {**ending, "count": stop.count, "count_is_minimum": stop.count_is_minimum} if counted else ending


def rows_wanted(context: Context, options: Mapping[str, Any], table: Table) -> str:
    """The filter that an action's Filter and Conditions make together, "" for all rows.

    Raises:
        InputError: a condition does not fit its column.
    """
    if not options.get("conditions"):
        return str(options.get("filter", ""))
    from onteg_dynamics.dataverse.conditions import Condition, all_of, filter_of

    conditions = [Condition(**row) for row in options["conditions"]]
    built = filter_of(context.dataverse, table, conditions, any_of=options.get("match") == "Any")
    return all_of((options.get("filter", ""), built))
