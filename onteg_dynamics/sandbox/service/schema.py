"""Verbs other than GET on the metadata sets.

Follows "Create and update table definitions using the Web API" and its sister pages: POST makes, PUT replaces, DELETE
takes away; every answer is 204, and the header ``OData-EntityId`` names what was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Step
from onteg_dynamics.sandbox.schema import Change, change_definition, check_solution, create, delete, find_place
from onteg_dynamics.sandbox.schema.addresses import Place
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.path import NAMESPACE

_BODIES = frozenset({"POST", "PUT"})
_PRIVILEGES = {"POST": "prvCreateEntity", "DELETE": "prvDeleteEntity"}


def change_metadata(request: Request, steps: Sequence[Step]) -> Response:
    """The answer to POST, PUT and DELETE below a metadata set.

    Args:
        request: The request; a transaction of the store is open.
        steps: The address.

    Raises:
        Refusal: The address names nothing, the verb does not fit it, or the change is refused.
    """
    change = open_change(request)
    _check_match(request)
    place = find_place(change.model, steps)
    document = _typed(request.payload(place.set_name), steps) if request.method in _BODIES else None
    address = _carry_out(request, change, place, document)
    change.finish()
    return Response(204, headers=[("OData-EntityId", address)] if address else [])


def _typed(document: Any, steps: Sequence[Step]) -> Any:
    """A body with its type: a cast at the end of the address names it too."""
    cast = steps[-1].name
    if not isinstance(document, dict) or not cast.startswith(NAMESPACE):
        return document
    return {"@odata.type": cast, **document}


def open_change(request: Request) -> Change:
    """A change of the metadata on behalf of a request, with its headers heeded.

    Raises:
        Refusal: The caller may not customize; the solution's name cannot be one.
    """
    if request.caller.rights is not None:
        request.caller.rights.demand(_PRIVILEGES.get(request.method, "prvWriteEntity"))
    options = dict(request.options)
    check_solution(request.headers.get("mscrm.solutionuniquename", options.get("SolutionUniqueName")))
    merge = request.headers.get("mscrm.mergelabels", "").strip().lower() == "true"
    return Change(request.world, request.caller, merge_labels=merge)


def _carry_out(request: Request, change: Change, place: Place, document: object) -> str | None:
    """Changes what is to be changed; the address of what was made, where the answer names it."""
    if request.method == "POST":
        return f"{_address(request)}({create(change, place, document)})"
    if request.method == "DELETE":
        delete(change, place)
        return None
    if request.method != "PUT":
        raise refusals.method_not_allowed(request.method, place.set_name)
    change_definition(change, place, document)
    return _address(request) if place.set_name == "Attributes" else None


def _check_match(request: Request) -> None:
    """Definitions have no etag: only ``*`` can match."""
    if request.if_match not in {None, "*"}:
        raise refusals.version_mismatch()


def _address(request: Request) -> str:
    """The request's address without casts."""
    segments = unquote(request.path).strip("/").split("/")
    return request.root + "/".join(segment for segment in segments if not segment.startswith(NAMESPACE))
