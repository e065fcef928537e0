"""``Range`` and ``Content-Range`` (RFC 9110, section 14), as far as files use them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onteg_dynamics.sandbox import refusals

# "Work with file column definitions" shows a size behind the range: bytes=0-1023/8192.
_WANTED = re.compile(r"\s*bytes\s*=\s*(?P<first>\d{0,15})\s*-\s*(?P<last>\d{0,15})\s*(?:/\d+)?\s*")
_SENT = re.compile(r"\s*bytes\s+(?P<first>\d{1,15})-(?P<last>\d{1,15})/(?P<size>\d{1,15})\s*")


@dataclass(frozen=True)
class Sent:
    """A part that a client sends: its first and its last byte, and the size of the whole."""

    first: int
    last: int
    size: int


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The part that a client wants, from its first byte up to behind its last; None for the whole.

    Raises:
        Refusal: The part lies behind the end.
    """
    match = _WANTED.fullmatch(header or "")
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        begin, end = max(0, size - int(match["last"])), size
    else:
        begin, end = int(match["first"]), min(size, int(match["last"] or size) + 1)
    if begin >= end:
        raise refusals.no_such_range(size)
    return begin, end


def sent_range(header: str | None, length: int) -> Sent:
    """The part that a client sends.

    Raises:
        Refusal: It cannot be read, or the body has another length.
    """
    match = _SENT.fullmatch(header or "")
    if match is None:
        raise refusals.bad_content_range(header or "")
    sent = Sent(int(match["first"]), int(match["last"]), int(match["size"]))
    if sent.last - sent.first + 1 != length or sent.last >= sent.size:
        raise refusals.bad_content_range(header or "")
    return sent
