"""Following pages: how to go on, when to stop, and how to go on another day.

Implements "Page results using OData" of the Web API guide.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import orjson

from onteg_dynamics.dataverse.ahead import begun
from onteg_dynamics.dataverse.cutting import Cut, cut
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import Request, Response, prefer, read
from onteg_dynamics.errors import InputError, TransportError

__all__ = [
    "Cursor",
    "Page",
    "Reader",
    "Sheet",
    "Trail",
    "every_row",
    "fingerprint",
    "follow",
    "full_pages",
    "next_link",
    "sheets",
]


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
    """One page, read.

    Attributes:
        rows: its rows, as they were asked for.
        link: path of this page.
        next_link: path of the next one, None at the end.
        data: the answer around them.
    """

    rows: list[dict[str, Any]]
    link: str
    next_link: str | None
    data: Mapping[str, Any]


def fingerprint(parts: Sequence[str]) -> str:
    """A short text that differs when any of `parts` differs."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Sheet:
    """One page as bytes.

    Attributes:
        response: the answer, a good one.
        link: path of this page.
        cut: its frame and its rows, None where only reading it all can tell them.
    """

    response: Response
    link: str
    cut: Cut | None

    @cached_property  # without a cut it is the whole answer, which is read once
    def frame(self) -> Mapping[str, Any]:
        """What stands around the rows.

        Raises:
            OntegError: the service said no, or the answer is damaged.
        """
        frame: Mapping[str, Any] = self.cut.frame if self.cut else read(self.response).data
        return frame

    @property
    def is_empty(self) -> bool:
        """Whether there is no row."""
        return self.cut.is_empty if self.cut else not self.frame.get("value")

    @property
    def array(self) -> memoryview:
        """The rows as they came, a JSON array.

        Raises:
            OntegError: as `frame`.
        """
        return self.cut.array if self.cut else memoryview(orjson.dumps(self.frame["value"]))

    def page(self, after: After, reader: Reader = orjson.loads) -> Page:
        """The page, read.

        Args:
            after: tells how to go on.
            reader: makes rows of their bytes.

        Raises:
            OntegError: the service said no, or the answer is damaged.
        """
        try:
            rows = reader(self.array)
        except ValueError:
            rows = None
        if rows is None:  # all of it tells best what is wrong with it
            rows = reader(memoryview(orjson.dumps(read(self.response).data["value"])))
        return Page(rows, self.link, after(self.link, self.frame), self.frame)


Reader = Callable[[memoryview], "list[dict[str, Any]]"]
"""Makes rows of a JSON array; a ValueError where it cannot."""

After = Callable[[str, Mapping[str, Any]], str | None]
"""The path of the page after the one at this path, whose answer is given, perhaps without rows; None at the end."""


def next_link(link: Link) -> After:
    """Going on by ``@odata.nextLink``: it leads to our own host, and is otherwise used as it came."""

    def after(_: str, data: Mapping[str, Any]) -> str | None:
        url = data.get("@odata.nextLink")
        return link.transport.url(url).removeprefix(link.transport.root) if url else None

    return after


MOST_EMPTY = 200
"""Pages without a row, one after the other. Some are no wonder: a page is cut before the service drops rows from it."""

_COOKIE = re.compile(r"paging-?cookie=(.*)", re.DOTALL)
_LAST = re.compile(r'\blast=(?:"|&quot;)(.*?)(?:"|&quot;)', re.DOTALL)


