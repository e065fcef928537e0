"""What ``onteg-dynamics export openapi`` describes.

- ``POST /actions/NAME``: runs an action with the options in the body; answers with its envelope
- ``GET /choices/SOURCE``, ``GET /schemas/SOURCE``: dropdowns and forms; their parameters stand in the query
- ``GET /openapi.json``: the description

Every request brings the API key (``X-API-Key``), which no page of another site can make a browser do.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from onteg_dynamics.engines.mcp.guard import Guard
from onteg_dynamics.errors import (
    AuthenticationError,
    ConflictError,
    InputError,
    NotFoundError,
    OntegError,
    PermissionDeniedError,
    StoppedError,
    ThrottledError,
    TransportError,
    UnavailableError,
    UnexpectedError,
    UnknownNameError,
)
from onteg_dynamics.executor import Executor
from onteg_dynamics.hangup import until_hung_up
from onteg_dynamics.result import Result
from onteg_dynamics.secret import Secret

__all__ = ["SHORTEST_KEY", "Service", "create_app"]

SHORTEST_KEY = 16
LARGEST_BODY = 32 * 1024 * 1024

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Service:
    """What is served.

    Attributes:
        executor: runs the actions.
        settings: of the connection.
        guard: which actions, tables and files are within reach.
        document: the description in OpenAPI.
    """

    executor: Executor
    settings: Mapping[str, Any] = field(repr=False)
    guard: Guard
    document: Mapping[str, Any] = field(repr=False)

    def run(self, name: str, options: Mapping[str, Any], cancelled: Callable[[], bool]) -> Result:
        """Run an action.

        Args:
            name: machine name or title.
            options: from the body.
            cancelled: asked again and again; True stops the action.

        Raises:
            InputError: it asks for more than is served, or there is no such action.
        """
        entry = self.executor.registry.action(name)
        if not self.guard.offers(entry):
            raise UnknownNameError(f'the action "{entry.spec.title}" is not served here')
        return self.executor.run(
            entry.spec.name, self.guard.checked(entry, options), self.settings, cancelled=cancelled
        )

    def choices(self, source: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """The entries of a dropdown.

        Raises:
            OntegError: they cannot be had.
        """
        found = self.guard.choices(partial(self.executor.choices, self.settings), source, params)
        return [vars(choice) for choice in found]

    def schema(self, source: str, params: Mapping[str, str]) -> dict[str, Any]:
        """A form that depends on the data.

        Raises:
            OntegError: it cannot be had.
        """
        self.guard.check_tables(params)
        return {"schema": self.executor.schema(self.settings, source, params)}


def create_app(service: Service, key: Secret) -> Starlette:
    """The service as an ASGI application.

    Args:
        service: what is served.
        key: that every request must bring.

    Raises:
        InputError: the key can be guessed.
    """
    if len(key.value) < SHORTEST_KEY:
        raise InputError(f"the API key must have at least {SHORTEST_KEY} characters")
    routes = [
        Route("/actions/{name}", _keyed(key, _run(service)), methods=["POST"]),
        Route("/choices/{source}", _keyed(key, _asked(service.choices))),
        Route("/schemas/{source}", _keyed(key, _asked(service.schema))),
        Route("/openapi.json", _keyed(key, _described(service))),
    ]
    return Starlette(routes=routes)


def _keyed(key: Secret, handler: Handler) -> Handler:
    """`handler` for those who bring the key; our errors as envelopes."""

    async def keyed(request: Request) -> Response:
        brought = request.headers.get("x-api-key", "").encode()
        if not secrets.compare_digest(brought, key.value.encode()):
            return _refusal(AuthenticationError("The API key is missing or wrong."), 401)
        try:
            return await handler(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except OntegError as exc:
            return _refusal(exc, _status(exc))

    return keyed


def _run(service: Service) -> Handler:
    async def run(request: Request) -> Response:
        options = await _options(request)
        async with until_hung_up(request) as gone:
            result = await run_in_threadpool(service.run, request.path_params["name"], options, gone.is_set)
        return _answer(result)

    return run


def _asked(work: Callable[[str, Mapping[str, str]], Any]) -> Handler:
    async def asked(request: Request) -> Response:
        params = {name: value for name, value in request.query_params.items() if value}
        return _json(await run_in_threadpool(work, request.path_params["source"], params))

    return asked


def _described(service: Service) -> Handler:
    async def described(request: Request) -> Response:  # noqa: ARG001 - it answers all the same
        return _json(service.document)

    return described


async def _options(request: Request) -> Mapping[str, Any]:
    """The body as options; none where it is empty.

    Raises:
        InputError: it is no JSON object, or too large.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise InputError(f"the body is larger than {LARGEST_BODY} bytes")
    try:
        found = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError:
        raise InputError("the body is not valid JSON") from None
    if not isinstance(found, dict):
        raise InputError("the body must be a JSON object: the action's options")
    return found


def _answer(result: Result) -> Response:
    try:
        result.unwrap()
    except OntegError as exc:
        return _json(result.as_dict(), _status(exc), _later(exc))
    return _json(result.as_dict())


def _refusal(error: OntegError, status: int) -> Response:
    return _json({"ok": False, "error": error.as_dict()}, status, _later(error))


def _later(error: OntegError) -> dict[str, str]:
    wait = error.details.retry_after
    return {} if wait is None else {"Retry-After": str(max(1, round(wait)))}


_STATUSES: tuple[tuple[type[OntegError], int], ...] = (
    (InputError, 400),
    (PermissionDeniedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (ThrottledError, 429),
    (UnexpectedError, 500),
    (AuthenticationError, 502),
    (UnavailableError, 503),
    (TransportError, 504),
    (StoppedError, 504),
)


def _status(error: OntegError) -> int:
    """The HTTP status of a failure; 502 for what the service said that has none of its own."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 502)


def _json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
    kept = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    return Response(body, status, kept, media_type="application/json")
