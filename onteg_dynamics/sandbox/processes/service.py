"""Cases and queues: CloseIncident, AddToQueue, PickFromQueue, ReleaseToQueue, RemoveFromQueue (Web API actions)."""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.people.references import principal_argument
from onteg_dynamics.sandbox.processes.arguments import Row, bound_row, check, readable, status_argument, typed_row
from onteg_dynamics.sandbox.processes.moves import make, move, state_label
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.write import create_row, delete_row, update_row
from onteg_dynamics.sandbox.write.draft import lookup_values

ACTIVE, RESOLVED = 0, 1


def close_incident(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
    """Resolves a case, with an activity that says how."""
    check(_CLOSE, arguments)
    world, resolutions = request.world, request.world.model.tables["incidentresolution"]
    body = {name: one for name, one in arguments["IncidentResolution"].items() if name != "@odata.type"}
    own = create_row(world, request.caller, resolutions, body)
    activity = world.store.get(resolutions, own)
    assert activity is not None
    table = world.model.tables["incident"]
    row = world.store.get(table, str(activity.get("incidentid")))
    if row is None:
        raise refusals.required_field("incidentid")
    if readable(request, table, row)["statecode"] != ACTIVE:
        raise refusals.already_closed("incident", state_label(table, row))
    move(request, table, row, RESOLVED, status_argument(table, arguments["Status"], RESOLVED))
    about = lookup_values("regardingobjectid", "incident", str(row["incidentid"]))
    known = {name: value for name, value in about.items() if "regardingobjectid" in resolutions.columns}
    move(request, resolutions, activity, 1, None, actualend=world.now(), **known)
    return Response(204)


def add_to_queue(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Puts a row into a queue, out of another one where it is in one."""
    check(_ADD, arguments)
    queues, queue = bound_row(request, target)
    table, row = typed_row(request, arguments, "Target")
    own, items = str(row[table.primary_id]), request.world.model.tables["queueitem"]
    waiting = _items(request, objectid=own, statecode=ACTIVE)
    _check_source(request, arguments, waiting)
    if waiting and waiting[0]["queueid"] == queue[queues.primary_id]:
        raise refusals.already_queued()
    for item in waiting:
        delete_row(request.world, request.caller, items, item)
    title = str(row.get(table.primary_name or "") or "")[:300]
    place = lookup_values("queueid", "queue", str(queue[queues.primary_id]))
    made = make(request, items, {"title": title, **place, **lookup_values("objectid", table.logical_name, own)})
    _describe(request, items, made, arguments.get("QueueItemProperties") or {})
    return result(request, "AddToQueueResponse", {"QueueItemId": made})


def pick(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Gives an item to somebody, and takes it out of the queue where that is wanted."""
    check(_PICK, arguments)
    items, item = bound_row(request, target)
    kind, worker = principal_argument(request.world, _typed(arguments["SystemUser"]), "SystemUser", ("systemuser",))
    move(request, items, item, ACTIVE, None, **_worker(request, kind, worker))
    if arguments["RemoveQueueItem"]:
        delete_row(request.world, request.caller, items, item)
    return Response(204)


def release(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Gives an item back to its queue."""
    check(_RELEASE, arguments)
    items, item = bound_row(request, target)
    move(request, items, item, ACTIVE, None, **_worker(request, None, None))
    return Response(204)


def remove(request: Request, arguments: dict[str, Any], target: Target) -> Response:
    """Takes an item out of its queue."""
    check(_REMOVE, arguments)
    items, item = bound_row(request, target)
    delete_row(request.world, request.caller, items, item)
    return Response(204)


def _check_source(request: Request, arguments: dict[str, Any], waiting: list[Row]) -> None:
    """Refuses a source queue that does not exist, or that the row is not in; nothing documented says that it may be."""
    if arguments.get("SourceQueue") is None:
        return
    queues, source = typed_row(request, arguments, "SourceQueue", "queue")
    if source[queues.primary_id] not in {item["queueid"] for item in waiting}:
        raise refusals.not_in_source_queue()


def _describe(request: Request, items: Table, made: str, properties: Row) -> None:
    """Writes what the caller tells of a new item."""
    values = {name: value for name, value in properties.items() if name != "@odata.type"}
    row = request.world.store.get(items, made)
    if values and row is not None:
        update_row(request.world, request.caller, items, row, values)


def _items(request: Request, **match: Any) -> list[Row]:
    return request.world.store.select("queueitem", match)


def _worker(request: Request, kind: str | None, worker: str | None) -> Row:
    since = None if worker is None else request.world.now()
    return {**lookup_values("workerid", kind, worker), "workeridmodifiedon": since}


def _typed(value: Any) -> Any:
    if isinstance(value, dict) and "@odata.id" not in value:
        return {"@odata.type": "Microsoft.Dynamics.CRM.systemuser", **value}
    return value


_CLOSE = Message(
    "CloseIncident",
    is_function=False,
    parameters={"IncidentResolution": "mscrm.incidentresolution", "Status": "Edm.Int32"},
)
_ADD = Message(
    "AddToQueue",
    is_function=False,
    binding="queue",
    parameters={
        "Target": "mscrm.crmbaseentity",
        "SourceQueue": "mscrm.queue",
        "QueueItemProperties": "mscrm.queueitem",
    },
    optional=frozenset({"SourceQueue", "QueueItemProperties"}),
    returns="mscrm.AddToQueueResponse",
    result={"QueueItemId": "Edm.Guid"},
)
_PICK = Message(
    "PickFromQueue",
    is_function=False,
    binding="queueitem",
    parameters={"SystemUser": "mscrm.systemuser", "RemoveQueueItem": "Edm.Boolean"},
)
_RELEASE = Message("ReleaseToQueue", is_function=False, binding="queueitem")
_REMOVE = Message("RemoveFromQueue", is_function=False, binding="queueitem")

SERVICE = (
    Registered(_CLOSE, close_incident),
    Registered(_ADD, add_to_queue),
    Registered(_PICK, pick),
    Registered(_RELEASE, release),
    Registered(_REMOVE, remove),
)
