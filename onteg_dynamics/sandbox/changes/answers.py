"""The answers: a first list with its delta link, the changes since, and how many they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.changes.entries import Changes, count_entries, read_changes
from onteg_dynamics.sandbox.changes.marks import BEFORE_ALL, Mark, Place, in_url, is_page_of_changes
from onteg_dynamics.sandbox.changes.tracking import check_mark, check_tracked, mark_now, start
from onteg_dynamics.sandbox.query import Query, parse_query
from onteg_dynamics.sandbox.query.query import MAX_ROWS
from onteg_dynamics.sandbox.read import RenderContext, context_url, render
from onteg_dynamics.sandbox.service.message import BOM, Request, Response
from onteg_dynamics.sandbox.service.resources import Rows

_NO_ROW = "00000000-0000-0000-0000-000000000000"
_DELTA, _SKIP = "$deltatoken", "$skiptoken"
_TAKEN = frozenset({"$select", "$count"})
_TOKENS = ("$deltatoken=", "%24deltatoken=", "$skiptoken=", "%24skiptoken=")


def asks_for_changes(request: Request) -> bool:
    """True for a list that wants a delta link, or goes on from one."""
    given = dict(request.options)
    return request.preferences.track_changes or _DELTA in given or is_page_of_changes(given.get(_SKIP, ""))


def list_changes(request: Request, rows: Rows) -> Response:
    """GET of a table with ``Prefer: odata.track-changes``, of a delta link, or of a later page of either.

    Raises:
        Refusal: The table's changes are not tracked, an option does not go with it, the token is expired or none.
    """
    given = dict(request.options)
    query = _query(request, rows)
    place = _place(request, query, given)
    size = request.preferences.page_size or MAX_ROWS
    changes = read_changes(request.world, query, place, size, names=request.preferences.annotation_filter.formatted)
    response = Response.json(_document(request, query, place, changes))
    if request.preferences.track_changes:
        response.headers.append(("Preference-Applied", "odata.track-changes"))
    return response


def count_changes(request: Request, rows: Rows) -> Response:
    """GET of ``$count`` on a delta link: how many changes there are.

    Raises:
        Refusal: As for the delta link itself.
    """
    query = _query(request, rows)
    place = _place(request, query, dict(request.options))
    return Response.text(f"{BOM}{count_entries(request.world, query, place)}")


def _query(request: Request, rows: Rows) -> Query:
    """The table and its columns; nothing else may be asked for."""
    if rows.link is not None:
        raise refusals.tracking_collection(rows.link.navigation.name)
    kept = [(name, value) for name, value in request.options if name not in {_DELTA, _SKIP}]
    for name, _ in kept:
        if (name.startswith("$") or name.isalpha()) and name not in _TAKEN:
            raise refusals.tracking_with(name)
    check_tracked(rows.table)
    if request.caller.rights is not None:
        _check_all_rows(request, rows)
    return parse_query(request.world.model, rows.table, kept)


def _check_all_rows(request: Request, rows: Rows) -> None:
    """Changes are told to those who may read every row of the table."""
    rights = request.caller.rights
    assert rights is not None
    rights.demand_on("Read", rows.table)
    if not rights.reach("Read", rows.table).everything:
        raise refusals.access_denied(rights.principal.id, "ReadAccess", _NO_ROW, rows.table.logical_name)


def _place(request: Request, query: Query, given: Mapping[str, str]) -> Place:
    """Where the answer begins: behind a page, behind a mark, or at the first row."""
    world, table = request.world, query.table
    if _SKIP in given:
        place = Place.parse(given[_SKIP])
        check_mark(world, table, place.until)
        return place
    if _DELTA in given:
        mark = Mark.parse(given[_DELTA])
        check_mark(world, table, mark)
        return Place(mark.version, mark_now(world))
    return Place(BEFORE_ALL, start(world, table))


def _document(request: Request, query: Query, place: Place, changes: Changes) -> dict[str, Any]:
    context = context_url(request.root, query.table, query, single=False)
    document: dict[str, Any] = {"@odata.context": context if place.is_full else f"{context}/$delta"}
    if query.count:
        document["@odata.count"] = min(count_entries(request.world, query, place), MAX_ROWS)
    if changes.following is None:
        document["@odata.deltaLink"] = _link(request, _DELTA, str(place.until))
    document["value"] = _entries(request, query, changes)
    if changes.following is not None:
        document["@odata.nextLink"] = _link(request, _SKIP, str(changes.following))
    return document


def _entries(request: Request, query: Query, changes: Changes) -> list[dict[str, Any]]:
    wanted, where = request.preferences.annotation_filter, RenderContext(request.root, request.world.model)
    gone = f"{request.root}$metadata#{query.table.entity_set_name}/$deletedEntity"
    found = [render(row, wanted, where) for row in changes.rows]
    found += [{"@odata.context": gone, "id": row_id, "reason": "deleted"} for row_id in changes.deleted]
    return found


def _link(request: Request, option: str, token: str) -> str:
    """This query with another token."""
    kept = [part for part in request.query.split("&") if part and not part.lower().startswith(_TOKENS)]
    return f"{request.root}{request.path.rstrip('/')}?{'&'.join([*kept, f'{option}={in_url(token)}'])}"
