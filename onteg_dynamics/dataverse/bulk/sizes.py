"""How large a part may be: in rows and in bytes, less after the service said too many or too long."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from onteg_dynamics.dataverse.bulk.job import Ready

__all__ = ["Sizes", "parts"]

_BYTES = 8 * 1024 * 1024  # a request; the service takes some 115 MB, gateways on the way less
_CALM = 20  # parts in a row that fit, before parts grow again


class Sizes:
    """How large a part may be. Safe to use from several threads.

    Args:
        rows: the most rows.
        size: the most bytes.
    """

    def __init__(self, rows: int, size: int = _BYTES) -> None:
        self.rows, self.bytes = rows, size
        self._most, self._calm = rows, 0
        self._lock = threading.Lock()

    def shrink(self, rows: int) -> None:
        """A part of so many rows was too large, or took too long."""
        with self._lock:
            self.rows = max(1, min(self.rows, rows // 2))
            self._calm = 0

    def fits(self, rows: int) -> None:
        """A part of so many rows went well."""
        with self._lock:
            self._calm += rows >= self.rows
            if self._calm >= _CALM and self.rows < self._most:
                self.rows, self._calm = min(self.rows * 2, self._most), 0


def parts(rows: Iterable[Ready], sizes: Sizes) -> Iterator[list[Ready]]:
    """The rows in parts, in their order; no part changes one row twice."""
    part: list[Ready] = []
    size, names = 0, set[str]()
    for row in rows:
        name = "" if row.is_new_id else row.address or row.id or ""
        if part and (len(part) >= sizes.rows or size + row.size > sizes.bytes or name in names):
            yield part
            part, size, names = [], 0, set()
        part.append(row)
        size += row.size
        if name:
            names.add(name)
    if part:
        yield part
