"""Webhooks: registered once however often that is asked for, repaired, removed.

Implements "Register a webhook" and "Register a plug-in" (steps and images).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from onteg_dynamics.dataverse.endpoints import WEBHOOK, Endpoint, Proof, Step, endpoints, steps_of
from onteg_dynamics.dataverse.images import Images, settle_images
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.dataverse.rows import create, delete, update
from onteg_dynamics.dataverse.selection import named
from onteg_dynamics.dataverse.tables import Table
from onteg_dynamics.errors import InputError, NotFoundError, Problem

__all__ = ["Registration", "Repair", "Wish", "register", "remove", "repair"]

STEP, ENDPOINT = "sdkmessageprocessingstep", "serviceendpoint"
_POST_OPERATION, _ASYNCHRONOUS = 40, 1
_ON = {"statecode": 0, "statuscode": 1}


@dataclass(frozen=True)
class Wish:
    """What a webhook is to be.

    Attributes:
        name: tells it from others.
        url: where posts go.
        proof: how they prove themselves.
        table: whose rows it is about.
        messages: Create, Update, Delete.
        columns: of an update: those that must be in it; none for any.
        synchronous: the change waits for the endpoint, and fails with it.
        images: copies of the row that are sent along.
    """

    name: str
    url: str
    proof: Proof
    table: Table
    messages: Sequence[str]
    columns: Sequence[str] = ()
    synchronous: bool = False
    images: Images = Images()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Registration:
    """What came of registering.

    Attributes:
        webhook_id: GUID of the endpoint.
        created: whether the endpoint is new.
        steps: GUID, message and outcome (``created``, ``changed`` or ``kept``) of each step.
    """

    webhook_id: str
    created: bool
    steps: list[dict[str, str]]


@dataclass(frozen=True)
class Repair:
    """What was mended.

    Attributes:
        webhook_id: GUID of the endpoint.
        changed: whether its address or secret was set anew.
        switched_on: GUIDs of steps that were switched off.
        removed_steps: GUIDs of doubles among the steps.
        removed_webhooks: GUIDs of other endpoints of that name and address; their steps were moved over.
        steps: the steps as they stand now.
    """

    webhook_id: str
    changed: bool
    switched_on: list[str]
    removed_steps: list[str]
    removed_webhooks: list[str]
    steps: list[Step]


def register(link: Link, wish: Wish) -> Registration:
    """Register a webhook: what is there is used and changed where it differs, what is missing is made.

    Args:
        link: the client at work.
        wish: what it is to be; another table or message may be added by registering again under the same name.

    Raises:
        UnknownNameError: a column does not exist.
        ServiceError: the service refuses it, as where the user may not register steps.
    """
    columns = ",".join(_names(link, wish.table, wish.columns, "columns"))
    images = replace(wish.images, columns=_names(link, wish.table, wish.images.columns, "image_columns"))
    found = _same(endpoints(link, wish.name), wish.url)
    endpoint_id = _settle_endpoint(link, wish, found)
    known = {step.subject: step for step in reversed(_after_change(link, found))}  # of doubles, the oldest
    steps = []
    for message in dict.fromkeys(wish.messages):
        step = known.get((wish.table.name, message))
        own, outcome = _settle_step(link, wish, endpoint_id, message, columns if message == "Update" else "", step)
        changed = settle_images(link, own, message, images, is_new=step is None)
        outcome = "changed" if changed and outcome == "kept" else outcome
        steps.append({"id": own, "message": message, "outcome": outcome})
    return Registration(endpoint_id, not found, steps)


def _same(found: Sequence[Endpoint], url: str) -> list[Endpoint]:
    """The one of the webhooks of a name that is meant, or none: that of this address, or else the only one.

    Raises:
        InputError: several have the name, and none has the address.
    """
    fitting = [one for one in found if one.url == url] or list(found)
    if len({one.url for one in fitting}) > 1:
        raise InputError((Problem("name", "", "several webhooks are called so, at other addresses; choose another"),))
    return fitting[:1]


def _after_change(link: Link, found: Sequence[Endpoint]) -> list[Step]:
    return [step for step in steps_of(link, found) if step.stage == _POST_OPERATION]


def _names(link: Link, table: Table, names: Sequence[str], field: str) -> list[str]:
    return sorted({column.name for column in named(link.columns(table), names, field)})


def _settle_endpoint(link: Link, wish: Wish, found: Sequence[Endpoint]) -> str:
    table = link.table(ENDPOINT)
    row = {"url": wish.url, **wish.proof.columns()}
    if not found:
        return str(create(link, table, {"name": wish.name, "contract": WEBHOOK, **row}).id)
    update(link, table, found[0].id, row)  # a secret cannot be read, so it is always written
    return found[0].id


def _settle_step(
    link: Link, wish: Wish, endpoint_id: str, message: str, columns: str, step: Step | None
) -> tuple[str, str]:
    mode = 0 if wish.synchronous else _ASYNCHRONOUS
    row = {
        "mode": mode,
        "stage": _POST_OPERATION,
        "asyncautodelete": bool(mode),
        "filteringattributes": columns or None,
    }
    if step is None:
        return _new_step(link, wish, endpoint_id, message, row), "created"
    wanted = ("Asynchronous" if mode else "Synchronous", True, tuple(filter(None, columns.split(","))))
    if (step.mode, step.enabled, step.columns) == wanted:
        return step.id, "kept"
    update(link, link.table(STEP), step.id, {**row, **_ON})
    return step.id, "changed"


def _new_step(link: Link, wish: Wish, endpoint_id: str, message: str, row: dict[str, Any]) -> str:
    message_id = _only(link, "sdkmessages", "sdkmessageid", f"name eq {literal(message)}")
    condition = f"primaryobjecttypecode eq {literal(wish.table.name)} and _sdkmessageid_value eq {message_id}"
    given = {
        "name": f"{wish.name}: {message} of {wish.table.name}",
        "rank": 1,
        "supporteddeployment": 0,
        "sdkmessageid": message_id,
        "sdkmessagefilterid": _only(link, "sdkmessagefilters", "sdkmessagefilterid", condition),
        "eventhandler": {"table": ENDPOINT, "id": endpoint_id},
    }
    return str(create(link, link.table(STEP), {**given, **row}).id)


def _only(link: Link, entity_set: str, key: str, condition: str) -> str:
    options = {"$select": key, "$filter": condition, "$top": "1"}
    rows = link.send(Request("GET", entity_set + query_string(options))).data["value"]
    if not rows:
        raise InputError((Problem("table", "", "has no rows that a webhook can be told of"),))
    return str(rows[0][key])


def repair(link: Link, webhook: str, url: str = "", proof: Proof | None = None) -> Repair:
    """Mend a webhook: one endpoint of that name, no doubles among its steps, all of them switched on.

    Args:
        link: the client at work.
        webhook: its name or GUID.
        url: where posts go from now on; "" to leave that.
        proof: how they prove themselves from now on; None to leave that.

    Raises:
        NotFoundError: there is no such webhook.
        InputError: several have the name, at different addresses.
    """
    kept, *others = _meant(link, webhook) or _none()
    change = {**({"url": url} if url else {}), **(proof.columns() if proof else {})}
    if change:
        update(link, link.table(ENDPOINT), kept.id, change)
    first, doubles = _apart(steps_of(link, [kept, *others]))
    _delete(link, STEP, doubles)
    for step in first:
        _straighten(link, step, kept.id)
    _delete(link, ENDPOINT, others)
    return Repair(
        webhook_id=kept.id,
        changed=bool(change),
        switched_on=[step.id for step in first if not step.enabled],
        removed_steps=[step.id for step in doubles],
        removed_webhooks=[other.id for other in others],
        steps=first if link.call.rehearsal else steps_of(link, [kept]),
    )


def _meant(link: Link, webhook: str) -> list[Endpoint]:
    """The webhook of this name or id, and its doubles: those of the same name and address.

    Raises:
        InputError: several have the name, at different addresses.
    """
    found = endpoints(link, webhook)
    if len({one.url for one in found}) > 1:
        problem = "several webhooks are called so, at different addresses; give the id of one"
        raise InputError((Problem("webhook", "", problem),))
    if not found or found[0].name == webhook:
        return found
    doubles = (one for one in endpoints(link, found[0].name) if one.id != found[0].id)
    return [*found, *(one for one in doubles if one.url == found[0].url)]


def _none() -> NoReturn:
    raise NotFoundError("There is no such webhook. List Webhooks shows those that there are.")


def _delete(link: Link, table: str, found: Iterable[Endpoint | Step]) -> None:
    for one in found:
        delete(link, link.table(table), one.id)


def _straighten(link: Link, step: Step, endpoint_id: str) -> None:
    moved = {} if step.webhook_id == endpoint_id else {"eventhandler": {"table": ENDPOINT, "id": endpoint_id}}
    change = {**moved, **({} if step.enabled else _ON)}
    if change:
        update(link, link.table(STEP), step.id, change)


def _apart(steps: Iterable[Step]) -> tuple[list[Step], list[Step]]:
    """Each step once, and the doubles; one that is switched on comes before others."""
    first: dict[tuple[object, ...], Step] = {}
    ordered = sorted(steps, key=lambda step: not step.enabled)
    doubles = [step for step in ordered if first.setdefault(step.what, step) is not step]
    return list(first.values()), doubles


def remove(link: Link, webhook: str) -> tuple[list[Endpoint], list[Step]]:
    """Remove a webhook and its steps; what came away. Where there is none, nothing is done.

    Args:
        link: the client at work.
        webhook: its name or GUID.

    Raises:
        InputError: several have the name, at different addresses.
    """
    found = _meant(link, webhook)
    steps = steps_of(link, found)
    _delete(link, STEP, steps)
    _delete(link, ENDPOINT, found)
    return found, steps
