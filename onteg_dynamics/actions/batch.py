"""Operations of several kinds in one step: Run Batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.operations import Done, Operation

Options = Mapping[str, Any]


def run_batch(context: Context, options: Options) -> Outcome:
    """Carry operations out in few round trips, some of them all or nothing."""
    from onteg_dynamics.dataverse.operations import run_operations

    whole = "all" if options.get("all_or_nothing") else ""
    operations = [_operation(one, whole) for one in options["operations"]]
    results = run_operations(context.dataverse, operations, go_on=options.get("on_error", "Stop") == "Go On")
    told = [
        {"index": index, "name": one.name or None, **_told(done)}
        for index, (one, done) in enumerate(zip(operations, results, strict=True))
    ]
    done = sum(one["outcome"] == "done" for one in told)
    return Outcome({"done": done, "failed": len(told) - done, "results": told})


def _operation(values: Mapping[str, Any], whole: str) -> Operation:
    from onteg_dynamics.dataverse.operations import Operation

    return Operation(
        kind=values["operation"],
        table=values["table"],
        key=values.get("key", ""),
        row=values.get("row", {}),
        select=values.get("select", ()),
        name=values.get("name", "").removeprefix("$"),
        group=whole or values.get("group", ""),
    )


def _told(done: Done) -> dict[str, Any]:
    error = done.error.as_dict() if done.error is not None else None
    return {"outcome": done.outcome, "table": done.table, "id": done.id, "row": done.row, "error": error}


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (Action("run_batch", run_batch, Annotations(destructive=True)),)
