"""A dry run: writes are taken down instead of sent, and compared with the rows as they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.differences import changes_of
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, Response
from onteg_dynamics.errors import ServiceError

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.link import Link
    from onteg_dynamics.dataverse.tables import Table

__all__ = ["Rehearsal"]


@dataclass
class Rehearsal:
    """Takes down what would have been sent.

    Attributes:
        requests: the writes, in order.
    """

    requests: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Take `request` down; the answer is that of a write without anything to tell."""
        self.requests.append(request)
        return Response(204, {}, b"")

    def told(self, link: Link) -> dict[str, Any]:
        """What would have been sent, and what it would have changed.

        Args:
            link: reads the rows as they stand.
        """
        return {
            "dry_run": True,
            "requests": [_shown(request) for request in self.requests],
            "changes": [change for request in self.requests for change in changes_of(link, request)],
            "privileges": _privileges(link, self.requests),
        }


def _privileges(link: Link, requests: Sequence[Request]) -> list[dict[str, Any]] | None:
    """The privileges that the writes need, held or not; None where they cannot be read."""
    from onteg_dynamics.dataverse.privileges import privileges, who_acts

    wanted: dict[Table, list[str]] = {}
    for request in requests:
        entity_set = re.split(r"[(/?]", request.path)[0]
        for access in _needed(request):
            group = wanted.setdefault(link.table(entity_set), [])
            group += [access] if access not in group else []
    try:
        found = privileges(link, who_acts(link), wanted) if wanted else []
    except ServiceError:
        return None
    return [
        {"table": one.table, "access": one.access, "privilege": one.name, "held": one.held, "reach": one.reach}
        for one in found
    ]


def _needed(request: Request) -> Sequence[str]:
    """What a write of rows needs; nothing is said of other messages."""
    path = request.path.partition("?")[0]
    message = path.rpartition("Microsoft.Dynamics.CRM.")[2] if "/" in path else ""
    if message:
        return _MESSAGES.get(message, ())
    if request.method == "PATCH" and path.endswith(")") and "If-Match" not in request.headers:
        return ("Create", "Write")
    kind = ("row" if path.endswith(")") else "set", request.method)
    return _WRITES.get(kind, ()) if re.fullmatch(r"[a-z]\w*(\(.*\))?", path) else ()


_MESSAGES = {"CreateMultiple": ("Create",), "UpdateMultiple": ("Write",), "UpsertMultiple": ("Create", "Write")}
_WRITES = {("set", "POST"): ("Create",), ("row", "PATCH"): ("Write",), ("row", "DELETE"): ("Delete",)}


def _shown(request: Request) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "path": request.path}
    headers = {name: value for name, value in request.headers.items() if name not in JSON_BODY}
    if request.body and request.headers.get("Content-Type") == "application/octet-stream":
        shown["body"] = f"{len(request.body)} bytes"
    elif request.body:
        text = request.body.decode("utf-8", "replace")
        shown["body"] = orjson.loads(text) if text[:1] in "[{" else text
    return {**shown, "headers": headers}
