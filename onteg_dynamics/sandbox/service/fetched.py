"""Results whose columns have names of their own: what FetchXML gives, by a query option or out of a saved view.

Follows "Retrieve and execute predefined queries", "Page results using FetchXml" and "Count rows using FetchXml".
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query import Base
from onteg_dynamics.sandbox.query.cells import Listing
from onteg_dynamics.sandbox.query.fetchxml import Fetch, Wish, run_fetch
from onteg_dynamics.sandbox.read import RenderContext, render_listing
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.resources import Rows

_CRM = "Microsoft.Dynamics.CRM."
_ONCE = re.compile(r"(\$|%24)(skiptoken|count)=", re.IGNORECASE)
_BESIDE = frozenset({"$count", "$skiptoken"})


def option_of(request: Request, name: str) -> str | None:
    """The value of a query option that stands without a dollar sign, or None; its case does not count."""
    return next((value for key, value in request.options if key.lower() == name), None)


def list_fetched(request: Request, rows: Rows, fetch: Fetch) -> Response:
    """GET of a collection by FetchXML: one page, with its cookie where the caller asks for it."""
    listing = run_fetch(request.world, rows.table, fetch, wish_of(request, rows), request.caller)
    return Response.json(listed(request, listing, links=request.preferences.page_size is not None))


def wish_of(request: Request, rows: Rows) -> Wish:
    """What a request asks for beside its query.

    Raises:
        Refusal: An OData option that says what the query says itself.
    """
    options = dict(request.options)
    for name in options:
        if name.startswith("$") and name not in _BESIDE:
            raise refusals.query_error(f"The query option '{name}' is not supported together with a query of its own.")
    link = rows.link
    return Wish(
        page_size=request.preferences.page_size,
        token=options.get("$skiptoken"),
        base=None if link is None else Base(link.navigation, link.row_id),
        names=request.preferences.annotation_filter.formatted,
        count=options.get("$count") == "true",
    )


def listed(request: Request, listing: Listing, *, links: bool) -> dict[str, Any]:
    """A listing as JSON.

    Args:
        request: Whose annotation wish counts.
        listing: The listing.
        links: True to give a link to the next page.
    """
    shape = f"({','.join(listing.shape)})" if listing.shape else ""
    document: dict[str, Any] = {"@odata.context": f"{request.root}$metadata#{listing.table.entity_set_name}{shape}"}
    if listing.count is not None:
        document["@odata.count"] = listing.count
    document |= _annotations(request, listing)
    context = RenderContext(request.root, request.world.model)
    document["value"] = render_listing(listing, request.preferences.annotation_filter, context)
    if links and listing.next_token is not None:
        document["@odata.nextLink"] = _next_link(request, listing.next_token)
    return document


def _annotations(request: Request, listing: Listing) -> dict[str, Any]:
    """Counts, and where there is a next page, how to get there; the last page has neither cookie nor word of it."""
    values: dict[str, Any] = {
        "totalrecordcount": -1 if listing.count is None else listing.count,
        "totalrecordcountlimitexceeded": listing.count_exceeded,
        "globalmetadataversion": str(request.world.model.version),
    }
    if listing.next_token is not None:
        cookie = {"fetchxmlpagingcookie": listing.next_token} if listing.has_cookie else {}
        values |= {**cookie, "morerecords": True}
    wanted = request.preferences.annotation_filter
    return {f"@{_CRM}{name}": value for name, value in values.items() if wanted.wants(_CRM + name)}


def _next_link(request: Request, token: str) -> str:
    kept = [part for part in request.query.split("&") if part and not _ONCE.match(part)]
    query = "&".join([*kept, f"$skiptoken={quote(token, safe='')}"])
    return f"{request.root}{request.path.rstrip('/')}?{query}"
