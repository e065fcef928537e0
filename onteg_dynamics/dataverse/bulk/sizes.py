"""How large a part may be: in rows and in bytes, less after the service said too many or too long."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from onteg_dynamics.dataverse.bulk.job import Ready

__all__ = ["Sizes", "parts"]

_BYTES = 8 * 1024 * 1024  # a request; the service takes some 115 MB, gateways on the way less
_CALM = 20  # parts in a row that fit, before parts grow again
_SMALL = 50  # parts are not made smaller than this to have more of them at a time
_ROUNDS = 2  # into so many parts for each request that may be under way the rest of the rows is cut
_LONG = 30.0  # seconds of one part: the service ends what takes two minutes, and what was begun is done again
_SINGLE = 10  # parts of fewer rows tell nothing of what rows cost


class Sizes:
    """How large a part may be. Safe to use from several threads.

    Few large parts take fewer requests; many small ones keep all busy to the end, and let the parallelism grow sooner.
    Which counts more depends on what a request and what a row costs, so that is learned: the first parts are of
    different sizes. Then the rows that are left are cut for as many requests as may ever be under way, but not so small
    that the requests themselves take more than half of the time. Parts of a long piece of work are thus as large as
    may be to its end.

    Args:
        most: the most rows.
        total: about how many rows there are; None where that is not known, or where all parts are to have one size.
        parallel: the most requests under way.
        together: how many requests may be under way at the beginning.
        size: the most bytes.
    """

    def __init__(
        self, most: int, total: int | None = None, parallel: int = 1, together: int = 1, size: int = _BYTES
    ) -> None:
        self.bytes = size
        self._most, self._limit, self._calm = most, most, 0
        self._left, self._parallel, self._together = total, parallel, min(together, parallel)
        self._begun = 0
        self._seen: dict[int, float] = {}
        self._lock = threading.Lock()

    def next(self) -> int:
        """The most rows of the next part."""
        with self._lock:
            return self._limit if self._left is None else max(1, min(self._wanted(self._left), self._limit))

    def begun(self, rows: int) -> None:
        """A part of so many rows is on its way."""
        with self._lock:
            self._begun += 1
            self._left = None if self._left is None else max(self._left - rows, 0)

    def took(self, rows: int, seconds: float) -> None:
        """A part of so many rows was written in so many seconds."""
        if rows < _SINGLE:
            return
        with self._lock:
            if seconds > _LONG:
                self._limit, self._calm = min(self._limit, max(1, int(rows * _LONG / seconds))), 0
            self._seen[rows] = min(seconds, self._seen.get(rows, seconds))
            if len(self._seen) > 2:
                fewest, most = min(self._seen), max(self._seen)
                self._seen = {fewest: self._seen[fewest], most: self._seen[most]}

    def shrink(self, rows: int) -> None:
        """A part of so many rows was too large, or took too long: at most half as many from now on, though a small rest
        that was unlucky does not make all parts as small.
        """
        with self._lock:
            self._limit = max(1, self._limit // 2, min(self._limit, rows // 2))
            self._calm = 0

    def fits(self, rows: int) -> None:
        """A part of so many rows went well."""
        with self._lock:
            self._calm += rows >= self._limit
            if self._calm >= _CALM and self._limit < self._most:
                self._limit, self._calm = min(self._limit * 2, self._most), 0

    def _wanted(self, left: int) -> int:
        if self._begun < self._together:
            return self._first(left)
        least = self._least()
        return self._most if least is None else max(least, -(-left // (_ROUNDS * self._parallel)))

    def _first(self, left: int) -> int:
        """Of the first parts, when nothing is known: even ones where one round will do, else from small to large."""
        free = self._together - self._begun
        if left <= self._most * free:
            return max(_SMALL, -(-left // free))
        return max(_SMALL, self._most * (self._begun + 1) // self._together)

    def _least(self) -> int | None:
        """The fewest rows that are worth a request; None where that is not known."""
        few, many = min(self._seen, default=0), max(self._seen, default=0)
        if many < 2 * few or not few:
            return None
        quick, slow = self._seen[few], self._seen[many]
        row = (slow - quick) / (many - few)
        call = max(quick - row * few, 0.0)
        return self._most if row <= 0 else max(_SMALL, round(call / row))


def parts(blocks: Iterable[Sequence[Ready]], sizes: Sizes) -> Iterator[list[Ready]]:
    """The rows in parts, in their order; no part changes one row twice. A part is cut when it is asked for.

    Args:
        blocks: the rows, some at a time.
        sizes: how large a part may be.
    """
    rest: list[Ready] = []
    most = sizes.next()
    for block in blocks:
        rest += block
        while len(rest) >= most:
            yield _cut(rest, most, sizes)
            most = sizes.next()
    while rest:
        yield _cut(rest, most, sizes)
        most = sizes.next()


def _cut(rest: list[Ready], most: int, sizes: Sizes) -> list[Ready]:
    """Take as many of the first rows as go together."""
    part = rest[:most]
    changed = [row.address or row.id for row in part if not row.is_new_id]
    if len(set(changed)) < len(changed) or sum(row.size for row in part) > sizes.bytes:
        part = part[: _fitting(part, sizes.bytes)]
    del rest[: len(part)]
    sizes.begun(len(part))
    return part


def _fitting(rows: Sequence[Ready], most: int) -> int:
    """How many of these rows, at least one, have no more bytes and are all different."""
    size, names = 0, set[str]()
    for count, row in enumerate(rows):
        name = "" if row.is_new_id else row.address or row.id or ""
        size += row.size
        if count and (size > most or name in names):
            return count
        names |= {name} if name else set()
    return len(rows)
