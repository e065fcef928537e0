"""Activities: add a task, phone call or appointment, send an email, complete any of them.

Implements "Activity tables" and the action SendEmail of the Web API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.content import Content
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.notes import add_attachment
from onteg_dynamics.dataverse.odata import row_path
from onteg_dynamics.dataverse.parties import parties
from onteg_dynamics.dataverse.privileges import who_acts
from onteg_dynamics.dataverse.rows import create, update
from onteg_dynamics.dataverse.standing import (
    CRM,
    OWN_REASON,
    Standing,
    post,
    reason,
    row_of,
    standing,
    told_by_option,
)
from onteg_dynamics.errors import InputError, OntegError, Problem

__all__ = ["Email", "add_activity", "complete", "send_email"]

_OPEN, _COMPLETED, _SCHEDULED = 0, 1, 3
_START, _END = "scheduledstart", "scheduledend"
_COMMON = {"subject": "subject", "description": "description", "priority": "prioritycode", "owner": "ownerid"}
_WHEN = {"start": _START, "due": _END, "minutes": "actualdurationminutes"}
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "task": {**_COMMON, **_WHEN},
    "phonecall": {**_COMMON, **_WHEN, "phone_number": "phonenumber", "outgoing": "directioncode"},
    "appointment": {
        **_COMMON,
        "start": _START,
        "end": _END,
        "all_day": "isalldayevent",
        "location": "location",
    },
    "email": {**_COMMON, "body": "description", "outgoing": "directioncode"},
}
"""The column of each option, by activity table."""


@dataclass(frozen=True)
class Email:
    """An email that was written: its GUID, how many people it names, how many files it has, whether it was sent."""

    id: str
    parties: int
    attachments: int
    sent: bool


def add_activity(link: Link, kind: str, options: Mapping[str, Any]) -> tuple[str, int]:
    """Create an activity with those who take part in it.

    Args:
        link: the client at work.
        kind: task, phonecall, appointment or email.
        options: columns as `_COLUMNS` calls them, parties as `parties.ROLES` does, ``regarding`` (``{"table", "id"}``),
            and ``row``: further columns.

    Returns:
        The activity's GUID, and how many parties it has.

    Raises:
        InputError: options do not fit; told by their names. Nothing was sent.
    """
    names = {**_COLUMNS[kind], "regarding": "regardingobjectid"}
    row = {**options.get("row", {}), **row_of(options, names)}
    taking_part = parties(link, options)
    related = {f"{kind}_activity_parties": taking_part} if taking_part else {}
    with told_by_option(names):
        if kind == "appointment":
            _refuse_backwards(link, row)
        made = create(link, link.table(kind), row, related=related)
    return str(made.id), len(taking_part)


def _refuse_backwards(link: Link, row: Mapping[str, Any]) -> None:
    """An appointment does not end before it starts."""
    given = {name: row[name] for name in (_START, _END) if row.get(name)}
    try:
        times = link.writer(link.table("appointment")).write(given, "create")
    except InputError:
        return  # they are no times at all; told with what is wrong with other columns
    if len(times) == len((_START, _END)) and times[_END] < times[_START]:
        raise InputError((Problem(f"row.{_END}", "", f"is before Start ({_START})"),))


def send_email(link: Link, options: Mapping[str, Any], files: Iterable[Content], *, send: bool = True) -> Email:
    """Write an email, and send it.

    Args:
        link: the client at work.
        options: see `add_activity`; without ``from`` it comes from the user who acts.
        files: to attach.
        send: False leaves it as a draft.

    Raises:
        InputError: nobody is to get it, or options do not fit. Nothing was sent.
        OntegError: it could not be sent; it stays, and the message tells its id.
    """
    if send and not any(options.get(role) for role in ("to", "cc", "bcc")):
        raise InputError((Problem("to", "", "is required when CC and BCC are empty"),))
    sender = options.get("from") or {"table": "systemuser", "id": who_acts(link)}
    own, count = add_activity(link, "email", {**options, "from": sender, "outgoing": True})
    table = link.table("email")
    try:
        attached = [add_attachment(link, table, own, file, number) for number, file in enumerate(files, 1)]
        if send:
            post(link, f"{row_path(table.entity_set, own)}/{CRM}SendEmail", {"IssueSend": True})
    except OntegError as exc:
        unsure = exc.details.outcome_unknown
        left = "was written; whether it was sent is not known" if unsure else "stays as a draft"
        exc.followed(f"The email {own} {left}.")
        raise
    return Email(own, count, len(attached), send)


def complete(link: Link, activity: str, status: Any = None, minutes: int | None = None) -> Standing:
    """Complete an activity of any kind.

    Args:
        link: the client at work.
        activity: its GUID.
        status: label or value of the status reason; None for the state's own.
        minutes: how long it took; None to leave that.

    Returns:
        The activity as it stood.

    Raises:
        InputError: it is completed or canceled already. Nothing was sent.
    """
    found = standing(link, link.table("activitypointer"), activity, "activity", ("activitytypecode",))
    at = standing(link, link.table(str(found.row["activitytypecode"])), activity, "activity")
    at.must_be({_OPEN, _SCHEDULED}, "completed", "Set Record Status opens it again.")
    chosen = reason(link, at.table, _COMPLETED, status)
    change = {"statecode": _COMPLETED, **({} if chosen == OWN_REASON else {"statuscode": chosen})}
    update(link, at.table, at.id, change if minutes is None else {**change, "actualdurationminutes": minutes})
    return at
