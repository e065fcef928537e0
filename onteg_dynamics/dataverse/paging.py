"""Following pages: how to go on, when to stop, and how to go on another day.

Implements "Page results using OData" of the Web API guide.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import Request, prefer
from onteg_dynamics.errors import InputError, TransportError

__all__ = ["Cursor", "Page", "fingerprint", "follow"]


@dataclass(frozen=True)
class Cursor:
    """Where a reader stopped.

    Attributes:
        link: path of the page to read next, relative to the API's root.
        skip: rows of that page that were read already.
        query: fingerprint of the query, so that a cursor is not used for another one.
    """

    link: str
    skip: int
    query: str

    def encode(self) -> str:
        """The cursor as text that a flow can keep."""
        return base64.urlsafe_b64encode(orjson.dumps(asdict(self))).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, query: str) -> Cursor:
        """The cursor in `text`.

        Raises:
            InputError: it is damaged, or belongs to another query than `query`.
        """
        cursor = cls._parse(text.strip())
        if cursor is None:
            raise InputError("the cursor is damaged; use it exactly as the earlier step gave it")
        if cursor.query != query:
            raise InputError(
                "the cursor belongs to another query; use it with the same table, columns, filter and order"
            )
        return cursor

    @classmethod
    def _parse(cls, text: str) -> Cursor | None:
        try:
            data = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            link, skip, query = data["link"], data["skip"], data["query"]
        except (ValueError, TypeError, KeyError):
            return None
        whole = isinstance(link, str) and isinstance(skip, int) and isinstance(query, str) and skip >= 0
        return cls(link, skip, query) if whole else None


@dataclass(frozen=True)
class Page:
    """One page as the service sent it.

    Attributes:
        rows: its rows.
        link: path of this page.
        next_link: path of the next one, None at the end.
        data: the whole answer.
    """

    rows: list[dict[str, Any]]
    link: str
    next_link: str | None
    data: dict[str, Any]


def fingerprint(parts: Sequence[str]) -> str:
    """A short text that differs when any of `parts` differs."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def follow(link: Link, path: str, *, page_size: int | None, annotations: str | None) -> Iterator[Page]:
    """Read the page at `path` and those after it.

    Args:
        link: the client at work.
        path: of the first page.
        page_size: rows a page; said again with each page, as the service needs it.
        annotations: wanted with the rows.

    Raises:
        TransportError: the service sends the same link twice: following it would never end.
        ForeignHostError: a link leads to another host.
    """
    headers = prefer(page_size=page_size, annotations=annotations)
    seen: set[bytes] = set()
    here: str | None = path
    while here is not None:
        mark = hashlib.sha256(here.encode()).digest()
        if mark in seen:
            raise TransportError("The service sends the same next page again and again; reading stopped there.")
        seen.add(mark)
        data = link.send(Request("GET", here, headers=headers)).data
        page = Page(data["value"], here, _relative(link, data.get("@odata.nextLink")), data)
        link.call.usage.add(pages=1, rows=len(page.rows))
        yield page
        here = page.next_link


def _relative(link: Link, url: str | None) -> str | None:
    """The link without the root, checked to lead to our own host. It is otherwise used as it came."""
    return link.transport.url(url).removeprefix(link.transport.root) if url else None
