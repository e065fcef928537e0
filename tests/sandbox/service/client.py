"""A small in-process client: calls the ASGI application directly, no sockets."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field
from typing import Any

import orjson

from onteg_dynamics.sandbox.model import load_model
from onteg_dynamics.sandbox.service import create_app
from onteg_dynamics.sandbox.store import Store
from onteg_dynamics.sandbox.world import Caller, Organization, World

USER = "1d6f0c3a-52b4-4e87-a9c1-7f0b3d2e8a55"
ROOT = "https://sandbox.test/api/data/v9.2/"
_ORGANIZATION = Organization()


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def code(self) -> str:
        return str(self.json()["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.json()["error"]["message"])


@dataclass
class Client:
    world: World
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(lambda: self.world)

    def get(self, url: str, **headers: str) -> Answer:
        return self.send("GET", url, **headers)

    def post(self, url: str, document: Any = None, **headers: str) -> Answer:
        return self.send("POST", url, document, **headers)

    def patch(self, url: str, document: Any, **headers: str) -> Answer:
        return self.send("PATCH", url, document, **headers)

    def put(self, url: str, document: Any, **headers: str) -> Answer:
        return self.send("PUT", url, document, **headers)

    def delete(self, url: str, **headers: str) -> Answer:
        return self.send("DELETE", url, **headers)

    def create(self, entity_set: str, **values: Any) -> str:
        answer = self.post(entity_set, values)
        assert answer.status == 204, answer.body
        return str(answer.header("OData-EntityId")).rsplit("(", 1)[1][:-1]

    def send(self, method: str, url: str, document: Any = None, **headers: str) -> Answer:
        body = document if isinstance(document, bytes) else b"" if document is None else orjson.dumps(document)
        path, _, query = url.removeprefix("https://sandbox.test").partition("?")
        path = path if path.startswith("/") else f"/api/data/v9.2/{path}"
        raw_headers = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"sandbox.test"), *raw_headers],
        }
        return asyncio.run(self._exchange(scope, body))

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> Answer:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *rest = sent
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        content = b"".join(message["body"] for message in rest)
        answer = Answer(start["status"], headers, content)
        if answer.header("Content-Encoding") == "gzip":
            answer.body = gzip.decompress(content)
        return answer


def fresh_world() -> World:
    store = Store()
    model = load_model()
    store.build(model)
    caller = Caller(USER, _ORGANIZATION.business_unit_id)
    return World(model, store, lambda _headers: caller, _ORGANIZATION)
