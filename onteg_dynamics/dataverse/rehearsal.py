"""A dry run: writes are taken down instead of sent, and compared with the rows as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from onteg_dynamics.dataverse.differences import changes_of
from onteg_dynamics.dataverse.protocol import JSON_BODY, Request, Response

if TYPE_CHECKING:
    from onteg_dynamics.dataverse.link import Link

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
        }


def _shown(request: Request) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "path": request.path}
    headers = {name: value for name, value in request.headers.items() if name not in JSON_BODY}
    if request.body and request.headers.get("Content-Type") == "application/octet-stream":
        shown["body"] = f"{len(request.body)} bytes"
    elif request.body:
        text = request.body.decode("utf-8", "replace")
        shown["body"] = orjson.loads(text) if text[:1] in "[{" else text
    return {**shown, "headers": headers}
