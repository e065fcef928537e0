"""One row by what it says: Find Record, Create or Find Record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.rows import Found

Options = Mapping[str, Any]
TOLD = 2  # one row more than what may be found tells "many"


def find_record(context: Context, options: Options) -> Outcome:
    """Find exactly one row; none and many are told apart."""
    dataverse = context.dataverse
    selection = dataverse.selection(options["table"], options.get("select", ()), labels=options.get("labels", False))
    found = _found(context, options, options.get("select", ()), labels=options.get("labels", False))
    one = found[0] if len(found) == 1 else None
    return Outcome(
        {
            "match": ("none", "one", "many")[len(found)],
            "id": one.id if one else None,
            "table": selection.table.name,
            "etag": one.etag if one else None,
            "row": one.row if one else None,
        }
    )


def create_or_find_record(context: Context, options: Options) -> Outcome:
    """Give the row that matches, or create it."""
    found = _found(context, options, (), labels=False)
    table = context.dataverse.table(options["table"]).name
    if len(found) > 1:
        raise InputError((Problem("values", "", "more than one row matches; give values that only one row has"),))
    if found:
        return Outcome({"id": found[0].id, "table": table, "created": False})
    written = context.dataverse.create(table, {**options["values"], **options.get("row", {})})
    return Outcome({"id": written.id, "table": table, "created": True})


def _found(context: Context, options: Options, select: Iterable[str], *, labels: bool) -> list[Found]:
    from onteg_dynamics.dataverse import rows
    from onteg_dynamics.dataverse.matching import equals

    dataverse = context.dataverse
    selection = dataverse.selection(options["table"], list(select), labels=labels)
    condition = equals(dataverse, selection.table, _values(context, options))
    return rows.find(dataverse, selection.table, condition, selection, TOLD)


def _values(context: Context, options: Options) -> Mapping[str, Any]:
    """The values to look for; a text stands for the table's name column."""
    values = dict(options.get("values", {}))
    if options.get("text"):
        table = context.dataverse.table(options["table"])
        if not table.primary_name:
            raise InputError((Problem("text", "", f"{table.name} has no name column; give Values"),))
        values[table.primary_name] = options["text"]
    if not values:
        raise InputError((Problem("values", "", "is required when Text is empty"),))
    return values


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("find_record", find_record, Annotations(read_only=True, idempotent=True)),
        Action("create_or_find_record", create_or_find_record, Annotations(idempotent=True)),
    )
