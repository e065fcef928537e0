"""The form over HTTP, below the session's token.

- ``GET /`` and its files: the page
- ``GET /api/start``, ``GET /api/actions/NAME``: forms
- ``POST /api/test``: keeps a connection and tests it; one JSON object a line, as the findings are made
- ``POST /api/choices``, ``/api/schema``: dropdowns, typed forms
- ``POST /api/run``: runs an action; one JSON object a line: how far it has come, then its envelope
- ``POST /api/snippets``: the same step elsewhere
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from onteg_dynamics.dataverse.progress import Progress
from onteg_dynamics.errors import InputError, OntegError, Problem
from onteg_dynamics.form.calls import Calls
from onteg_dynamics.form.desk import Kept
from onteg_dynamics.hangup import until_hung_up
from onteg_dynamics.hookspecs import Finding

__all__ = ["create_app"]

STATIC = Path(__file__).parent / "static"
FILES = ("form.js", "form.css", "icon.svg", "licenses.txt")
_LINES = "application/x-ndjson"
_PAUSE = 0.5  # seconds between two words on how far an action has come

Handler = Callable[[Request], Awaitable[Response]]
Body = Mapping[str, Any]


def create_app(calls: Calls) -> Starlette:
    """The page and what it asks for, not yet guarded.

    Args:
        calls: answers.
    """
    routes = [
        Route("/", partial(_file, "index.html")),
        *(Route(f"/{name}", partial(_file, name)) for name in FILES),
        Route("/api/start", _telling(lambda _: run_in_threadpool(calls.start))),
        Route(
            "/api/actions/{name}",
            _telling(lambda request: run_in_threadpool(calls.action, request.path_params["name"])),
        ),
        Route("/api/test", _test(calls), methods=["POST"]),
        Route("/api/choices", _asking(calls.choices, "connection", "source", "params"), methods=["POST"]),
        Route("/api/schema", _asking(calls.schema, "connection", "source", "params"), methods=["POST"]),
        Route("/api/snippets", _asking(calls.snippets, "connection", "action", "options"), methods=["POST"]),
        Route("/api/run", _run(calls), methods=["POST"]),
    ]
    return Starlette(routes=routes)


async def _file(name: str, _: Request) -> Response:
    return FileResponse(STATIC / name)


def _telling(work: Callable[[Request], Awaitable[Any]]) -> Handler:
    """A handler that answers with what `work` gives, data as JSON; with our errors as 422."""

    async def handler(request: Request) -> Response:
        try:
            found = await work(request)
        except OntegError as exc:
            return _json({"error": exc.as_dict()}, 422)
        except ClientDisconnect:
            return Response(status_code=400)
        return found if isinstance(found, Response) else _json(found)

    return handler


def _asking(work: Callable[..., Any], *names: str) -> Handler:
    """A handler that hands parts of the body to `work`, in a thread."""

    async def asked(request: Request) -> Any:
        return await run_in_threadpool(work, *_parts(await _body(request), names))

    return _telling(asked)


def _run(calls: Calls) -> Handler:
    """A handler that runs an action and tells how far it has come, line by line; it stops where the page goes away."""

    async def run(request: Request) -> Response:
        name, action, options = _parts(await _body(request), ("connection", "action", "options"))
        calls.desk.get(name)  # a connection that is not known is told before the first line
        lines = _running(request, partial(calls.run, name, action, options))
        return StreamingResponse(lines, media_type=_LINES)

    return _telling(run)


async def _running(request: Request, start: Callable[..., Any]) -> AsyncIterator[bytes]:
    """Progress now and then, and the result."""
    latest = list[Progress]()
    async with until_hung_up(request) as gone:
        work = asyncio.create_task(run_in_threadpool(start, gone.is_set, latest.append))
        while not (await asyncio.wait({work}, timeout=_PAUSE))[0]:
            if latest:
                yield _line({"progress": {"rows": latest[-1].rows, "total": latest[-1].total}})
                latest.clear()
        yield _line({"result": await work})


def _test(calls: Calls) -> Handler:
    """A handler that keeps a connection and tells the findings of its test, line by line."""

    async def test(request: Request) -> Response:
        parts = _parts(await _body(request), ("settings", "connection", "keep"))
        kept, findings = await run_in_threadpool(calls.open, *parts)
        first = await run_in_threadpool(next, findings, None)  # settings that are wrong are told by now
        lines = _lines(kept, findings if first is None else chain((first,), findings))
        return StreamingResponse(iterate_in_threadpool(lines), media_type=_LINES)

    return _telling(test)


def _lines(kept: Kept, findings: Iterable[Finding]) -> Iterator[bytes]:
    yield _line({"connection": {"name": kept.name, "settings": kept.shown, "kept": kept.hidden}})
    try:
        for finding in findings:
            yield _line({"finding": vars(finding)})
    except OntegError as exc:
        yield _line({"error": exc.as_dict()})


def _line(data: Body) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


async def _body(request: Request) -> Body:
    try:
        found = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise InputError("the body is not valid JSON") from None
    if not isinstance(found, dict):
        raise InputError("the body must be a JSON object")
    return found


_KINDS: Mapping[str, type] = {"settings": dict, "params": dict, "options": dict, "keep": list}


def _parts(body: Body, names: tuple[str, ...]) -> list[Any]:
    """The parts of a body, in order; one that is missing is empty.

    Raises:
        InputError: one is of the wrong type.
    """
    parts = [body.get(name, _KINDS.get(name, str)()) for name in names]
    wrong = [name for name, part in zip(names, parts, strict=True) if not isinstance(part, _KINDS.get(name, str))]
    if wrong:
        raise InputError(tuple(Problem(name, "", "is of the wrong type") for name in wrong))
    return parts


def _json(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json")
