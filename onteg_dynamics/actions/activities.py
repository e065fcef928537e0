"""Activities: Add Task, Add Phone Call, Add Appointment, Send Email, Complete Activity, List Timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from onteg_dynamics.actions.targets import row_of, was
from onteg_dynamics.errors import InputError, Problem
from onteg_dynamics.hookspecs import Action, Annotations, Context, Outcome, hookimpl

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.content import Content

Options = Mapping[str, Any]


def add_task(context: Context, options: Options) -> Outcome:
    """Add a task, about a row where one is given."""
    return _added(context, options, "task")


def add_phone_call(context: Context, options: Options) -> Outcome:
    """Add a phone call with those who talk."""
    outgoing = options.get("direction", "Outgoing") == "Outgoing"
    return _added(context, {**options, "outgoing": outgoing}, "phonecall")


def add_appointment(context: Context, options: Options) -> Outcome:
    """Add an appointment with those who attend it."""
    return _added(context, options, "appointment")


def send_email(context: Context, options: Options) -> Outcome:
    """Write an email, and send it."""
    from onteg_dynamics.dataverse.activities import send_email as send

    done = send(context.dataverse, _about(context, options), _files(options), send=options.get("send", True))
    return Outcome({"table": "email", **vars(done)})


def complete_activity(context: Context, options: Options) -> Outcome:
    """Complete an activity of any kind."""
    from onteg_dynamics.dataverse.activities import complete
    from onteg_dynamics.dataverse.ids import as_guid

    activity = as_guid(options["activity"])
    return Outcome(was(complete(context.dataverse, activity, options.get("status"), options.get("minutes"))))


def list_timeline(context: Context, options: Options) -> Outcome:
    """List what was done about a row, the newest first."""
    from onteg_dynamics.dataverse.timeline import KINDS, read_cursor, timeline

    table, own = row_of(context, options)
    cursor = read_cursor(options["cursor"]) if options.get("cursor") else None
    kinds = options.get("kinds") or tuple(KINDS)
    entries, after = timeline(context.dataverse, own, kinds, options.get("top", 50), cursor)
    told = {"complete": after is None, "reason": "limit" if after else "end"}
    return Outcome(
        {"table": table.name, "id": own, "entries": entries, **told, "cursor": after.as_dict() if after else None}
    )


def _added(context: Context, options: Options, kind: str) -> Outcome:
    from onteg_dynamics.dataverse.activities import add_activity

    own, count = add_activity(context.dataverse, kind, _about(context, options))
    return Outcome({"table": kind, "id": own, "parties": count})


def _about(context: Context, options: Options) -> dict[str, Any]:
    """The options with the row that the activity is about, as one lookup."""
    if bool(options.get("table")) is not bool(options.get("id")):
        missing, other = ("id", "Table") if options.get("table") else ("table", "Row ID")
        raise InputError((Problem(missing, "", f"is required with {other}"),))
    if not options.get("table"):
        return dict(options)
    table, own = row_of(context, options)
    return {**options, "regarding": {"table": table.name, "id": own}}


def _files(options: Options) -> list[Content]:
    from onteg_dynamics.dataverse.content import of_path, of_value

    files = [of_path(options["path"])] if options.get("path") else []
    for index, one in enumerate(options.get("attachments", ())):
        field = f"attachments.{index}.content"
        files.append(of_value(one["content"], one["file_name"], one.get("mime_type", ""), field))
    return files


@hookimpl
def onteg_register_actions() -> Iterable[Action]:
    """The actions of this family."""
    return (
        Action("add_task", add_task, Annotations()),
        Action("add_phone_call", add_phone_call, Annotations()),
        Action("add_appointment", add_appointment, Annotations()),
        Action("send_email", send_email, Annotations(destructive=True)),
        Action("complete_activity", complete_activity, Annotations(destructive=True)),
        Action("list_timeline", list_timeline, Annotations(read_only=True, idempotent=True)),
    )
