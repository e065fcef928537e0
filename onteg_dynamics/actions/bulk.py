"""Many rows at a time: Create, Update, Upsert, Delete Records; Start Bulk Delete, Get Job Status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.writing import job_of, told
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.bulk.job import Mode

Options = Mapping[str, Any]


def create_records(context: Context, options: Options) -> Outcome:
    """Create rows."""
    return _written(context, options, "create")


def update_records(context: Context, options: Options) -> Outcome:
    """Change rows that exist, each named by its id."""
    return _written(context, options, "update")


def upsert_records(context: Context, options: Options) -> Outcome:
    """Change or create rows, each named by its id or an alternate key."""
    return _written(context, options, "upsert")


def delete_records(context: Context, options: Options) -> Outcome:
    """Delete rows by their ids."""
    return _written(context, {**options, "rows": [{"id": one} for one in options["ids"]]}, "delete")


def start_bulk_delete(context: Context, options: Options) -> Outcome:
    """Start a job that deletes the rows of a table that have certain values."""
    from onteg_dynamics.dataverse.jobs import start_bulk_delete as start

    if not options.get("values") and not options.get("ids"):
        raise InputError((Problem("values", "", "is required when Row IDs is empty: a whole table is not deleted"),))
    table = context.dataverse.table(options["table"])
    name = options.get("job_name") or f"Delete {table.label}"
    job = start(context.dataverse, table, options.get("values", {}), options.get("ids", ()), name)
    return Outcome({"table": table.name, "job_id": job})


def get_job_status(context: Context, options: Options) -> Outcome:
    """Tell how a system job stands; waits for its end where asked to."""
    from onteg_dynamics.dataverse.jobs import status, wait

    seconds = options.get("wait", 0)
    found = (
        wait(context.dataverse, options["job_id"], seconds) if seconds else status(context.dataverse, options["job_id"])
    )
    return Outcome(found)


def _written(context: Context, options: Options, mode: Mode) -> Outcome:
    from onteg_dynamics.dataverse.bulk.engine import write_many

    job = job_of(context, options, mode)
    rows = options["rows"]
    results = write_many(context.dataverse, job, rows)
    output = told(results, rows)
    if not output["complete"]:
        context.warn(f"The budget is used up: {output['unsent']} rows were not tried; they stand in left.")
    return Outcome({"table": job.table.name, **output})


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    changes = Annotations(destructive=True, idempotent=True)
    return (
        Action("create_records", create_records, Annotations()),
        Action("update_records", update_records, changes),
        Action("upsert_records", upsert_records, changes),
        Action("delete_records", delete_records, changes),
        Action("start_bulk_delete", start_bulk_delete, Annotations(destructive=True)),
        Action("get_job_status", get_job_status, Annotations(read_only=True, idempotent=True)),
    )
