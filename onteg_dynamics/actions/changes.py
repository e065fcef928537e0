"""One column's worth of change: Assign Record, Set Record Status, Delete Column Value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.tables import Choice

Options = Mapping[str, Any]


def assign_record(context: Context, options: Options) -> Outcome:
    """Give a row to another user or team."""
    return _updated(context, options, {"ownerid": options["owner"]})


def set_record_status(context: Context, options: Options) -> Outcome:
    """Set state and status reason by label or value; a pair that does not go together is refused here."""
    dataverse = context.dataverse
    table = dataverse.table(options["table"])
    if dataverse.columns(table).find("statecode") is None:
        raise InputError((Problem("table", "", f"{table.name} has no status"),))
    states = dataverse.details(table, "statecode").choices
    reasons = dataverse.details(table, "statuscode").choices
    row = _pair(states, reasons, options.get("state"), options.get("status"))
    return Outcome({**_updated(context, options, row).output, **row})


def delete_column_value(context: Context, options: Options) -> Outcome:
    """Empty columns of a row."""
    return _updated(context, options, dict.fromkeys(options["columns"]))


def _updated(context: Context, options: Options, row: Mapping[str, Any]) -> Outcome:
    written = context.dataverse.update(options["table"], options["key"], row, etag=options.get("etag"))
    return Outcome({"id": written.id, "table": written.table})


def _pair(states: Iterable[Choice], reasons: Iterable[Choice], state: Any, status: Any) -> dict[str, int]:
    """State and status reason that go together; the reason alone tells its state."""
    from onteg_dynamics.dataverse.standing import choice_of

    if state is None and status is None:
        raise InputError((Problem("state", "", "is required when Status Reason is empty"),))
    chosen = None if state is None else choice_of("state", states, state)
    if status is None:
        assert chosen is not None
        return {"statecode": chosen.value}
    fitting = [one for one in reasons if chosen is None or one.state == chosen.value]
    reason = choice_of("status", fitting, status)
    return {"statecode": chosen.value if chosen else reason.state or 0, "statuscode": reason.value}


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    changes = Annotations(destructive=True, idempotent=True)
    return (
        Action("assign_record", assign_record, changes),
        Action("set_record_status", set_record_status, changes),
        Action("delete_column_value", delete_column_value, changes),
    )
