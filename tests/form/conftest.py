from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from onteg_dynamics.form.serving import FormServer


class Page:
    """Asks the server as the page does."""

    def __init__(self, server: FormServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.origin = server.url.rsplit("/", 2)[0]

    def get(self, path: str) -> Any:
        return self.session.get(self.server.url + path, timeout=60).json()

    def post(self, path: str, body: Any, *, patience: Any = 60, **headers: str) -> requests.Response:
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **headers}
        return self.session.post(self.server.url + path, json=body, headers=headers, timeout=patience)

    def ask(self, path: str, body: Any) -> Any:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run(self, connection: str, action: str, options: Any) -> dict[str, Any]:
        """The envelope of an action."""
        answer = self.post("api/run", {"connection": connection, "action": action, "options": options})
        found: dict[str, Any] = _json(answer.text.splitlines()[-1])["result"]
        return found

    def test(self, settings: Any, connection: str = "", keep: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        body = {"settings": settings, "connection": connection, "keep": list(keep)}
        answer = self.post("api/test", body)
        return [_json(line) for line in answer.text.splitlines()]

    def connect(self, settings: Any) -> str:
        """The name of a connection with these settings."""
        return str(self.test(settings)[0]["connection"]["name"])


def _json(line: str) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture(scope="session")
def running_form() -> Iterator[FormServer]:
    with FormServer() as server:
        yield server


@pytest.fixture
def form(running_form: FormServer) -> Page:
    return Page(running_form)
