"""The index: one full-text table per searched table, in a memory database of its own.

It costs a write nothing. A search first takes in what has changed: rows whose version is newer than the newest one that
was read, and, where the numbers of rows differ, those that are gone.
"""

from __future__ import annotations

import sqlite3
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onteg_dynamics.sandbox.store.ddl import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from onteg_dynamics.sandbox.search.columns import Fields
    from onteg_dynamics.sandbox.search.pace import Pace
    from onteg_dynamics.sandbox.store import Store

_TOKENS = "unicode61 remove_diacritics 2"


@dataclass
class Shelf:
    """One table's part of the index.

    Attributes:
        db: Where it stands.
        name: Its SQL name; beside it stand ``…_v`` (its words) and ``…_k`` (ids by document).
        columns: The columns that are searched, in their order.
        version: The newest row version that is in it.
        changes: The store's count of changes when it was last looked at.
    """

    db: sqlite3.Connection
    name: str
    columns: tuple[str, ...]
    version: int = -1
    changes: int = -1
    _vocabulary: tuple[int, list[str]] | None = field(default=None, repr=False)

    def build(self) -> None:
        """Makes it anew, empty."""
        self.drop()
        names = ", ".join(f"c{number}" for number in range(len(self.columns)))
        self.db.execute(f"CREATE VIRTUAL TABLE {self.name} USING fts5({names}, tokenize='{_TOKENS}')")
        self.db.execute(f"CREATE VIRTUAL TABLE {self.name}_v USING fts5vocab({self.name}, row)")
        self.db.execute(f"CREATE TABLE {self.name}_k (doc INTEGER PRIMARY KEY, own TEXT NOT NULL UNIQUE)")

    def drop(self) -> None:
        """Removes it."""
        for name in (f"{self.name}_v", self.name, f"{self.name}_k"):
            self.db.execute(f"DROP TABLE IF EXISTS {name}")

    def take(self, store: Store, fields: Fields) -> None:
        """Takes in what has changed in the store."""
        if self.changes == store.db.total_changes:
            return
        self.changes = store.db.total_changes
        table = fields.table
        key, source = quoted(table.primary_id), quoted(table.logical_name)
        wanted = ", ".join(quoted(name) for name in (*self.columns, "versionnumber"))
        text = f"SELECT {key}, {wanted} FROM {source} WHERE versionnumber > ?"
        self._put(store.db.execute(text, (self.version,)).fetchall())
        if store.count(table.logical_name) != self.count():
            self._keep(own for (own,) in store.db.execute(f"SELECT {key} FROM {source}"))

    def count(self) -> int:
        """How many rows are in it."""
        return int(self.db.execute(f"SELECT count(*) FROM {self.name}_k").fetchone()[0])

    def size(self) -> int:
        """How many characters of text are in it."""
        length = " + ".join(f"coalesce(length(c{number}), 0)" for number in range(len(self.columns)))
        return int(self.db.execute(f"SELECT coalesce(sum({length}), 0) FROM {self.name}").fetchone()[0])

    def documents(self) -> list[int]:
        """Every document."""
        return [doc for (doc,) in self.db.execute(f"SELECT doc FROM {self.name}_k")]

    def match(self, text: str) -> dict[int, float]:
        """The documents that an FTS5 expression matches, with how well they do."""
        found = self.db.execute(f"SELECT rowid, -bm25({self.name}) FROM {self.name} WHERE {self.name} MATCH ?", (text,))
        return dict(found.fetchall())

    def vocabulary(self) -> list[str]:
        """Every word that occurs."""
        if self._vocabulary is None or self._vocabulary[0] != self.changes:
            found = self.db.execute(f"SELECT term FROM {self.name}_v")
            self._vocabulary = (self.changes, [term for (term,) in found])
        return self._vocabulary[1]

    def ids(self, documents: Iterable[int]) -> dict[int, str]:
        """The ids of rows by their documents."""
        wanted = set(documents)
        return {doc: own for doc, own in self.db.execute(f"SELECT doc, own FROM {self.name}_k") if doc in wanted}

    def texts(self, document: int, columns: Iterable[str]) -> list[str]:
        """The texts of a document in some of its columns."""
        names = ", ".join(f"c{self.columns.index(name)}" for name in columns)
        row = (
            self.db.execute(f"SELECT {names} FROM {self.name} WHERE rowid = ?", (document,)).fetchone() if names else ()
        )
        return [str(text) for text in row or () if text is not None]

    def highlights(self, document: int, text: str, before: str, after: str) -> dict[str, str]:
        """The texts of a document in which an expression is found, with marks around what is found."""
        marked = ", ".join(f"highlight({self.name}, {number}, ?, ?)" for number in range(len(self.columns)))
        query = f"SELECT {marked} FROM {self.name} WHERE {self.name} MATCH ? AND rowid = ?"
        row = self.db.execute(query, (*(before, after) * len(self.columns), text, document)).fetchone()
        pairs = zip(self.columns, row or (), strict=False)
        return {name: shown for name, shown in pairs if shown is not None and before in shown}

    def _put(self, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self.db:
            ids = [(row[0],) for row in rows]
            self._remove(ids)
            self.db.executemany(f"INSERT INTO {self.name}_k (own) VALUES (?)", ids)
            marks = ", ".join("?" * len(self.columns))
            names = ", ".join(f"c{number}" for number in range(len(self.columns)))
            doc = f"(SELECT doc FROM {self.name}_k WHERE own = ?)"
            text = f"INSERT INTO {self.name} (rowid, {names}) VALUES ({doc}, {marks})"
            self.db.executemany(text, [row[:-1] for row in rows])
        self.version = max(self.version, *(int(str(row[-1])) for row in rows))

    def _keep(self, ids: Iterable[str]) -> None:
        """Removes the documents of all other rows."""
        there = set(ids)
        gone = [(own,) for (own,) in self.db.execute(f"SELECT own FROM {self.name}_k") if own not in there]
        with self.db:
            self._remove(gone)

    def _remove(self, ids: Sequence[tuple[object, ...]]) -> None:
        doc = f"(SELECT doc FROM {self.name}_k WHERE own = ?)"
        self.db.executemany(f"DELETE FROM {self.name} WHERE rowid = {doc}", ids)
        self.db.executemany(f"DELETE FROM {self.name}_k WHERE own = ?", ids)


class Index:
    """The index of one environment.

    Attributes:
        pace: How often one may search; None for as often as one likes.
    """

    def __init__(self) -> None:
        self.pace: Pace | None = None
        self._db: sqlite3.Connection | None = None
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, store: Store, fields: Fields) -> Shelf:
        """A table's part of the index, up to date.

        Args:
            store: Holds the rows.
            fields: The table and its columns.
        """
        name = fields.table.logical_name
        shelf = self._shelves.get(name)
        if shelf is None or shelf.columns != fields.searched:
            db = self._opened()
            shelf = self._shelves[name] = Shelf(db, shelf.name if shelf else f"s{len(self._shelves)}", fields.searched)
            shelf.build()
        shelf.take(store, fields)
        return shelf

    def forget(self) -> None:
        """Empties the index; needed where the store's content was replaced from below."""
        for shelf in self._shelves.values():
            shelf.drop()
        self._shelves.clear()
        if self.pace is not None:
            self.pace.forget()

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect(":memory:", check_same_thread=False)
            weakref.finalize(self, self._db.close)
        return self._db
