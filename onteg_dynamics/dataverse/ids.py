"""GUIDs: reading the forms people write them in, and making new ones."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from onteg_dynamics.errors import InputError

__all__ = ["RowIds", "as_guid", "guid_of", "new_row_id"]

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})\}?")
_HEX = re.compile(r"[0-9a-fA-F]{32}")

_lock = threading.Lock()
_last = 0


def guid_of(text: str) -> str | None:
    """The GUID written in `text` (in braces, in capitals or without hyphens too) in lower case; None if it is none."""
    text = text.strip()
    if match := _GUID.fullmatch(text):
        return match[1].lower()
    return str(uuid.UUID(text)) if _HEX.fullmatch(text) else None


def as_guid(text: str) -> str:
    """The GUID written in `text`, in lower case.

    Raises:
        InputError: it is none.
    """
    guid = guid_of(text)
    if guid is None:
        raise InputError("a row's id is a GUID, such as 1f0b5a3e-0000-4000-8000-0123456789ab")
    return guid


def new_row_id(clock: Callable[[], int] = time.time_ns) -> str:
    """A GUID for a new row, growing with time in the order in which SQL Server sorts ``uniqueidentifier``.

    SQL Server compares the last six bytes first, then bytes 8 and 9. The last six hold milliseconds, bytes 8 and 9 a
    part of the millisecond, the rest is random: new rows are appended to the index, not scattered over it.
    Version 8 of RFC 9562, so nobody takes it for another kind.

    Args:
        clock: nanoseconds since 1970; each id of this process is later than the one before, whatever the clock does.
    """
    return _written(_beginning(secrets.token_bytes(8)), _tick(clock()))


@dataclass(frozen=True)
class RowIds:
    """GUIDs for the rows of one piece of work: the same row gets the same one whenever it is asked for, so that a run
    that was killed finds again what it made. They grow with the rows, in the order of `new_row_id`; what is random in
    them is the same for all.

    Attributes:
        seed: 16 secret bytes of that piece of work.
        start: nanoseconds since 1970 when it began.
    """

    seed: bytes
    start: int

    @classmethod
    def new(cls) -> RowIds:
        """For a new piece of work."""
        return cls(secrets.token_bytes(16), time.time_ns())

    def of(self, index: int) -> str:
        """The GUID of row `index`."""
        return _written(self._beginning, self._first + index)

    def many(self, indexes: Iterable[int]) -> list[str]:
        """The GUIDs of these rows."""
        beginning, first = self._beginning, self._first
        return [_written(beginning, first + index) for index in indexes]

    @cached_property
    def _beginning(self) -> str:
        return _beginning(hashlib.blake2b(key=self.seed, digest_size=8).digest())

    @cached_property
    def _first(self) -> int:
        return _ticks(self.start)


def _beginning(rest: bytes) -> str:
    """The beginning of a GUID from 8 random bytes: version 8 of RFC 9562."""
    digits = rest.hex()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:]}"


def _written(beginning: str, ticks: int) -> str:
    """A GUID of its beginning and a moment in units of 1/16384 ms, after the variant of RFC 9562."""
    return f"{beginning}-{0x8000 | ticks & 0x3FFF:04x}-{ticks >> 14 & 0xFFFF_FFFF_FFFF:012x}"


def _tick(nanos: int) -> int:
    """Time in units of 1/16384 ms, never the same twice."""
    global _last  # noqa: PLW0603 - ids of one process share one order
    now = _ticks(nanos)
    with _lock:
        _last = max(now, _last + 1)
        return _last


def _ticks(nanos: int) -> int:
    return nanos * (1 << 14) // 1_000_000
