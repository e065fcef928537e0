"""Numbers about rows: Count Records, Aggregate Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.reading import rows_wanted
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.figures import Figure

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True)


def count_records(context: Context, options: Options) -> Outcome:
    """Count the rows that match, however many; or estimate those of a whole table."""
    from onteg_dynamics.dataverse.figures import count, estimate

    table = context.dataverse.table(options["table"])
    if options.get("estimate"):
        if given := next((name for name in ("filter", "conditions") if options.get(name)), None):
            raise InputError((Problem(given, "", "cannot be used with Estimate, which knows whole tables only"),))
        number, method = estimate(context.dataverse, table), "estimate"
    else:
        number, method = count(context.dataverse, table, rows_wanted(context, options, table))
    return Outcome({"table": table.name, "count": number, "exact": method != "estimate", "method": method})


def aggregate_records(context: Context, options: Options) -> Outcome:
    """Group rows, and sum, average, count or compare them."""
    from onteg_dynamics.dataverse.figures import aggregate

    table = context.dataverse.table(options["table"])
    groups, figures = options.get("group_by", ()), _figures(options.get("aggregates", ()))
    rows = aggregate(context.dataverse, table, groups, figures, rows_wanted(context, options, table))
    return Outcome({"table": table.name, "rows": rows})


def _figures(values: Iterable[Any]) -> list[Figure]:
    from onteg_dynamics.dataverse.figures import read_figure

    figures, problems = [], []
    for index, value in enumerate(values):
        try:
            figures.append(read_figure(value))
        except ValueError as exc:
            problems.append(Problem(f"aggregates.{index}", "", str(exc)))
    if problems:
        raise InputError(tuple(problems))
    return figures


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return Action("count_records", count_records, READS), Action("aggregate_records", aggregate_records, READS)
