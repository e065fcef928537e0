"""Queries in languages of their own: FetchXML, saved views, SQL, ``$apply``.

Follows "Retrieve and execute predefined queries", "Use SQL to query data by using the Dataverse Web API" and
"Aggregate data using OData".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query import Base
from onteg_dynamics.sandbox.query.apply import ApplyWish, parse_apply, run_apply
from onteg_dynamics.sandbox.query.fetchxml import parse_fetch, run_fetch
from onteg_dynamics.sandbox.query.options import parse_count, parse_order, parse_top
from onteg_dynamics.sandbox.service.fetched import list_fetched, listed, option_of, wish_of
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.resources import Rows

_BESIDE_APPLY = frozenset({"$apply", "$orderby", "$top", "$count", "$skiptoken"})
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")


def list_by_query(request: Request, rows: Rows) -> Response | None:
    """GET of a collection by a query in another language, or None where there is none.

    Args:
        request: The request.
        rows: The collection.

    Raises:
        Refusal: The query cannot be read or carried out; several were given.
    """
    given = [(name, text) for name in _LANGUAGES if (text := option_of(request, name)) is not None]
    if not given:
        return None
    if len(given) > 1:
        raise refusals.query_error(f"The query options '{given[0][0]}' and '{given[1][0]}' cannot be used together.")
    name, text = given[0]
    return _LANGUAGES[name](request, rows, text)


def _fetch(request: Request, rows: Rows, text: str) -> Response:
    return list_fetched(request, rows, parse_fetch(text))


def _saved(request: Request, rows: Rows, text: str) -> Response:
    return list_fetched(request, rows, parse_fetch(_stored(request, "savedquery", text)))


def _own(request: Request, rows: Rows, text: str) -> Response:
    return list_fetched(request, rows, parse_fetch(_stored(request, "userquery", text)))


def _sql(request: Request, rows: Rows, text: str) -> Response:
    """SQL; its pages go on by links, also where no page size was asked for."""
    from onteg_dynamics.sandbox.query.tsql import parse_sql

    fetch = parse_sql(text, request.world.model, request.world.clock())
    listing = run_fetch(request.world, rows.table, fetch, wish_of(request, rows), request.caller)
    return Response.json(listed(request, listing, links=True))


def _apply(request: Request, rows: Rows, text: str) -> Response:
    options, link = dict(request.options), rows.link
    for name in options:
        if name.startswith("$") and name.lower() not in _BESIDE_APPLY:
            raise refusals.query_error(f"The query option '{name}' is not supported together with $apply.")
    aliases = {name: value for name, value in request.options if name.startswith("@")}
    wish = ApplyWish(
        order=parse_order(options.get("$orderby", ""), aliases),
        top=parse_top(options.get("$top")),
        count=parse_count(options.get("$count")),
        token=options.get("$skiptoken"),
        page_size=request.preferences.page_size,
        base=None if link is None else Base(link.navigation, link.row_id),
        names=request.preferences.annotation_filter.formatted,
    )
    listing = run_apply(request.world, rows.table, parse_apply(text, aliases), wish, request.caller)
    return Response.json(listed(request, listing, links=wish.page_size is not None or wish.top is None))


def _stored(request: Request, name: str, text: str) -> str:
    """The FetchXML of a view."""
    match = _GUID.fullmatch(text.strip())
    if match is None:
        raise refusals.query_error(f"The value '{text[:100]}' of the query option is no id of a query.")
    own = match[1].lower()
    row = request.world.store.get(request.world.model.tables[name], own)
    if row is None:
        raise refusals.no_such_row(name, own)
    if request.caller.rights is not None:
        request.caller.rights.check("Read", request.world.model.tables[name], row)
    if not row["fetchxml"]:
        raise refusals.fetch_element_missing("fetch")
    return str(row["fetchxml"])


_LANGUAGES: dict[str, Callable[[Request, Rows, str], Response]] = {
    "fetchxml": _fetch,
    "savedquery": _saved,
    "userquery": _own,
    "sql": _sql,
    "$apply": _apply,
}
