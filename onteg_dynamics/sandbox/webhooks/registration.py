"""What a registration must be, so that nobody waits for posts that never come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.webhooks.callbacks import due, holds
from onteg_dynamics.sandbox.webhooks.context import NOBODY
from onteg_dynamics.sandbox.webhooks.registry import (
    ASYNCHRONOUS,
    CALLBACK,
    ENDPOINT,
    IMAGE,
    POST_IMAGES,
    POST_OPERATION,
    PRE_OPERATION,
    PRE_VALIDATION,
    REGISTRATIONS,
    STEP,
    WEBHOOK,
)

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.model import Table
    from onteg_dynamics.sandbox.world import World

MESSAGES = ("Create", "Update", "Delete", "Associate", "Disassociate")
_STAGES = frozenset({PRE_VALIDATION, PRE_OPERATION, POST_OPERATION})
_IMAGES = {  # which kinds of image a message has, and of which of its properties
    "Create": (frozenset({1}), "id"),
    "Update": (frozenset({0, 1, 2}), "target"),
    "Delete": (frozenset({0}), "target"),
}
_CALLBACK_NEEDS = ("message", "scope", "version")


def settle_registration(world: World, table: Table, values: dict[str, Any], before: dict[str, Any] | None) -> None:
    """Checks a registration that is written, and fills in what follows from it; other rows are left alone.

    Args:
        world: The sandbox.
        table: The table.
        values: The columns to write; completed in place.
        before: The row as it was; None for a new one.

    Raises:
        Refusal: It would never work, or the sandbox does not cover it.
    """
    if table.logical_name not in REGISTRATIONS:
        return
    row = {**(before or {}), **values}
    if table.logical_name == STEP:
        _check_step(world, row)
    elif table.logical_name == IMAGE:
        _check_image(world, row)
    elif table.logical_name == CALLBACK:
        _check_callback(world, row)
    elif table.logical_name == ENDPOINT:
        values["isauthvalueset"] = int(bool(row.get("authvalue")))
        if row.get("contract") == WEBHOOK:
            _check_url(row.get("url"))


def _check_step(world: World, row: dict[str, Any]) -> None:
    stage, mode = row.get("stage"), row.get("mode")
    if stage not in _STAGES:
        raise refusals.bad_registration(f"Invalid plug-in registration stage: {stage}. Use 10, 20 or 40.")
    if mode == ASYNCHRONOUS and stage != POST_OPERATION:
        raise refusals.bad_registration("Asynchronous steps can be registered in the stage PostOperation (40) only.")
    _check_handler(world, row)
    _check_message(world, row)


def _check_handler(world: World, row: dict[str, Any]) -> None:
    if row.get("eventhandler__table") != ENDPOINT:
        raise refusals.not_covered("plug-ins; steps of webhooks only")
    endpoints = world.store.select(ENDPOINT, {"serviceendpointid": row["eventhandler"]}, ("contract",))
    if endpoints and endpoints[0]["contract"] != WEBHOOK:  # files may bring it later
        raise refusals.not_covered("service endpoints other than webhooks")


def _check_message(world: World, row: dict[str, Any]) -> None:
    found = world.store.select("sdkmessage", {"sdkmessageid": row.get("sdkmessageid")}, ("name",))
    name = found[0]["name"] if found else None
    if name is not None and name not in MESSAGES:
        raise refusals.not_covered(f"steps of the message {name}")
    chosen = row.get("sdkmessagefilterid")
    if chosen is None:
        return
    match = {"sdkmessagefilterid": chosen, "sdkmessageid": row.get("sdkmessageid")}
    if not world.store.select("sdkmessagefilter", match, ("sdkmessagefilterid",)):
        raise refusals.step_not_allowed()


def _check_image(world: World, row: dict[str, Any]) -> None:
    steps = world.store.select(STEP, {"sdkmessageprocessingstepid": row.get("sdkmessageprocessingstepid")}, limit=1)
    if row.get("sdkmessageprocessingstepid") is None:
        raise refusals.required_missing("sdkmessageprocessingstepid", IMAGE)
    if not steps:
        return  # files may bring it later
    (message,) = world.store.select("sdkmessage", {"sdkmessageid": steps[0]["sdkmessageid"]}, ("name",))
    name, kind = message["name"], row.get("imagetype")
    if name not in _IMAGES:
        raise refusals.no_images(name)
    possible, member = _IMAGES[name]
    if kind not in possible:
        raise refusals.wrong_image(name)
    if kind in POST_IMAGES and steps[0]["stage"] != POST_OPERATION:
        raise refusals.post_image_too_early()
    if str(row.get("messagepropertyname")).lower() != member:
        raise refusals.wrong_message_property(str(row.get("messagepropertyname")), name)


def _check_callback(world: World, row: dict[str, Any]) -> None:
    for name in _CALLBACK_NEEDS:
        if row.get(name) is None:
            raise refusals.required_missing(name, CALLBACK)
    if row.get("sdkmessagename"):
        raise refusals.not_covered("callback registrations of other messages")
    table = world.model.table(str(row.get("entityname")))
    if table is None or table.is_view or table.is_intersect:
        raise refusals.bad_registration(f"There is no table with rows of its own called '{row.get('entityname')}'.")
    _check_url(row.get("url"))
    _check_due(row)
    if row.get("filterexpression"):
        holds(world, table, NOBODY, str(row["filterexpression"]))


def _check_due(row: dict[str, Any]) -> None:
    try:
        due({"postponeuntil": row.get("postponeuntil")})
    except ValueError as error:
        raise refusals.bad_registration("postponeuntil must be a timestamp such as 2030-01-31T08:00:00Z.") from error


def _check_url(url: Any) -> None:
    try:
        parts = urlsplit(str(url or ""))
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise refusals.bad_registration("The url must be an absolute http or https address.")
