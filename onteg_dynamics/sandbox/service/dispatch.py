"""From an address and a verb to the function that answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.elastic.answers import with_token
from onteg_dynamics.sandbox.elastic.partitions import partitioned
from onteg_dynamics.sandbox.metadata import SETS, Message, Raw, Step, csdl, read_metadata, service_document
from onteg_dynamics.sandbox.model import Model
from onteg_dynamics.sandbox.people.way import check_way
from onteg_dynamics.sandbox.search.messages import answer_search
from onteg_dynamics.sandbox.service import collections, links, resources, rows
from onteg_dynamics.sandbox.service.batch import run_batch
from onteg_dynamics.sandbox.service.errors import error_response
from onteg_dynamics.sandbox.service.message import BOM, Request, Response
from onteg_dynamics.sandbox.service.messages import Messages
from onteg_dynamics.sandbox.service.path import Segment, split_path
from onteg_dynamics.sandbox.service.roots import is_search
from onteg_dynamics.sandbox.service.schema import change_metadata
from onteg_dynamics.sandbox.webhooks import during
from onteg_dynamics.sandbox.write.references import parse_key

_log = logging.getLogger(__name__)
_HANDLERS: Mapping[type, Mapping[str, Callable[[Request, Any], Response]]] = {
    resources.Rows: {
        "GET": collections.list_rows,
        "POST": collections.create,
        "PUT": collections.replace_parties,
    },
    resources.OneRow: {"GET": rows.retrieve, "PATCH": rows.patch, "DELETE": rows.delete},
    resources.Nothing: {"GET": rows.nothing},
    resources.Property: {
        "GET": rows.get_property,
        "PUT": rows.put_property,
        "PATCH": rows.patch_property,
        "DELETE": rows.delete_property,
    },
    resources.RawValue: {"GET": rows.get_value},
    resources.Count: {"GET": collections.count_rows},
    resources.Reference: {
        "GET": links.get_links,
        "POST": links.add_link,
        "PUT": links.set_link,
        "DELETE": links.remove_link,
    },
}


class Dispatcher:
    """Answers operations.

    Args:
        messages: The functions and actions.
    """

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._csdl: tuple[Model | None, list[Message], dict[bool, bytes]] = (None, [], {})

    def answer(self, request: Request) -> Response:
        """The answer to an operation; refusals and faults become answers too."""
        try:
            with during(request.headers, request.options, request.caller.rights):
                response = self._route(request)
        except refusals.Refusal as refusal:
            return error_response(refusal, request)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the caller gets an answer
            _log.exception("The sandbox failed at %s %s", request.method, request.path)
            return error_response(refusals.unexpected(), request)
        response.headers += [("Preference-Applied", wish) for wish in _applied(request, response)]
        return response

    def _route(self, request: Request) -> Response:
        if is_search(request.root):
            return answer_search(request)
        segments = split_path(request.path)
        first = segments[0] if segments else Segment("")
        if first.name in {"", "$metadata"} and len(segments) <= 1:
            _only("GET", request, first.name)
            return self._metadata_document(request) if first.name else _service_document(request)
        if first.name == "$batch":
            _only("POST", request, first.name)
            return run_batch(request, self.answer)
        if first.name in SETS:
            steps = [Step(segment.name, _metadata_key(segment)) for segment in segments]
            if request.method == "GET":
                return _metadata(request, steps)
            return self._in_transaction(request, lambda: change_metadata(request, steps))
        return self._rows_or_message(request, segments)

    def _rows_or_message(self, request: Request, segments: tuple[Segment, ...]) -> Response:
        resource = resources.find(request.world, segments)
        resource = partitioned(request, resource)
        if request.caller.rights is not None:
            check_way(request.world, request.caller.rights, resource)
        if isinstance(resource, resources.Call):
            answer = self._in_transaction(request, lambda: self._messages.call(request, resource))
            return with_token(request, resource, answer)
        handler = _HANDLERS[type(resource)].get(request.method)
        if handler is None:
            raise refusals.method_not_allowed(request.method, segments[-1].name)
        return with_token(request, resource, self._in_transaction(request, lambda: handler(request, resource)))

    def _in_transaction(self, request: Request, work: Callable[[], Response]) -> Response:
        """One operation is all or nothing: rows and metadata go back together."""
        if request.method == "GET":
            return work()
        model = request.world.model
        try:
            with request.world.store.transaction():
                return work()
        except BaseException:
            request.world.model = model
            raise

    def _metadata_document(self, request: Request) -> Response:
        model = request.world.model
        messages = self._messages.shapes(request.world)
        if self._csdl[0] is not model or self._csdl[1] != messages:
            self._csdl = (model, messages, {})
        cached = self._csdl[2]
        annotated = ("annotations", "true") in request.options or request.preferences.annotations == "*"
        if annotated not in cached:
            cached[annotated] = csdl(model, messages, annotated=annotated)
        return Response(200, cached[annotated], "application/xml")


def _service_document(request: Request) -> Response:
    return Response.json(service_document(request.world.model, request.root))


def _metadata(request: Request, steps: list[Step]) -> Response:
    found = read_metadata(request.world.model, steps, request.options, request.root)
    if found is None:
        return Response(204)
    if isinstance(found, Raw):
        return Response.text(f"{BOM}{found.text}" if steps[-1].name == "$count" else found.text)
    return Response.json(found)


def _metadata_key(segment: Segment) -> Any:
    if segment.key is None:
        return None
    key = parse_key(segment.key)
    if key is None:
        raise refusals.bad_request_uri(f"The key '{segment.key[:200]}' cannot be read.")
    return key


def _only(method: str, request: Request, resource: str) -> None:
    if request.method != method:
        raise refusals.method_not_allowed(request.method, resource)


def _applied(request: Request, response: Response) -> list[str]:
    """The preferences that were heeded."""
    if not request.headers.get("prefer"):
        return []
    wishes = request.preferences
    found = []
    if wishes.representation and response.body and request.method in {"POST", "PATCH"}:
        found.append("return=representation")
    if wishes.page_size is not None and request.method == "GET":
        found.append(f"odata.maxpagesize={wishes.page_size}")
    if wishes.annotations is not None and response.body:
        found.append(f'odata.include-annotations="{wishes.annotations}"')
    if wishes.continue_on_error and request.path == "$batch":
        found.append("odata.continue-on-error")
    return found
