"""A client that knows its rows by their addresses."""

from __future__ import annotations

from typing import Any

from tests.sandbox.service.client import Answer, Client

CRM = "Microsoft.Dynamics.CRM"
MISSING = "11111111-1111-1111-1111-111111111111"


class Desk(Client):
    def row(self, address: str, *columns: str) -> Any:
        answer = self.get(f"{address}?$select={','.join(columns)}" if columns else address)
        assert answer.status == 200, answer.body
        return answer.json()

    def do(self, url: str, document: Any = None, *, status: int = 204) -> Answer:
        answer = self.post(url, {} if document is None else document)
        assert answer.status == status, answer.body
        return answer

    def all(self, entity_set: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(entity_set).json()["value"]
        return found
