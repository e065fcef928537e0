"""``$ref``: reading and changing links between rows.

Follows "Associate and disassociate table rows using the Web API".
"""

from __future__ import annotations

from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query import parse_query, run_query
from onteg_dynamics.sandbox.service.collections import base_of
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.resources import Link, Nothing, OneRow, Reference, Rows, stored_row
from onteg_dynamics.sandbox.write import associate, disassociate
from onteg_dynamics.sandbox.write.references import resolve


def get_links(request: Request, reference: Reference) -> Response:
    """GET of ``$ref``: addresses instead of rows."""
    subject = reference.of
    if isinstance(subject, Nothing):
        return Response(204)
    if isinstance(subject, OneRow):
        row_id = str(stored_row(request.world, subject)[subject.table.primary_id])
        address = f"{request.root}{subject.table.entity_set_name}({row_id})"
        return Response.json({"@odata.context": f"{request.root}$metadata#$ref", "@odata.id": address})
    return Response.json(_collection(request, subject))


def add_link(request: Request, reference: Reference) -> Response:
    """POST of ``$ref``: adds a row to a collection."""
    link = _link(request, reference)
    if not link.navigation.is_collection or not isinstance(reference.of, Rows):
        raise refusals.method_not_allowed(request.method, "$ref")
    _associate(request, link)
    return Response(204)


def set_link(request: Request, reference: Reference) -> Response:
    """PUT of ``$ref``: sets a lookup."""
    link = _link(request, reference)
    if link.navigation.is_collection:
        raise refusals.method_not_allowed(request.method, "$ref")
    _associate(request, link)
    return Response(204)


def remove_link(request: Request, reference: Reference) -> Response:
    """DELETE of ``$ref``: clears a lookup, or takes a row out of a collection."""
    link = _link(request, reference)
    target: dict[str, Any] | None = None
    if link.navigation.is_collection:
        target = _member(request, reference.of)
    disassociate(request.world, request.caller, link.table, dict(link.row), link.navigation, target)
    return Response(204)


def _link(request: Request, reference: Reference) -> Link:
    if reference.of.link is None:
        raise refusals.method_not_allowed(request.method, "$ref")
    return reference.of.link


def _associate(request: Request, link: Link) -> None:
    entity_set = link.table.entity_set_name
    payload = request.payload(entity_set)
    table, row_id = resolve(request.world, payload.get("@odata.id"), entity_set)
    stored = request.world.store.get(table, row_id)
    assert stored is not None
    associate(request.world, request.caller, link.table, dict(link.row), link.navigation, table, stored)


def _member(request: Request, subject: Rows | OneRow | Nothing) -> dict[str, Any]:
    """The row to take out: named in the address or by ``$id``."""
    if isinstance(subject, OneRow):
        return stored_row(request.world, subject)
    address = dict(request.options).get("$id")
    if address is None or not isinstance(subject, Rows):
        raise refusals.bad_request_uri("The query option '$id' must name the row to remove.")
    table, row_id = resolve(request.world, address, subject.table.entity_set_name)
    if table is not subject.table:
        raise refusals.no_such_row(subject.table.logical_name, row_id)
    found = request.world.store.get(table, row_id)
    assert found is not None
    return found


def _collection(request: Request, rows: Rows) -> dict[str, Any]:
    options = [pair for pair in request.options if pair[0] not in {"$select", "$expand"}]
    query = parse_query(request.world.model, rows.table, [*options, ("$select", rows.table.primary_id)])
    page = run_query(
        request.world,
        query,
        base=base_of(rows),
        page_size=request.preferences.page_size,
        caller=request.caller,
    )
    head = f"{request.root}{rows.table.entity_set_name}"
    ids = [row.values[rows.table.primary_id] for row in page.rows]
    context = f"{request.root}$metadata#Collection($ref)"
    return {"@odata.context": context, "value": [{"@odata.id": f"{head}({row_id})"} for row_id in ids]}