@dataclass
class Trail:
    """The pages that a reader has come by; refuses to go on where that would never end."""

    _seen: set[bytes] = field(default_factory=set)
    _last: Sequence[str] = ()
    _empty: int = 0

    def knows(self, path: str) -> bool:
        """Whether the page at `path` was read."""
        return _mark(path) in self._seen

    def enter(self, path: str) -> None:
        """Note the page at `path`, which is to be read now.

        Raises:
            TransportError: it was read before, or comes after the same row as the page before: the service counts the
                pages, and gives the same rows (as its SQL was seen to do).
        """
        last = _last_row(path)
        if self.knows(path) or (last and last == self._last):
            raise TransportError("The service sends the same next page again and again; reading stopped there.")
        self._seen.add(_mark(path))
        self._last = last

    def leave(self, following: str | None, *, empty: bool) -> None:
        """Note what the page brought: rows or none, and the path of the next one.

        Raises:
            TransportError: too many pages without a row lead on, one after the other.
        """
        self._empty = self._empty + 1 if empty else 0
        if self._empty > MOST_EMPTY and following is not None:
            raise TransportError("The service sends empty pages that lead to more; reading stopped there.")


def sheets(
    link: Link, path: str, headers: Mapping[str, str], after: After, *, most: int | None = None, ahead: bool = True
) -> Iterator[Sheet]:
    """The page at `path` and those after it, as bytes; the next one is on its way while this one is used.

    Args:
        link: the client at work.
        path: of the first page.
        headers: sent with each request.
        after: tells how to go on.
        most: pages that are surely wanted, None for all; those beyond are fetched only when they are asked for.
        ahead: False where other streams are on their way: no page is fetched before it is asked for.

    Raises:
        TransportError: the service sends the same link twice, or only empty pages: following would never end.
        ForeignHostError: a link leads to another host.
    """
    trail = Trail()
    here: str | None = path
    coming = None
    number = 0
    while here is not None:
        number += 1
        trail.enter(here)
        sheet = _sheet(coming() if coming is not None else link.exchange(Request("GET", here, headers=headers)), here)
        following = after(here, sheet.frame)
        trail.leave(following, empty=sheet.is_empty)
        sure = ahead and (most is None or number < most)
        coming = None
        if following is not None and sure and not trail.knows(following):
            coming = begun(_fetching(link, following, headers))
        yield sheet
        del sheet  # before the next one comes: a page has megabytes
        here = following


def _sheet(response: Response, path: str) -> Sheet:
    return Sheet(response, path, cut(response.body) if response.status < 300 else None)


def _fetching(link: Link, path: str, headers: Mapping[str, str]) -> Callable[[], Response]:
    return lambda: link.exchange(Request("GET", path, headers=headers))


def _last_row(path: str) -> Sequence[str]:
    """What the paging cookie in a path tells of the last row of the page before; nothing where there is none."""
    found = _COOKIE.search(unquote(unquote(unquote(path))))
    return _LAST.findall(found[1]) if found else ()


def _mark(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest()


def every_row(link: Link, path: str) -> Iterator[dict[str, Any]]:
    """The rows of the page at `path` and those after it.

    Raises:
        TransportError: as `sheets`.
        ForeignHostError: a link leads to another host.
    """
    after = next_link(link)
    for sheet in sheets(link, path, {}, after):
        yield from sheet.page(after).rows


def full_pages(rows: int | None, page_size: int) -> int | None:
    """How many pages these rows fill; None for any number."""
    return None if rows is None else -(-rows // page_size)


def follow(
    link: Link,
    path: str,
    *,
    page_size: int,
    annotations: str | None,
    most: int | None = None,
    reader: Reader = orjson.loads,
) -> Iterator[Page]:
    """Read the page at `path` and those after it.

    Args:
        link: the client at work.
        path: of the first page.
        page_size: rows a page; said again with each page, as the service needs it.
        annotations: wanted with the rows.
        most: rows that are wanted at the most: no page is fetched ahead that may not be needed.
        reader: makes rows of their bytes.

    Raises:
        TransportError: the service sends the same link twice: following it would never end.
        ForeignHostError: a link leads to another host.
    """
    after = next_link(link)
    headers = prefer(page_size=page_size, annotations=annotations)
    for sheet in sheets(link, path, headers, after, most=full_pages(most, page_size)):
        page = sheet.page(after, reader)
        link.call.usage.add(pages=1, rows=len(page.rows))
        yield page
