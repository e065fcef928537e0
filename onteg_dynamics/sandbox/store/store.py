"""The store: one SQLite connection that holds every row. SQL stands here and in query/, nowhere else.

One SQLite table per Dataverse table, one column per stored column; a lookup ``x`` has its id in ``x`` and the target's
logical name in ``x__table``. Text compares without regard to ASCII case (NOCASE); ``fold(text)`` is registered for the
rest, and ``likes(pattern, text)`` for patterns that SQLite's LIKE does not know.
"""

from __future__ import annotations

import sqlite3
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from onteg_dynamics.sandbox.store.ddl import (
    column_definitions,
    index_statements,
    key_index,
    key_index_name,
    lookup_index,
    quoted,
    schema_statements,
    table_statement,
    view_statements,
)
from onteg_dynamics.sandbox.store.like import likes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from onteg_dynamics.sandbox.model import Column, Model, Table

_MAX_CACHED = 512


class Store:
    """Rows in SQLite.

    Args:
        path: The database file, or None for memory. A file is kept in WAL mode and survives a killed process.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.db = sqlite3.connect(
            str(path) if path else ":memory:",
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_MAX_CACHED,
        )
        weakref.finalize(self, self.db.close).atexit = False  # for one that is let go without closing it
        self._depth = 0
        self._inserts: dict[tuple[str, tuple[str, ...]], str] = {}
        self.db.create_function("fold", 1, _fold, deterministic=True)
        self.db.create_function("likes", 2, likes, deterministic=True)
        if path:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA case_sensitive_like=OFF")

    def close(self) -> None:
        """Closes the connection; a memory store is gone."""
        self.db.close()

    def build(self, model: Model) -> None:
        """Creates what is missing of the model's tables, indexes and views."""
        with self.transaction():
            for statement in schema_statements(model):
                self.db.execute(statement)

    def add_table(self, model: Model, table: Table) -> None:
        """Creates one table with its indexes and renews the views that span tables."""
        if not table.is_view:
            self.db.execute(table_statement(table))
            for statement in index_statements(model, table):
                self.db.execute(statement)
        self.renew_views(model)

    def drop_table(self, model: Model, name: str) -> None:
        """Drops one table and renews the views that span tables."""
        self._drop_views()
        self.db.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        self.renew_views(model)

    def add_column(self, table: str, definition: str) -> None:
        """Adds one SQLite column."""
        self.db.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {definition}")

    def drop_columns(self, model: Model, table: str, columns: Iterable[Column]) -> None:
        """Removes columns with their values and indexes, and renews the views that span tables."""
        self._drop_views()
        for column in columns:
            for definition in column_definitions(column):
                name = definition.split('"')[1]
                for index in self._indexes_of(table, name):
                    self.db.execute(f"DROP INDEX {quoted(index)}")
                self.db.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(name)}")
        self.renew_views(model)

    def index_lookup(self, table: str, column: str) -> None:
        """Makes the index of a lookup column."""
        self.db.execute(lookup_index(table, column))

    def index_key(self, table: str, columns: Sequence[str]) -> None:
        """Makes the index of an alternate key; that its values are unique is the writer's business."""
        self.db.execute(key_index(table, columns))

    def drop_key_index(self, table: str, columns: Sequence[str]) -> None:
        """Removes the index of an alternate key."""
        self.db.execute(f"DROP INDEX IF EXISTS {key_index_name(table, columns)}")

    def has_doubles(self, table: str, columns: Sequence[str]) -> bool:
        """True where two rows have the same values in all of these columns, none of them null."""
        names = [quoted(column) for column in columns]
        filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
        group = ", ".join(names)
        query = f"SELECT 1 FROM {quoted(table)} WHERE {filled} GROUP BY {group} HAVING count(*) > 1 LIMIT 1"
        return self.db.execute(query).fetchone() is not None

    def cut(self, table: str, column: str, length: int) -> None:
        """Shortens every text of a column; a moment becomes a day."""
        name = quoted(column)
        self.db.execute(f"UPDATE {quoted(table)} SET {name} = substr({name}, 1, ?)", (length,))

    def unlink(self, table: str, column: str, target: str) -> None:
        """Empties a lookup in every row where it points at a table."""
        kind = quoted(f"{column}__table")
        statement = f"UPDATE {quoted(table)} SET {quoted(column)} = NULL, {kind} = NULL WHERE {kind} = ?"
        self.db.execute(statement, (target,))

    def renew_views(self, model: Model) -> None:
        """Makes the views over all activities and all owners anew."""
        for statement in view_statements(model):
            self.db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested (an inner failure undoes the inner part only)."""
        name = f"s{self._depth}"
        self.db.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.db.execute("ROLLBACK")
            else:
                self.db.execute(f"ROLLBACK TO {name}")
                self.db.execute(f"RELEASE {name}")
            raise
        self._depth -= 1
        self.db.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")

    def has_table(self, name: str) -> bool:
        """True where there is a SQLite table or view of that name."""
        query = "SELECT 1 FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')"
        return self.db.execute(query, (name,)).fetchone() is not None

    def next_version(self) -> int:
        """The next row version; one counter for the whole store."""
        row = self.db.execute("UPDATE __counter SET value = value + 1 RETURNING value").fetchone()
        return int(row[0])

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Writes a new row."""
        shape = (table, tuple(values))
        statement = self._inserts.get(shape)
        if statement is None:
            columns = ", ".join(map(quoted, values))
            marks = ", ".join("?" * len(values))
            statement = f"INSERT INTO {quoted(table)} ({columns}) VALUES ({marks})"
            self._inserts = self._inserts if len(self._inserts) < _MAX_CACHED else {}
            self._inserts[shape] = statement
        self.db.execute(statement, tuple(values.values()))

    def update(self, table: Table, row_id: str, values: Mapping[str, Any]) -> None:
        """Changes some columns of a row."""
        changes = ", ".join(f"{quoted(name)} = ?" for name in values)
        statement = f"UPDATE {quoted(table.logical_name)} SET {changes} WHERE {quoted(table.primary_id)} = ?"
        self.db.execute(statement, (*values.values(), row_id))

    def delete(self, table: Table, row_id: str) -> None:
        """Removes a row."""
        statement = f"DELETE FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?"
        self.db.execute(statement, (row_id,))

    def expire(self, table: Table, now: str) -> None:
        """Removes the rows of an elastic table whose time to live is over; it begins anew with each change."""
        statement = (
            f"DELETE FROM {quoted(table.logical_name)} WHERE ttlinseconds >= 0 "
            "AND CAST(strftime('%s', modifiedon) AS INTEGER) + ttlinseconds <= CAST(strftime('%s', ?) AS INTEGER)"
        )
        self.db.execute(statement, (now,))

    def get(self, table: Table, row_id: str) -> dict[str, Any] | None:
        """All stored values of a row, or None."""
        return self.first(table, {table.primary_id: row_id})

    def first(self, table: Table, match: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row whose columns have these values (None matches null), or None."""
        found = self.select(table.logical_name, match, limit=1)
        return found[0] if found else None

    def select(
        self, table: str, match: Mapping[str, Any], columns: Sequence[str] = (), limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Rows whose columns have these values."""
        wanted = ", ".join(map(quoted, columns)) or "*"
        where = " AND ".join(
            f"{quoted(name)} IS ?" if value is None else f"{quoted(name)} = ?" for name, value in match.items()
        )
        cut = f" LIMIT {int(limit)}" if limit is not None else ""
        statement = f"SELECT {wanted} FROM {quoted(table)} WHERE {where or '1'}{cut}"
        cursor = self.db.execute(statement, tuple(match.values()))
        names = [entry[0] for entry in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]  # noqa: B905 - one length by construction

    def exists(self, table: Table, row_id: str) -> bool:
        """True where the row is there."""
        statement = f"SELECT 1 FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?"
        return self.db.execute(statement, (row_id,)).fetchone() is not None

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.db.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])

    def count_where(self, table: str, match: Mapping[str, Any]) -> int:
        """How many rows have these values."""
        where = " AND ".join(f"{quoted(name)} = ?" for name in match)
        query = f"SELECT count(*) FROM {quoted(table)} WHERE {where}"
        return int(self.db.execute(query, tuple(match.values())).fetchone()[0])

    def browse(self, table: Table, text: str, match: Mapping[str, Any], limit: int, start: int) -> list[dict[str, Any]]:
        """Some rows for a person to look at, the newest first.

        Args:
            table: The table.
            text: A part of the rows' names; every row where it is empty.
            match: Values that the rows must have.
            limit: The most rows to give.
            start: How many rows to pass over.
        """
        conditions = {f"{quoted(name)} = ?": value for name, value in match.items()}
        if text and table.primary_name:
            conditions[f"instr(fold({quoted(table.primary_name)}), ?) > 0"] = text.casefold()
        order = quoted(table.primary_id) if table.is_view else "rowid DESC"
        where = " AND ".join(conditions) or "1"
        query = f"SELECT * FROM {quoted(table.logical_name)} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        cursor = self.db.execute(query, (*conditions.values(), limit, start))
        names = [entry[0] for entry in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]  # noqa: B905 - one length by construction

    def note(self, kind: str, name: str, document: bytes | None) -> None:
        """Keeps a document (a changed table's description) with the rows; None removes it."""
        if document is None:
            self.db.execute("DELETE FROM __document WHERE kind = ? AND name = ?", (kind, name))
            return
        self.db.execute("INSERT OR REPLACE INTO __document (kind, name, body) VALUES (?, ?, ?)", (kind, name, document))

    def notes(self, kind: str) -> Iterable[tuple[str, bytes]]:
        """The kept documents of a kind, in the order they were first kept."""
        query = "SELECT name, body FROM __document WHERE kind = ? ORDER BY rowid"
        return [(str(name), bytes(body)) for name, body in self.db.execute(query, (kind,))]

    def _drop_views(self) -> None:
        for view in ("activitypointer", "owner"):
            self.db.execute(f"DROP VIEW IF EXISTS {quoted(view)}")

    def _indexes_of(self, table: str, column: str) -> list[str]:
        indexes = [str(row[1]) for row in self.db.execute(f"PRAGMA index_list({quoted(table)})").fetchall()]
        return [index for index in indexes if column in self._index_columns(index)]

    def _index_columns(self, index: str) -> set[str]:
        return {str(row[2]) for row in self.db.execute(f"PRAGMA index_info({quoted(index)})").fetchall()}


def _fold(text: str | float | bytes | None) -> str | float | bytes | None:
    return text.casefold() if isinstance(text, str) else text
