"""Webhooks as the environment knows them: endpoints, the steps that post to them, and the posts that failed.

Implements "Register a webhook", and the tables serviceendpoint, sdkmessageprocessingstep and asyncoperation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.paging import every_row
from onteg_dynamics.dataverse.protocol import Request
from onteg_dynamics.errors import InputError, Problem

__all__ = ["Endpoint", "Failures", "Proof", "Step", "endpoints", "failures_of", "steps_of"]

WEBHOOK = 8
MODES = {0: "Synchronous", 1: "Asynchronous"}
_FAILED = 31
_KINDS = {4: "Key", 5: "Header", 6: "Query"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_STEP = "sdkmessageprocessingstepid,name,mode,stage,statecode,filteringattributes,_eventhandler_value"
_STEP_OF = "sdkmessageid($select=name),sdkmessagefilterid($select=primaryobjecttypecode)"


@dataclass(frozen=True)
class Proof:
    """What tells an endpoint that a post comes from the environment.

    Attributes:
        kind: ``Key`` (the query parameter ``code``), ``Header`` or ``Query``.
        value: the secret.
        name: of the header or query parameter; "" for a key.
    """

    kind: str
    value: str = field(repr=False)
    name: str = ""

    def __post_init__(self) -> None:
        """What cannot be sent is refused here, and not by each post."""
        if self.kind == "Key":
            return
        if not self.name:
            raise InputError((Problem("secret_name", "", f"is required with {self.kind}"),))
        if self.kind == "Header" and not (_TOKEN.fullmatch(self.name) and self.value.isascii()):
            raise InputError((Problem("secret_name", "", "or Secret has a character that no header may have"),))

    def columns(self) -> dict[str, Any]:
        """The columns of an endpoint that keep it."""
        kinds = {kind: number for number, kind in _KINDS.items()}
        setting = f"<setting name={quoteattr(self.name)} value={quoteattr(self.value)} />"
        value = self.value if self.kind == "Key" else f"<settings>{setting}</settings>"
        return {"authtype": kinds[self.kind], "authvalue": value}


@dataclass(frozen=True)
class Endpoint:
    """A webhook: where posts go, and how they prove themselves (Key, Header or Query)."""

    id: str
    name: str
    url: str
    proof: str


@dataclass(frozen=True)
class Step:
    """What a webhook is told of.

    Attributes:
        id: GUID.
        webhook_id: GUID of its endpoint.
        table: logical name, "" for all tables.
        message: Create, Update, Delete …
        mode: Asynchronous, or Synchronous (the change waits for the endpoint).
        enabled: whether it is switched on.
        columns: of an update: those that must be in it, sorted; none for any.
        stage: when, in the operation: 10 and 20 before the change, 40 after it.
    """

    id: str
    webhook_id: str
    table: str
    message: str
    mode: str
    enabled: bool
    columns: tuple[str, ...]
    stage: int

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about."""
        return self.table, self.message

    @property
    def what(self) -> tuple[object, ...]:
        """All that it is: two steps of a webhook that are the same in this are doubles."""
        return self.table, self.message, self.mode, self.stage, self.columns


@dataclass(frozen=True)
class Failures:
    """Posts that failed: how many jobs are kept, and what the last one says."""

    count: int
    last: str | None


def endpoints(link: Link, webhook: str = "") -> list[Endpoint]:
    """The webhooks of the environment, the oldest first.

    Args:
        link: the client at work.
        webhook: name or GUID of the one that is meant; "" for all.
    """
    guid = guid_of(webhook)
    wanted = f"serviceendpointid eq {guid}" if guid else f"name eq {literal(webhook)}"
    options = {
        "$select": "serviceendpointid,name,url,authtype",
        "$filter": f"contract eq {WEBHOOK}" + (f" and {wanted}" if webhook else ""),
        "$orderby": "createdon,serviceendpointid",
    }
    return [_endpoint(row) for row in every_row(link, "serviceendpoints" + query_string(options))]


def steps_of(link: Link, found: Iterable[Endpoint]) -> list[Step]:
    """The steps of webhooks, the oldest first."""
    own = {one.id for one in found}
    if not own:
        return []
    any_of = " or ".join(f"_eventhandler_value eq {one}" for one in sorted(own)) if len(own) <= 20 else ""
    options = {
        "$select": _STEP,
        "$expand": _STEP_OF,
        "$filter": any_of or f"eventhandler_serviceendpoint/contract eq {WEBHOOK}",
        "$orderby": "createdon,sdkmessageprocessingstepid",
    }
    steps = (_step(row) for row in every_row(link, "sdkmessageprocessingsteps" + query_string(options)))
    return [step for step in steps if step.webhook_id in own]


def failures_of(link: Link, steps: Sequence[Step]) -> Failures:
    """The failed jobs of steps; at most the first 20 steps are looked at."""
    if not steps:
        return Failures(0, None)
    any_of = " or ".join(f"_owningextensionid_value eq {step.id}" for step in steps[:20])
    options = {
        "$select": "message,friendlymessage",
        "$filter": f"statuscode eq {_FAILED} and ({any_of})",
        "$orderby": "createdon desc",
        "$count": "true",
        "$top": "1",
    }
    data = link.send(Request("GET", "asyncoperations" + query_string(options))).data
    last = next((row.get("friendlymessage") or row.get("message") for row in data["value"]), None)
    return Failures(int(data.get("@odata.count") or len(data["value"])), last)


def _endpoint(row: Mapping[str, Any]) -> Endpoint:
    kind = _KINDS.get(row["authtype"], "Other")
    return Endpoint(row["serviceendpointid"], row["name"] or "", row.get("url") or "", kind)


def _step(row: Mapping[str, Any]) -> Step:
    of = row.get("sdkmessagefilterid") or {}
    table = of.get("primaryobjecttypecode") or ""
    return Step(
        row["sdkmessageprocessingstepid"],
        row["_eventhandler_value"],
        "" if table == "none" else table,
        (row.get("sdkmessageid") or {}).get("name") or "",
        MODES.get(row["mode"], "Synchronous"),
        row["statecode"] == 0,
        tuple(sorted(filter(None, (row.get("filteringattributes") or "").split(",")))),
        row["stage"],
    )
