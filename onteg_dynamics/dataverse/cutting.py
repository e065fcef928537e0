"""The frame of an answer with many rows, found without reading the rows. Pure.

The rows of a page are most of its bytes. What tells how to go on stands before and after them, and can be read alone:
so that the next page is on its way while the rows of this one are parsed, or handed on as bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["Cut", "cut"]

_START = b'"value":['
_END = b"}]"


@dataclass(frozen=True)
class Cut:
    """An answer in two.

    Attributes:
        frame: everything but the rows; ``value`` is empty.
        body: the answer.
        start: where its first row begins.
        end: where its last row has ended.
    """

    frame: dict[str, Any]
    body: bytes
    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no row."""
        return self.start == self.end

    @property
    def array(self) -> memoryview:
        """The rows as they came, within their brackets. A page has megabytes: they are looked at where they stand."""
        return memoryview(self.body)[self.start - 1 : self.end + 1]


def cut(body: bytes) -> Cut | None:
    """The answer in two; None where it does not have the form that the service gives it, and must be read as a whole.

    A text cannot pretend to be a border: quotes within texts are escaped, and what is left must read as JSON.
    """
    opening = body.find(_START)
    if opening < 0:
        return None
    start = opening + len(_START)
    end = start if body[start : start + 1] == b"]" else body.rfind(_END, start) + 1
    if end < start:
        return None
    try:
        frame = orjson.loads(body[:start] + body[end:])
    except orjson.JSONDecodeError:
        return None
    return Cut(frame, body, start, end) if isinstance(frame, dict) and frame.get("value") == [] else None
