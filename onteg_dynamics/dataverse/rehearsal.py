"""A dry run: writes are taken down instead of sent, and compared with the rows as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.differences import changes_of
from onteg_dynamics.dataverse.needs import needs_of
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, Response
from onteg_dynamics.errors import ServiceError, UnknownNameError

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.link import Link
    from onteg_dynamics.dataverse.tables import Table

__all__ = ["Rehearsal"]


@dataclass
class Rehearsal:
    """Takes down what would have been sent.

    Attributes:
        requests: the writes, in order.
        resolved: what was written for a lookup or a choice, and what it means: column, given, value.
    """

    requests: list[Request] = field(default_factory=list)
    resolved: list[dict[str, Any]] = field(default_factory=list)

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
            "resolved": self.resolved,
            "changes": [change for request in self.requests for change in changes_of(link, request)],
            "privileges": _privileges(link, self.requests),
        }


def _privileges(link: Link, requests: Sequence[Request]) -> list[dict[str, Any]] | None:
    """The privileges that the writes need, held or not; None where they cannot be read."""
    from onteg_dynamics.dataverse.privileges import privileges, who_acts

    wanted: dict[Table, list[str]] = {}
    for name, access in dict.fromkeys(need for request in requests for need in needs_of(request)):
        if (table := _known(link, name)) is not None and access not in wanted.setdefault(table, []):
            wanted[table].append(access)
    try:
        found = privileges(link, who_acts(link), wanted) if wanted else []
    except ServiceError:
        return None
    return [
        {"table": one.table, "access": one.access, "privilege": one.name, "held": one.held, "reach": one.reach}
        for one in found
    ]


def _known(link: Link, name: str) -> Table | None:
    try:
        return link.table(name)
    except UnknownNameError:
        return None


def _shown(request: Request) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "path": request.path}
    headers = {name: value for name, value in request.headers.items() if name not in JSON_BODY}
    if request.body and request.headers.get("Content-Type") == "application/octet-stream":
        shown["body"] = f"{len(request.body)} bytes"
    elif request.body:
        text = request.body.decode("utf-8", "replace")
        shown["body"] = orjson.loads(text) if text[:1] in "[{" else text
    return {**shown, "headers": headers}
