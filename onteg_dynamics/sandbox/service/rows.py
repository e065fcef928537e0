"""Operations on one row: retrieve, update, upsert, delete, and its single properties.

Follows "Retrieve a table row", "Update and delete table rows", "Upsert a table row" and "Perform conditional
operations using the Web API".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.elastic.upsert import whole_row
from onteg_dynamics.sandbox.files.settle import ATTACHMENTS
from onteg_dynamics.sandbox.files.transfer import BINARY_TYPES, download, show, upload
from onteg_dynamics.sandbox.model import Column, Table
from onteg_dynamics.sandbox.query import fetch_row, parse_query
from onteg_dynamics.sandbox.read import RenderContext, context_url, render
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.resources import Nothing, OneRow, Property, RawValue, missing, stored_row
from onteg_dynamics.sandbox.write import create_row, delete_row, refuse_duplicates, update_row
from onteg_dynamics.sandbox.write.references import row_by_key


def retrieve(request: Request, row: OneRow) -> Response:
    """GET of one row, with ``$select`` and ``$expand``; 304 where the caller has this version."""
    row_id = row.key if isinstance(row.key, str) else str(stored_row(request.world, row)[row.table.primary_id])
    document = row_document(request, row, row_id, request.options)
    if document is None:
        raise missing(row)
    if _is_known(request, document.get("@odata.etag")):
        return Response(304, headers=[("ETag", document["@odata.etag"])])
    return _with_etag(Response.json(document), document)


def nothing(_request: Request, _resource: Nothing) -> Response:
    """GET of an empty lookup."""
    return Response(204)


def patch(request: Request, row: OneRow) -> Response:
    """PATCH of a row: update, or create where there is none and ``If-Match`` does not forbid it."""
    payload = request.payload(row.table.entity_set_name)
    found = row_by_key(request.world, row.table, row.key)
    if found is None:
        if request.if_match is not None:
            raise missing(row)
        return _upsert_create(request, row, payload)
    if request.if_none_match == "*":
        raise refusals.duplicate_row()
    _check_version(request, found)
    values = _without_key(request, row, payload)
    if request.if_match is None:
        values = whole_row(request.world.model, row.table, values)
    update_row(request.world, request.caller, row.table, found, values)
    _check_duplicates(request, row, str(found[row.table.primary_id]))
    return _written(request, row, str(found[row.table.primary_id]), created=False)


def delete(request: Request, row: OneRow) -> Response:
    """DELETE of a row."""
    found = stored_row(request.world, row)
    if row.table.logical_name == ATTACHMENTS:
        raise refusals.abstract_table(ATTACHMENTS)  # a file goes by its column, or by DeleteFile
    _check_version(request, found)
    delete_row(request.world, request.caller, row.table, found)
    return Response(204)


def get_property(request: Request, resource: Property) -> Response:
    """GET of one property; null is 204. A file or image comes as Base64."""
    if resource.column.type in BINARY_TYPES:
        return _binary(request, resource, "Read", show)
    document, row_id = _property_document(request, resource.row, resource.column.property_name)
    name = resource.column.property_name
    if document.get(name) is None:
        return Response(204)
    context = f"{request.root}$metadata#{resource.row.table.entity_set_name}({row_id})/{name}"
    return Response.json({"@odata.context": context, "value": document[name]})


def get_value(request: Request, resource: RawValue) -> Response:
    """GET of one property's bare value."""
    column = resource.column
    if column.type in BINARY_TYPES:
        return _binary(request, resource, "Read", download)
    document, _ = _property_document(request, resource.row, column.property_name)
    value = document.get(column.property_name)
    if value is None:
        return Response(204)
    if isinstance(value, bool):
        return Response.text(str(value).lower())
    return Response.text(value if isinstance(value, str) else Response.json(value).body.decode())


def put_property(request: Request, resource: Property) -> Response:
    """PUT of one property: ``{"value": …}``; a file with its name is uploaded."""
    if resource.column.type in BINARY_TYPES and "x-ms-file-name" in request.headers:
        return patch_property(request, resource)
    payload = request.payload(resource.row.table.entity_set_name)
    if "value" not in payload:
        raise refusals.payload_error(
            resource.row.table.entity_set_name,
            "Microsoft.OData.ODataException: A property with name 'value' was expected in the payload.",
        )
    return _set_property(request, resource, payload["value"])


def patch_property(request: Request, resource: Property) -> Response:
    """PATCH of a file or image column: an upload."""
    if resource.column.type not in BINARY_TYPES:
        raise refusals.method_not_allowed(request.method, resource.column.logical_name)
    return _binary(request, resource, "Write", upload)


def delete_property(request: Request, resource: Property) -> Response:
    """DELETE of one property: it becomes null."""
    return _set_property(request, resource, None)


