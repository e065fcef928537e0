"""Operations on many rows: query, count, create.

Follows "Query data using the Web API", "Page results" and "Create a table row using the Web API".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.changes.answers import asks_for_changes, count_changes, list_changes
from onteg_dynamics.sandbox.query import Base, Page, parse_query, run_query
from onteg_dynamics.sandbox.read import RenderContext, context_url, render
from onteg_dynamics.sandbox.service.languages import list_by_query
from onteg_dynamics.sandbox.service.message import BOM, Request, Response
from onteg_dynamics.sandbox.service.resources import Count, OneRow, Rows
from onteg_dynamics.sandbox.service.rows import no_content, representation
from onteg_dynamics.sandbox.write import associate, create_row, delete_row, refuse_duplicates

_CRM = "@Microsoft.Dynamics.CRM."
_ONCE = ("$skiptoken=", "$count=", "%24skiptoken=", "%24count=")


def list_rows(request: Request, rows: Rows) -> Response:
    """GET of a collection: one page of it, by OData options or a query in another language."""
    if asks_for_changes(request):
        return list_changes(request, rows)
    listed = list_by_query(request, rows)
    if listed is not None:
        return listed
    query = parse_query(request.world.model, rows.table, request.options)
    page = run_query(
        request.world,
        query,
        base=base_of(rows),
        page_size=request.preferences.page_size,
        caller=request.caller,
        names=request.preferences.annotation_filter.formatted,
    )
    annotations, context = request.preferences.annotation_filter, RenderContext(request.root, request.world.model)
    document: dict[str, Any] = {"@odata.context": context_url(request.root, rows.table, query, single=False)}
    document |= _counts(request, page)
    document["value"] = [render(row, annotations, context) for row in page.rows]
    if page.next_token is not None:
        document["@odata.nextLink"] = _next_link(request, page.next_token)
    return Response.json(document)


def count_rows(request: Request, count: Count) -> Response:
    """GET of ``$count``: a number as text, with the byte order mark that the service sends."""
    if any(name == "$deltatoken" for name, _ in request.options):
        return count_changes(request, count.rows)
    options = [(name, value) for name, value in request.options if name not in {"$count", "$select"}]
    query = parse_query(request.world.model, count.rows.table, [*options, ("$count", "true")])
    page = run_query(request.world, query, base=base_of(count.rows), page_size=1, caller=request.caller)
    return Response.text(f"{BOM}{page.count or 0}")


def create(request: Request, rows: Rows) -> Response:
    """POST to a collection: a new row; in a row's collection it is linked to that row."""
    payload = request.payload(rows.table.entity_set_name)
    row_id = _create(request, rows, payload)
    if request.detects_duplicates:
        refuse_duplicates(request.world, rows.table, row_id)
    row = OneRow(rows.table, row_id, row_id)
    if request.preferences.representation:
        return representation(request, row, row_id, created=True)
    return no_content(f"{request.root}{rows.table.entity_set_name}({row_id})")


def replace_parties(request: Request, rows: Rows) -> Response:
    """PUT of an activity's parties, the one collection that is replaced as a whole: ``{"value": […]}``."""
    link = rows.link
    if link is None or link.navigation.relation is None or rows.table.logical_name != "activityparty":
        raise refusals.method_not_allowed(request.method, rows.table.entity_set_name)
    parties = request.payload(rows.table.entity_set_name).get("value")
    if not isinstance(parties, list) or not all(isinstance(party, dict) for party in parties):
        raise refusals.unreadable_json(rows.table.entity_set_name)
    for stored in request.world.store.select("activityparty", {link.navigation.relation.column: link.row_id}):
        delete_row(request.world, request.caller, rows.table, stored)
    for party in parties:
        _create(request, rows, party)
    return Response(204)


def base_of(rows: Rows) -> Base | None:
    """The restriction to a row's collection, or None."""
    return None if rows.link is None else Base(rows.link.navigation, rows.link.row_id)


def _create(request: Request, rows: Rows, payload: dict[str, Any]) -> str:
    world, caller, link = request.world, request.caller, rows.link
    if link is None:
        return create_row(world, caller, rows.table, payload)
    if link.navigation.relation is not None:
        parent = f"/{link.table.entity_set_name}({link.row_id})"
        bind = {f"{link.navigation.relation.navigation}@odata.bind": parent}
        return create_row(world, caller, rows.table, {**payload, **bind})
    row_id = create_row(world, caller, rows.table, payload)
    stored = world.store.get(rows.table, row_id)
    assert stored is not None
    associate(world, caller, link.table, dict(link.row), link.navigation, rows.table, stored)
    return row_id


def _counts(request: Request, page: Page) -> dict[str, Any]:
    """The count, and the annotations that tell whether it is the whole truth."""
    found: dict[str, Any] = {} if page.count is None else {"@odata.count": page.count}
    wanted = request.preferences.annotation_filter
    values = {
        "totalrecordcount": -1 if page.count is None else page.count,
        "totalrecordcountlimitexceeded": page.count_exceeded,
        "globalmetadataversion": str(request.world.model.version),
    }
    found |= {f"{_CRM}{name}": value for name, value in values.items() if wanted.wants(f"{_CRM[1:]}{name}")}
    return found


def _next_link(request: Request, token: str) -> str:
    """This query again, with the token; the count is told once only."""
    kept = [part for part in request.query.split("&") if part and not part.lower().startswith(_ONCE)]
    path = request.path.rstrip("/")
    query = "&".join([*kept, f"$skiptoken={quote(token, safe='')}"])
    return f"{request.root}{path}?{query}"
