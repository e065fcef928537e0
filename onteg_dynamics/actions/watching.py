"""What has happened since the last time: Get Changes, List New or Updated Records, Sync Table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.reading import rows_wanted
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.changes import Changes
    from onteg_dynamics.dataverse.newest import Newest

Options = Mapping[str, Any]
READS = Annotations(read_only=True, idempotent=True, paginates=True)


def get_changes(context: Context, options: Options) -> Outcome:
    """Read what was created, changed and deleted since the state of an earlier run."""
    from onteg_dynamics.dataverse.changes import Changes, read_position

    dataverse = context.dataverse
    selection = dataverse.selection(options["table"], options.get("select", ()), labels=options.get("labels", False))
    state = options.get("state")
    changes = Changes(
        dataverse,
        selection,
        read_position(state, selection) if state else None,
        limit=context.row_limit,
        only_later=options.get("only_later", False),
        known_ids=options.get("known_ids", ()),
    )
    return Outcome({"table": selection.table.name}, changes, lambda: _told(context, changes))


def _told(context: Context, changes: Changes) -> dict[str, Any]:
    if changes.resynchronised:
        context.warn("The state had expired, so all rows were read anew; Known IDs tell which were deleted.")
    return {
        "deleted": changes.deleted,
        "complete": changes.complete,
        "reason": "end" if changes.complete else "limit",
        "resynchronised": changes.resynchronised,
        "state": changes.position.as_dict() if changes.position else None,
    }


def list_new_or_updated_records(context: Context, options: Options) -> Outcome:
    """Read the rows that are new or changed since the state of an earlier run, by their time stamps."""
    from onteg_dynamics.dataverse.newest import OVERLAP, Newest, read_mark

    dataverse = context.dataverse
    stamp = "createdon" if options.get("which") == "New" else "modifiedon"
    select = [*options["select"], stamp] if options.get("select") else ()
    selection = dataverse.selection(options["table"], select, labels=options.get("labels", False))
    newest = Newest(
        dataverse,
        selection,
        stamp,
        rows_wanted(context, options, selection.table),
        read_mark(options["state"]) if options.get("state") else None,
        _moment(options.get("since", "")),
        limit=context.row_limit,
        overlap=options.get("overlap", OVERLAP),
    )
    return Outcome({"table": selection.table.name}, newest, lambda: _ended(newest))


def _ended(newest: Newest) -> dict[str, Any]:
    reason = "end" if newest.complete else "limit"
    return {"complete": newest.complete, "reason": reason, "state": newest.mark.as_dict() if newest.mark else None}


def sync_table(context: Context, options: Options) -> Outcome:
    """Keep a table as a Parquet or SQLite file: first all rows, then what changed since the last run."""
    from onteg_dynamics.dataverse.exporting.sources import table_source
    from onteg_dynamics.dataverse.queries import LARGEST_PAGE
    from onteg_dynamics.dataverse.syncing.places import place_of
    from onteg_dynamics.dataverse.syncing.sync import Sync

    dataverse, labels = context.dataverse, options.get("labels", False)
    table = dataverse.table(options["table"])
    place = place_of(options["path"], options.get("format"))
    size = options.get("page_size", LARGEST_PAGE)
    source = table_source(dataverse, table, options.get("select", ()), "", labels=labels, page_size=size)
    if context.dataverse.call.rehearsal is not None:
        return Outcome()
    store = place.store(table, source.fields(dataverse))
    done = Sync(dataverse, source, store, anew=options.get("start_over", False)).run()
    if done.why:
        context.warn(f"All rows were read anew: {done.why}.")
    told = {"rows": done.rows, "written": done.written, "deleted": done.deleted, "full": done.full}
    return Outcome({"table": table.name, "path": str(place.path), "format": place.format, **told})


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        problem = Problem("since", "", "must be a date in ISO form: 2026-01-31 or 2026-01-31T14:30:00Z")
    else:
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    raise InputError((problem,))


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("get_changes", get_changes, READS),
        Action("list_new_or_updated_records", list_new_or_updated_records, READS),
        Action("sync_table", sync_table, Annotations(destructive=True, idempotent=True)),
    )
