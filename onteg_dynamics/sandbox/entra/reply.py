"""What Entra is asked, and what it answers: JSON, a page, or the way to another address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

_MAX_FIELDS = 100


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        method: The verb, in capitals.
        path: The path, decoded.
        query: The fields of the query.
        headers: Header values by lowercase name.
        body: The body, or None where it was too large to be read.
        origin: Scheme, host and port that the caller used.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None
    origin: str


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: bytes
    content_type: str
    location: str = ""

    @classmethod
    def json(cls, document: Any, status: int = 200) -> Reply:
        """A JSON document."""
        return cls(status, orjson.dumps(document), "application/json; charset=utf-8")

    @classmethod
    def page(cls, text: str, status: int = 200) -> Reply:
        """An HTML page."""
        return cls(status, text.encode(), "text/html; charset=utf-8")

    @classmethod
    def text(cls, text: str) -> Reply:
        """A plain text, such as a file's content."""
        return cls(200, text.encode(), "text/plain; charset=utf-8")

    @classmethod
    def redirect(cls, location: str) -> Reply:
        """The way to another address."""
        return cls(302, b"", "text/html; charset=utf-8", location)


def read_fields(text: str) -> dict[str, str]:
    """The fields of a query or a form; of a repeated one the last counts."""
    try:
        return dict(parse_qsl(text, max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}
