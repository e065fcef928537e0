"""Session tokens: what a write to an elastic table answers with ("Work with session token").

A token is told and taken back; as the sandbox has one copy of each row, every read sees every write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.elastic.partitions import elastic_table

if TYPE_CHECKING:
    from onteg_dynamics.sandbox.service.message import Request, Response
    from onteg_dynamics.sandbox.service.resources import Resource

HEADER = "x-ms-session-token"
_WRITES = frozenset({"POST", "PATCH", "PUT"})


def with_token(request: Request, resource: Resource, response: Response) -> Response:
    """The answer with a session token, where it was a write to an elastic table; deletes have none."""
    if request.method in _WRITES and response.status < 400 and elastic_table(resource) is not None:
        response.headers.append((HEADER, f"240:8#{request.world.store.next_version()}#7=-1"))
    return response
