"""Queues: put a row into one, take up what waits in it.

Implements the actions AddToQueue and PickFromQueue of the Web API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import query_string
from onteg_dynamics.dataverse.privileges import who_acts
from onteg_dynamics.dataverse.protocol import FORMATTED, Request
from onteg_dynamics.dataverse.references import row_meant
from onteg_dynamics.dataverse.standing import CRM, Standing, post, reference, standing
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Picked", "Queued", "add", "item_of", "pick"]

_ACTIVE = 0


@dataclass(frozen=True)
class Queued:
    """A row in a queue.

    Attributes:
        item_id: GUID of its queue item; None in a dry run.
        queue_id: GUID of the queue.
        added: False where it was in this queue already.
        moved_from: GUID of the queue that it was in before, None for none.
    """

    item_id: str | None
    queue_id: str
    added: bool
    moved_from: str | None


@dataclass(frozen=True)
class Picked:
    """A queue item that somebody works on.

    Attributes:
        item_id: its GUID.
        worker_id: GUID of the user who works on it.
        picked: False where that user worked on it already.
    """

    item_id: str
    worker_id: str
    picked: bool


def add(link: Link, table: Table, row_id: str, queue: Any) -> Queued:
    """Put a row into a queue, out of another one where it is in one. Once more does nothing.

    Args:
        link: the client at work.
        table: the row's table.
        row_id: its GUID.
        queue: what names the queue; see `row_meant`.

    Raises:
        InputError: the queue is inactive.
        ServiceError: the service refuses it, as where rows of this table do not go into queues.
    """
    at = standing(link, link.table("queue"), queue, "queue")
    at.must_be({_ACTIVE}, "used")
    item = _item_for(link, row_id)
    before = item["_queueid_value"] if item else None
    if item and before == at.id:
        return Queued(item["queueitemid"], at.id, added=False, moved_from=None)
    source = {"SourceQueue": reference(at.table, before)} if before else {}
    body = {"Target": reference(table, row_id), **source}
    answer = post(link, f"{at.path}/{CRM}AddToQueue", body) or {}
    return Queued(answer.get("QueueItemId"), at.id, added=True, moved_from=before)


def item_of(link: Link, table: Table, row_id: str) -> str:
    """The GUID of the queue item of a row.

    Raises:
        InputError: the row is in no queue.
    """
    item = _item_for(link, row_id)
    if item is None:
        raise InputError((Problem("id", "", f"this row of {table.name} is in no queue; Add to Queue puts it there"),))
    return str(item["queueitemid"])


def pick(link: Link, item: str, worker: Any = None, *, remove: bool = False, take_over: bool = False) -> Picked:
    """Let a user work on a queue item. Once more does nothing.

    Args:
        link: the client at work.
        item: GUID of the queue item.
        worker: what names the user; None for the one who acts.
        remove: also take the item out of the queue.
        take_over: take it from somebody else who works on it.

    Raises:
        InputError: the item is inactive, or somebody else works on it. Nothing was sent.
    """
    users = link.table("systemuser")
    at = standing(link, link.table("queueitem"), item, "queue_item", ("_workerid_value",))
    at.must_be({_ACTIVE}, "picked")
    own = row_meant(link, users, worker, "worker") if worker else who_acts(link)
    held = at.row.get("_workerid_value")
    if held == own and not remove:
        return Picked(at.id, own, picked=False)
    if held not in (None, own) and not take_over:
        raise _held(at)
    body = {"SystemUser": reference(users, own), "RemoveQueueItem": remove}
    post(link, f"{at.path}/{CRM}PickFromQueue", body)
    return Picked(at.id, own, picked=True)


def _held(at: Standing) -> InputError:
    who = at.row.get(f"_workerid_value@{FORMATTED}") or "somebody else"
    return at.refused(f"is being worked on by {who}", "Switch Take Over on to take it from them.")


def _item_for(link: Link, row_id: str) -> Mapping[str, Any] | None:
    """The active queue item of a row; there is at most one."""
    condition = f"_objectid_value eq {row_id} and statecode eq {_ACTIVE}"
    options = {"$select": "queueitemid,_queueid_value", "$filter": condition, "$top": "1"}
    rows = link.send(Request("GET", "queueitems" + query_string(options))).data["value"]
    return rows[0] if rows else None
