"""One row: Create, Get, Update, Upsert, Delete Record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.rows import Written

Options = Mapping[str, Any]


def create_record(context: Context, options: Options) -> Outcome:
    """Create a row in any table."""
    written = context.dataverse.create(options["table"], options["row"], returning=options.get("returning", False))
    return Outcome(_told(written, options, created=True))


def get_record(context: Context, options: Options) -> Outcome:
    """Read one row by id or alternate key."""
    from onteg_dynamics.dataverse import rows

    dataverse = context.dataverse
    selection = dataverse.selection(
        options["table"],
        options.get("select", ()),
        expand=options.get("expand", ""),
        labels=options.get("labels", False),
        raw=options.get("raw", False),
    )
    found = rows.get(dataverse, selection.table, options["key"], selection)
    return Outcome({"id": found.id, "table": selection.table.name, "etag": found.etag, "row": found.row})


def update_record(context: Context, options: Options) -> Outcome:
    """Change columns of a row that exists."""
    written = context.dataverse.update(
        options["table"],
        options["key"],
        options["row"],
        etag=options.get("etag"),
        returning=options.get("returning", False),
        only_changes=options.get("only_changes", False),
    )
    return Outcome(_told(written, options, changed=written.changed))


def upsert_record(context: Context, options: Options) -> Outcome:
    """Change the row with this key, or create it."""
    written = context.dataverse.upsert(
        options["table"],
        options["key"],
        options["row"],
        create_only=options.get("create_only", False),
        returning=options.get("returning", False),
        only_changes=options.get("only_changes", False),
    )
    return Outcome(_told(written, options, created=written.created, changed=written.changed))


def delete_record(context: Context, options: Options) -> Outcome:
    """Delete a row."""
    table = context.dataverse.table(options["table"])
    context.dataverse.delete(table.name, options["key"], etag=options.get("etag"))
    return Outcome({"table": table.name, "deleted": True})


def _told(written: Written, options: Options, **more: Any) -> dict[str, Any]:
    output = {"id": written.id, "table": written.table, **more}
    return {**output, "row": written.row} if options.get("returning") else output


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("create_record", create_record, Annotations()),
        Action("get_record", get_record, Annotations(read_only=True, idempotent=True)),
        Action("update_record", update_record, Annotations(destructive=True, idempotent=True)),
        Action("upsert_record", upsert_record, Annotations(destructive=True, idempotent=True)),
        Action("delete_record", delete_record, Annotations(destructive=True, idempotent=True)),
    )
