"""Search as messages of the Web API, and at its own address ``/api/search/v2.0/``.

Both take the same parameters and give the same answer: a text with JSON in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.metadata import Message
from onteg_dynamics.sandbox.search.asked import read_asked
from onteg_dynamics.sandbox.search.columns import Fields, indexed_fields
from onteg_dynamics.sandbox.search.run import run_search
from onteg_dynamics.sandbox.search.status import is_enabled, statistics, status
from onteg_dynamics.sandbox.search.suggest import LEAST, USUAL_TOP, run_autocomplete, run_suggest
from onteg_dynamics.sandbox.service.message import Request, Response
from onteg_dynamics.sandbox.service.messages import Registered, Target, result
from onteg_dynamics.sandbox.world import Caller, World

ROOT = "/api/search/v2.0/"
_USUAL = 50
_TEXTS = dict.fromkeys(("search", "entities", "filter"), "Edm.String")
_QUERY = {
    **_TEXTS,
    **dict.fromkeys(("facets", "options", "orderby", "propertybag"), "Edm.String"),
    "count": "Edm.Boolean",
    "skip": "Edm.Int32",
    "top": "Edm.Int32",
}
_SUGGEST = {
    **_TEXTS,
    **dict.fromkeys(("options", "orderby", "propertybag"), "Edm.String"),
    "fuzzy": "Edm.Boolean",
    "top": "Edm.Int32",
}
_AUTOCOMPLETE = {**_TEXTS, "propertybag": "Edm.String", "fuzzy": "Edm.Boolean"}

Answer = Callable[[World, Caller, Mapping[str, Any]], dict[str, Any]]


def query(world: World, caller: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    """Rows that a text is found in ("Dataverse Search query")."""
    return run_search(world, caller, read_asked(body, _indexed(world, caller), least=1, top=_USUAL))


def suggest(world: World, caller: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    """Rows whose names go on as a text begins ("Dataverse Search suggest")."""
    return run_suggest(world, caller, read_asked(body, _indexed(world, caller), least=LEAST, top=USUAL_TOP))


def autocomplete(world: World, caller: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    """The word that a text is about to end with ("Dataverse Search autocomplete")."""
    return run_autocomplete(world, caller, read_asked(body, _indexed(world, caller), least=1, top=1))


def _indexed(world: World, caller: Caller) -> dict[str, Fields]:
    """What can be searched, if there is search and it is the caller's turn."""
    if world.search.pace is not None:
        world.search.pace.enter(caller.on_behalf_by or caller.user_id)
    if not is_enabled(world):
        raise refusals.search_disabled()
    return indexed_fields(world)


def answer_search(request: Request) -> Response:
    """The answer at ``/api/search/…``; it is no OData service, so nothing tells a context.

    Args:
        request: The request; its path is what stands behind ``/api/search/v2.0/``.

    Raises:
        Refusal: The address, the verb or a parameter is wrong.
    """
    if not request.root.endswith(ROOT):
        raise refusals.not_covered("the legacy search, version 1.0")
    found = _ENDPOINTS.get(request.path.strip("/"))
    if found is None or request.method != found[0]:
        raise refusals.no_http_resource(request.url)
    body = request.payload("") if request.method == "POST" else {}
    return Response.json({"response": _text(found[1](request.world, request.caller, body))})


def _text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


def _registered(name: str, answer: Answer, parameters: dict[str, str] | None = None) -> Registered:
    kind = f"search{name}"

    def run(request: Request, arguments: dict[str, Any], _target: Target) -> Response:
        text = _text(answer(request.world, request.caller, arguments))
        return result(request, f"{kind}Response", {"response": text})

    message = Message(
        kind,
        is_function=parameters is None,
        parameters=parameters or {},
        optional=frozenset(parameters or {}) - {"search"},
        returns=f"mscrm.{kind}Response",
        result={"response": "Edm.String"},
    )
    return Registered(message, run)


def _status(world: World, _caller: Caller, _body: Mapping[str, Any]) -> dict[str, Any]:
    return status(world)


def _statistics(world: World, _caller: Caller, _body: Mapping[str, Any]) -> dict[str, Any]:
    return statistics(world)


_ENDPOINTS: Mapping[str, tuple[str, Answer]] = {
    "query": ("POST", query),
    "suggest": ("POST", suggest),
    "autocomplete": ("POST", autocomplete),
    "statistics": ("GET", _statistics),
    "status": ("GET", _status),
}

SEARCH = (
    _registered("query", query, _QUERY),
    _registered("suggest", suggest, _SUGGEST),
    _registered("autocomplete", autocomplete, _AUTOCOMPLETE),
    _registered("statistics", _statistics),
    _registered("status", _status),
)