def row_document(request: Request, row: OneRow, row_id: str, options: list[tuple[str, str]]) -> dict[str, Any] | None:
    """The JSON of one row, or None where it is not there.

    Args:
        request: Whose annotation wish counts.
        row: The row's table.
        row_id: The row's id.
        options: The query options; only ``$select`` and ``$expand`` shape a row.
    """
    query = parse_query(request.world.model, row.table, options)
    found = fetch_row(
        request.world, query, row_id, request.caller, names=request.preferences.annotation_filter.formatted
    )
    if found is None:
        return None
    body = render(found, request.preferences.annotation_filter, RenderContext(request.root, request.world.model))
    return {"@odata.context": context_url(request.root, row.table, query, single=True), **body}


def _binary(
    request: Request,
    resource: Property | RawValue,
    verb: str,
    work: Callable[[Request, Table, dict[str, Any], Column], Response],
) -> Response:
    """Does something with a row's file or image, once the caller may."""
    found, table = stored_row(request.world, resource.row), resource.row.table
    if request.caller.rights is not None:
        request.caller.rights.check(verb, table, found)
    _check_version(request, found)
    return work(request, table, found, resource.column)


def _property_document(request: Request, row: OneRow, name: str) -> tuple[dict[str, Any], str]:
    row_id = str(stored_row(request.world, row)[row.table.primary_id])
    return row_document(request, row, row_id, [("$select", name)]) or {}, row_id


def _set_property(request: Request, resource: Property, value: Any) -> Response:
    table = resource.row.table
    if resource.column.is_lookup:
        raise refusals.lookup_value_in_payload()
    found = stored_row(request.world, resource.row)
    _check_version(request, found)
    update_row(request.world, request.caller, table, found, {resource.column.property_name: value})
    return Response(204)


def _upsert_create(request: Request, row: OneRow, payload: dict[str, Any]) -> Response:
    world, caller = request.world, request.caller
    if isinstance(row.key, str):
        payload = {name: value for name, value in payload.items() if name != row.table.primary_id}
        row_id = create_row(world, caller, row.table, payload, row_id=row.key)
    else:
        row_id = create_row(world, caller, row.table, payload, key=row.key)
    _check_duplicates(request, row, row_id)
    return _written(request, row, row_id, created=True)


def _check_duplicates(request: Request, row: OneRow, row_id: str) -> None:
    if request.detects_duplicates:
        refuse_duplicates(request.world, row.table, row_id)


def _without_key(request: Request, row: OneRow, payload: dict[str, Any]) -> dict[str, Any]:
    """The body without the columns that the address already names: the address wins."""
    names = {row.table.primary_id, *(row.key if isinstance(row.key, dict) else ())}
    for relation in request.world.model.lookups_of(row.table.logical_name):
        if f"_{relation.column}_value" in names:
            names |= {relation.navigation, f"{relation.navigation}@odata.bind"}
    return {name: value for name, value in payload.items() if name not in names}


def _check_version(request: Request, stored: dict[str, Any]) -> None:
    wanted = request.if_match
    if wanted in {None, "*"}:
        return
    if wanted != f'W/"{stored.get("versionnumber")}"':
        raise refusals.version_mismatch()


def _is_known(request: Request, etag: str | None) -> bool:
    if request.if_none_match is None or etag is None or request.preferences.annotations is not None:
        return False
    return request.if_none_match == etag and not any(name == "$expand" for name, _ in request.options)


def _written(request: Request, row: OneRow, row_id: str, *, created: bool) -> Response:
    if not request.preferences.representation:
        return no_content(f"{request.root}{row.table.entity_set_name}({_key_address(row)})")
    return representation(request, row, row_id, created=created)


def representation(request: Request, row: OneRow, row_id: str, *, created: bool) -> Response:
    """The row as it is now, after a write that was asked to give it back; an update gives no expansions."""
    shaping = {"$select", "$expand"} if created else {"$select"}
    options = [(name, value) for name, value in request.options if name in shaping]
    document = row_document(request, row, row_id, options) or {}
    response = _with_etag(Response.json(document, 201 if created else 200), document)
    if created:
        response.headers.append(("Location", f"{request.root}{row.table.entity_set_name}({row_id})"))
    return response


def no_content(address: str) -> Response:
    """204 with the row's address."""
    return Response(204, headers=[("OData-EntityId", address), ("Location", address)])


def _key_address(row: OneRow) -> str:
    if isinstance(row.key, str):
        return row.key
    return _encoded(row.key_text)


def _encoded(text: str) -> str:
    return quote(text, safe="'=,()-._~!$*:;@ ").replace(" ", "%20")


def _with_etag(response: Response, document: dict[str, Any]) -> Response:
    etag = document.get("@odata.etag")
    if etag:
        response.headers.append(("ETag", etag))
    return response
