"""Asks for a search, and unpacks the text of its answer."""

from __future__ import annotations

from typing import Any

import orjson

from tests.sandbox.service.client import Answer, Client


class Asking(Client):
    def ask(self, endpoint: str = "query", /, **body: Any) -> Any:
        """The document inside the answer; what is no text is written as one, as the service wants it."""
        answer = self.refused(endpoint, **body)
        assert answer.status == 200, answer.body
        assert set(answer.json()) == {"response"}
        return orjson.loads(answer.json()["response"])

    def refused(self, endpoint: str = "query", /, **body: Any) -> Answer:
        """The answer as it is."""
        packed = {name: packed_value(name, value) for name, value in body.items()}
        return self.post(f"/api/search/v2.0/{endpoint}", packed)

    def names(self, text: str, **body: Any) -> list[str]:
        """The primary names of what is found, in their order."""
        found = self.ask(search=text, **body)["Value"]
        return [str(list(one["Attributes"].values())[1]) for one in found]


def packed_value(name: str, value: Any) -> Any:
    wrapped = name in {"entities", "facets", "options", "orderby"} and not isinstance(value, str)
    return orjson.dumps(value).decode() if wrapped else value


def entity(name: str, *columns: str, shown: tuple[str, ...] = (), where: str | None = None) -> dict[str, Any]:
    """One table to search."""
    return {"name": name, "searchColumns": list(columns), "selectColumns": list(shown), "filter": where}
