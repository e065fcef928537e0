"""What a write needs in privileges, read off its request. Pure but for the names of tables.

Implements "Security roles and privileges": to write a lookup needs Append to the row and AppendTo the other one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from onteg_dynamics.dataverse.protocol import Request

__all__ = ["Need", "needs_of"]

Need = tuple[str, str]
"""Entity set or logical name of a table, and an access to it."""

_BIND = "@odata.bind"
_ADDRESS = re.compile(r"(?:^|/)(\w+)\([^()/]+\)$")
_MESSAGES = {"CreateMultiple": ("Create",), "UpdateMultiple": ("Write",), "UpsertMultiple": ("Create", "Write")}
_WRITES = {("set", "POST"): ("Create",), ("row", "PATCH"): ("Write",), ("row", "DELETE"): ("Delete",)}
_SHARES = frozenset({"GrantAccess", "ModifyAccess", "RevokeAccess"})


def needs_of(request: Request) -> Iterator[Need]:
    """The accesses that a write of rows, a link or a share needs; nothing is said of other messages.

    Args:
        request: as it would be sent.
    """
    path = request.path.partition("?")[0]
    body = _body(request)
    if path in _SHARES:
        yield str(body.get("Target", {}).get("@odata.type", "")).rpartition(".")[2], "Share"
    elif path.endswith("/$ref"):
        yield from _links(request, path, body)
    else:
        entity_set = re.split(r"[(/]", path)[0]
        yield from ((entity_set, access) for access in _accesses(request, path))
        targets = body.get("Targets")
        for row in targets if isinstance(targets, list) else [body]:
            yield from _lookups(entity_set, row, request.method)


def _accesses(request: Request, path: str) -> tuple[str, ...]:
    message = path.rpartition("Microsoft.Dynamics.CRM.")[2] if "/" in path else ""
    if message:
        return _MESSAGES.get(message, ())
    if request.method == "PATCH" and path.endswith(")") and "If-Match" not in request.headers:
        return ("Create", "Write")
    kind = ("row" if path.endswith(")") else "set", request.method)
    return _WRITES.get(kind, ()) if re.fullmatch(r"[a-z]\w*(\(.*\))?", path) else ()


def _lookups(entity_set: str, row: Any, method: str) -> Iterator[Need]:
    for name, value in row.items() if isinstance(row, Mapping) else ():
        target = _ADDRESS.search(value) if name.endswith(_BIND) and isinstance(value, str) else None
        if target is None:
            continue
        if name == f"ownerid{_BIND}":
            yield from [(entity_set, "Assign")] if method == "PATCH" else []
        else:
            yield from ((entity_set, "Append"), (target[1], "AppendTo"))


def _links(request: Request, path: str, body: Mapping[str, Any]) -> Iterator[Need]:
    """A row is linked to the one whose address it is at, or let go."""
    address = str(body.get("@odata.id") or request.path.partition("$id=")[2])
    other = _ADDRESS.search(address)
    yield re.split(r"[(/]", path)[0], "AppendTo"
    if other is not None:
        yield other[1], "Append"


def _body(request: Request) -> Mapping[str, Any]:
    if not request.body or not request.body.startswith(b"{"):
        return {}
    body: Mapping[str, Any] = orjson.loads(request.body)
    return body
