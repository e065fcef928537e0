"""Requests and responses as the service sees them; a part of a batch is one too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.service.preferences import Preferences
from onteg_dynamics.sandbox.world import Caller, World

JSON_TYPE = "application/json; odata.metadata=minimal"
TEXT_TYPE = "text/plain"
BOM = "\ufeff"


@dataclass
class Request:
    """One operation.

    Attributes:
        world: The sandbox.
        caller: Who asks.
        method: The verb, in capitals.
        path: The address below the service root, percent-encoded as it came, without its query.
        query: The query as it came, without its question mark.
        headers: Header values by lowercase name; repeated ones joined by commas.
        body: The body.
        root: The service root with a slash at its end, as the caller addresses it.
        references: The addresses of rows made earlier in the same change set, by ``$n``.
    """

    world: World
    caller: Caller
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    root: str
    references: Mapping[str, str] | None = None

    @property
    def url(self) -> str:
        """The whole address."""
        return self.root + self.path + (f"?{self.query}" if self.query else "")

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """The query options, percent-decoded, in their order."""
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]

    @cached_property
    def preferences(self) -> Preferences:
        """What the ``Prefer`` header asks for."""
        return Preferences.parse(self.headers.get("prefer", ""))

    @property
    def if_match(self) -> str | None:
        """The precondition ``If-Match``, or None."""
        return _etag_header(self.headers.get("if-match"))

    @property
    def if_none_match(self) -> str | None:
        """The precondition ``If-None-Match``, or None; clients send the word ``null`` to defeat caches."""
        return _etag_header(self.headers.get("if-none-match"))

    @property
    def detects_duplicates(self) -> bool:
        """True where the caller turns duplicate detection on; it is off by default."""
        return self.headers.get("mscrm.suppressduplicatedetection", "").strip().lower() == "false"

    def payload(self, entity_set: str) -> dict[str, Any]:
        """The body as a JSON object, with references to earlier parts of the change set put in.

        Raises:
            Refusal: There is no body, or it is no JSON object.
        """
        if not self.body.strip():
            raise refusals.no_body(entity_set)
        try:
            document = orjson.loads(self.body.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise refusals.unreadable_json(entity_set) from error
        if not isinstance(document, dict):
            raise refusals.unreadable_json(entity_set)
        return document if self.references is None else _object_with(document, self.references)


@dataclass
class Response:
    """An answer; what every answer carries is added at the door."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def json(cls, document: Any, status: int = 200) -> Response:
        """An answer with a JSON body."""
        return cls(status, orjson.dumps(document), JSON_TYPE)

    @classmethod
    def text(cls, text: str) -> Response:
        """An answer with a plain text body, as ``$count`` and ``$value`` give it."""
        return cls(200, text.encode(), TEXT_TYPE)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def resolve_reference(value: str, references: Mapping[str, str]) -> str:
    """``$1`` or ``$1/name`` with the address that the reference stands for.

    Raises:
        Refusal: No earlier part of the change set has that id.
    """
    head, slash, rest = value.lstrip("/").partition("/")
    if head not in references:
        raise refusals.unknown_content_id(head)
    return references[head] + slash + rest


def _object_with(document: dict[str, Any], references: Mapping[str, str]) -> dict[str, Any]:
    return {name: _member(name, item, references) for name, item in document.items()}


def _with_references(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_with_references(item, references) for item in value]
    return _object_with(value, references) if isinstance(value, dict) else value


def _member(name: str, value: Any, references: Mapping[str, str]) -> Any:
    if not name.endswith(("@odata.bind", "@odata.id")):
        return _with_references(value, references)
    if isinstance(value, list):
        return [_member(name, item, references) for item in value]
    if isinstance(value, str) and value.lstrip("/").startswith("$"):
        return resolve_reference(value, references)
    return value


def _etag_header(value: str | None) -> str | None:
    text = (value or "").strip()
    return None if not text or text == "null" else text
