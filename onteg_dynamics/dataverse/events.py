"""What a webhook's endpoint is sent → a row as everything else here gives it. Pure, but for reading a row anew.

Implements "Use webhooks": the RemoteExecutionContext as .NET's serializer writes it, and how posts prove themselves.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from onteg_dynamics.dataverse.endpoints import Proof
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.rows import get
from onteg_dynamics.dataverse.selection import Selection
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.errors import InputError, NotFoundError, Problem

__all__ = ["Event", "check_proof", "read_again", "read_event", "read_headers"]

CUT_HEADER, HOST_HEADER = "x-ms-dynamics-msg-size-exceeded", "x-ms-dynamics-organization"
_DATE = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_PRIMARY_NAME = "AsynchronousStepPrimaryName"  # an image of the name alone that nobody asked for


@dataclass(frozen=True)
class Event:
    """What happened.

    Attributes:
        message: Create, Update, Delete …
        table: logical name.
        id: the row's GUID.
        row: the columns that were written; None of a deleted row, or where they were cut off.
        before, after: the row's images, as far as the webhook asked for them.
        user_id: who did it.
        correlation_id: tells what belongs together.
        happened_at: moment, ISO 8601.
        cut: the post was too large, so that the row and its images were left out.
    """

    message: str
    table: str
    id: str
    row: Row | None
    before: Row | None
    after: Row | None
    user_id: str
    correlation_id: str
    happened_at: str | None
    cut: bool


def read_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers by name in lower case; of several values the first."""
    return {str(name).lower(): _first(value) for name, value in headers.items()}


def check_proof(proof: Proof, headers: Mapping[str, str], query: str | Mapping[str, Any]) -> None:
    """Make sure that a post carries the webhook's secret.

    Args:
        proof: what the webhook was registered with.
        headers: of the post; see `read_headers`.
        query: its query, as text, as whole URL or as parameters.

    Raises:
        InputError: it does not.
    """
    if proof.kind == "Header":
        field, found = "headers", headers.get(proof.name.lower())
    else:
        field, found = "query", _parameters(query).get(proof.name or "code")
    if found is None or not hmac.compare_digest(found.encode(), proof.value.encode()):
        state = "lacks" if found is None else "has another value for"
        what = f'the webhook\'s secret ("{proof.name or "code"}")'
        raise InputError((Problem(field, "", f"{state} {what}: the post is not known to come from your environment"),))


def read_event(body: Any, headers: Mapping[str, str]) -> Event:
    """A post as an event.

    Args:
        body: the post's body: JSON as text or bytes, or what it says.
        headers: of the post; see `read_headers`.

    Raises:
        InputError: it is no post of a webhook.
    """
    context = _context(body)
    inputs = _pairs(context.get("InputParameters"))
    target = inputs.get("Target")
    return Event(
        str(context["MessageName"]),
        str(context["PrimaryEntityName"]),
        str(context["PrimaryEntityId"]).lower(),
        _row(target),
        _image(context.get("PreEntityImages")),
        _image(context.get("PostEntityImages")),
        str(context.get("InitiatingUserId") or ""),
        str(context.get("CorrelationId") or ""),
        _value(str(context.get("OperationCreatedOn") or "")) or None,
        headers.get(CUT_HEADER, "").lower() == "true" or "InputParameters" not in context,
    )


def read_again(link: Link, event: Event) -> Event:
    """A cut event with the row as it stands now; without one where it is gone.

    Args:
        link: the client at work.
        event: what was read of the post.
    """
    if not event.cut or event.message == "Delete":
        return event
    table = link.table(event.table)
    try:
        return replace(event, row=get(link, table, event.id, Selection(table)).row)
    except NotFoundError:
        return event


def _context(body: Any) -> Mapping[str, Any]:
    try:
        context = body if isinstance(body, Mapping) else orjson.loads(body)
    except (orjson.JSONDecodeError, TypeError):
        problem = Problem("body", "", "is not JSON")
    else:
        if isinstance(context, dict) and all(context.get(name) for name in _NEEDED):
            return context
        problem = Problem("body", "", f"is no post of a webhook: {', '.join(_NEEDED)} are expected")
    raise InputError((problem,))


_NEEDED = ("MessageName", "PrimaryEntityName", "PrimaryEntityId")


def _parameters(query: str | Mapping[str, Any]) -> dict[str, str]:
    if isinstance(query, Mapping):
        return {str(name): _first(value) for name, value in query.items()}
    text = urlsplit(query).query if "://" in query or query.startswith("/") else query.lstrip("?")
    return dict(parse_qsl(text, keep_blank_values=True))


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value)


def _pairs(items: Any) -> dict[str, Any]:
    """A .NET collection of pairs."""
    pairs = (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
    return {item["key"]: item.get("value") for item in pairs if isinstance(item.get("key"), str)}


def _image(images: Any) -> Row | None:
    found = {alias: value for alias, value in _pairs(images).items() if alias != _PRIMARY_NAME}
    return _row(next(iter(found.values()), None))


def _row(entity: Any) -> Row | None:
    """An Entity as a row: lookups with their table beside them, labels where the service told them."""
    if not isinstance(entity, dict) or "Attributes" not in entity:
        return None
    row: Row = {}
    for name, value in _pairs(entity["Attributes"]).items():
        row |= _members(name, value)
    labels = _pairs(entity.get("FormattedValues"))
    return row | {f"{name}.label": text for name, text in labels.items() if name in row}


def _members(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and "LogicalName" in value and "Attributes" not in value:
        label = [(f"{name}.label", value["Name"])] if value.get("Name") else []
        return [(name, value.get("Id")), (f"{name}.table", value["LogicalName"]), *label]
    return [(name, _value(value))]


def _value(value: Any) -> Any:
    """A value without its .NET type: choices and amounts by their value, moments in ISO 8601."""
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, dict):
        return _typed(value)
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    return _moment(int(match[1])) if match else value


def _typed(value: Mapping[str, Any]) -> Any:
    if "Attributes" in value:
        return _row(value)
    for member in ("Entities", "Value"):
        if member in value:
            return _value(value[member])
    return {name: _value(one) for name, one in value.items() if name != "__type"}


def _moment(milliseconds: int) -> str | None:
    try:
        moment = (_EPOCH + timedelta(milliseconds=milliseconds)).replace(microsecond=0, tzinfo=None)
    except OverflowError:
        return None
    return f"{moment.isoformat()}Z"
