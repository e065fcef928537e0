"""The bytes of files, in parts of at most a few megabytes, in SQLite tables of their own: rows stay small.

Parts of an upload under way are kept under its token; when it is complete they become the file's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onteg_dynamics.sandbox.store import Store

PART = 4 * 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """A file as it is kept; an image's full size too."""

    id: str
    name: str
    mime_type: str
    size: int


def keep(store: Store, file_id: str, name: str, mime_type: str, data: bytes) -> Kept:
    """Keeps a file whose bytes are here."""
    for start in range(0, len(data), PART):
        put(store, file_id, start, data[start : start + PART])
    return name_file(store, Kept(file_id, name, mime_type, len(data)))


def keep_parts(store: Store, token: str, file_id: str, name: str, mime_type: str) -> Kept:
    """Makes a file of an upload's parts."""
    size = stored_size(store, token)
    store.db.execute("UPDATE __part SET file = ?, block = NULL WHERE file = ?", (file_id, token))
    return name_file(store, Kept(file_id, name, mime_type, size))


def name_file(store: Store, kept: Kept) -> Kept:
    """Writes down what is known of a file beside its bytes."""
    statement = "INSERT OR REPLACE INTO __file (id, name, mimetype, size) VALUES (?, ?, ?, ?)"
    store.db.execute(statement, (kept.id, kept.name, kept.mime_type, kept.size))
    return kept


def find(store: Store, file_id: str) -> Kept | None:
    """What is known of a file, or None."""
    row = store.db.execute("SELECT id, name, mimetype, size FROM __file WHERE id = ?", (file_id,)).fetchone()
    return None if row is None else Kept(*row)


def read(store: Store, file_id: str, begin: int, end: int) -> bytes:
    """The bytes of a file from one position up to another; only the parts in which they are are read."""
    query = "SELECT start, data FROM __part WHERE file = ? AND start < ? AND start + length(data) > ? ORDER BY start"
    found = store.db.execute(query, (file_id, end, begin))
    return b"".join(data[max(0, begin - start) : end - start] for start, data in found)


def forget(store: Store, file_id: str | None) -> None:
    """Removes a file, or the parts of an upload; one that is not there is no matter."""
    if file_id is not None:
        store.db.execute("DELETE FROM __part WHERE file = ?", (file_id,))
        store.db.execute("DELETE FROM __file WHERE id = ?", (file_id,))


def put(store: Store, file_id: str, start: int, data: bytes, block: str | None = None) -> None:
    """Keeps one part, in the place of one that begins at the same position or has the same block id."""
    same, value = ("start", start) if block is None else ("block", block)
    store.db.execute(f"DELETE FROM __part WHERE file = ? AND {same} = ?", (file_id, value))
    statement = "INSERT INTO __part (file, start, block, data) VALUES (?, ?, ?, ?)"
    store.db.execute(statement, (file_id, start, block, data))


def blocks(store: Store, token: str) -> dict[str, int]:
    """The blocks of an upload with their sizes."""
    query = "SELECT block, length(data) FROM __part WHERE file = ? AND block IS NOT NULL"
    return {str(block): int(size) for block, size in store.db.execute(query, (token,))}


def arrange(store: Store, token: str, order: Sequence[str]) -> None:
    """Puts the blocks of an upload in their order; those that are not named go."""
    sizes, start = blocks(store, token), 0
    for block in sizes.keys() - set(order):
        store.db.execute("DELETE FROM __part WHERE file = ? AND block = ?", (token, block))
    for block in order:
        store.db.execute("UPDATE __part SET start = ? WHERE file = ? AND block = ?", (start, token, block))
        start += sizes[block]


def spans(store: Store, token: str) -> list[tuple[int, int]]:
    """Where the parts of an upload begin and end, in order."""
    query = "SELECT start, start + length(data) FROM __part WHERE file = ? ORDER BY start"
    return [(int(start), int(end)) for start, end in store.db.execute(query, (token,))]


def stored_size(store: Store, token: str) -> int:
    """How many bytes are kept under a name."""
    return int(store.db.execute("SELECT total(length(data)) FROM __part WHERE file = ?", (token,)).fetchone()[0])
