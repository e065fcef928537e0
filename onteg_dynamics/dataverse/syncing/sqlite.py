"""A table of a SQLite file that follows a table of the service.

Rows and state are written in one transaction. All rows are read into a table beside the one that is there, which takes
its place when it is whole: whoever reads the file meets the old rows until then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

from onteg_dynamics.dataverse.exporting.fields import Field, Kind
from onteg_dynamics.dataverse.exporting.work import Work
from onteg_dynamics.dataverse.shape import Row
from onteg_dynamics.dataverse.syncing.sync import Part, problem
from onteg_dynamics.dataverse.tables import Table

__all__ = ["SqliteStore"]

_STATES = "_onteg_sync"
_TYPES: Mapping[Kind, str] = {
    "whole": "INTEGER",
    "big": "INTEGER",
    "yes_no": "INTEGER",
    "number": "REAL",
    "decimal": "REAL",
}


class SqliteStore:
    """As `Store`. The table is named as in the service; other tables of the file are left alone.

    Args:
        path: the file; made where there is none.
        table: of the service.
        fields: its columns.
    """

    def __init__(self, path: Path, table: Table, fields: Sequence[Field]) -> None:
        self.path, self.table, self.fields = path, table, fields
        self._live, self._fresh = _quoted(table.name), _quoted(f"_onteg_new_{table.name}")
        self._key = next(one.name for one in fields if one.name == table.primary_id)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """As in `Store`."""
        work = Work(self.path.with_name(f"{self.path.name}.{self.table.name}.partial"))
        with work.entered():
            try:
                with closing(sqlite3.connect(self.path, isolation_level=None, timeout=60)) as self._base:
                    self._check()
                    yield
            finally:
                work.remove()
                if self.path.exists() and self.path.stat().st_size == 0:
                    self.path.unlink()

    def _check(self) -> None:
        try:
            known = self.state() is not None
        except sqlite3.DatabaseError:
            raise problem("is no SQLite file") from None
        if not known and self._has(self.table.name):
            raise problem(f"has a table {self.table.name} that is not of Sync Table's making; choose another file")

    def state(self) -> Mapping[str, Any] | None:
        """As in `Store`."""
        if not self._has(_STATES):
            return None
        found = self._base.execute(f"SELECT state FROM {_STATES} WHERE name = ?", [self.table.name]).fetchone()
        return None if found is None else orjson.loads(found[0])

    def keep(self, part: Part) -> None:
        """As in `Store`."""
        state = self.state()
        beside = part.full or (state is not None and state["beside"])
        with _transaction(self._base):
            self._base.execute(f"CREATE TABLE IF NOT EXISTS {_STATES} (name TEXT PRIMARY KEY, state TEXT NOT NULL)")
            if part.begun:
                self._base.execute(f"DROP TABLE IF EXISTS {self._fresh}")
                self._base.execute(f"CREATE TABLE {self._fresh} ({self._columns()}) WITHOUT ROWID")
            target = self._fresh if beside else self._live
            places = ",".join("?" * len(self.fields))
            self._base.executemany(f"INSERT OR REPLACE INTO {target} VALUES ({places})", map(self._values, part.rows))
            key = _quoted(self._key)
            self._base.executemany(f"DELETE FROM {target} WHERE {key} = ?", ([one] for one in part.deleted))
            told = orjson.dumps({**part.state, "beside": beside}).decode()
            self._base.execute(f"INSERT OR REPLACE INTO {_STATES} VALUES (?, ?)", [self.table.name, told])

    def finish(self) -> int:
        """As in `Store`."""
        state = self.state()
        if state is not None and state["beside"]:
            with _transaction(self._base):
                self._take_place()
                told = orjson.dumps({**state, "beside": False}).decode()
                self._base.execute(f"UPDATE {_STATES} SET state = ? WHERE name = ?", [told, self.table.name])
        (rows,) = self._base.execute(f"SELECT count(*) FROM {self._live}").fetchone()
        return int(rows)

    def _take_place(self) -> None:
        """The rows beside take the place of those that are there; indexes on the table stay where columns do."""
        if self._has(self.table.name) and self._shape(self._live) == self._shape(self._fresh):
            self._base.execute(f"DELETE FROM {self._live}")
            self._base.execute(f"INSERT INTO {self._live} SELECT * FROM {self._fresh}")
            self._base.execute(f"DROP TABLE {self._fresh}")
            return
        self._base.execute(f"DROP TABLE IF EXISTS {self._live}")
        self._base.execute(f"ALTER TABLE {self._fresh} RENAME TO {self._live}")

    def _shape(self, table: str) -> list[tuple[Any, ...]]:
        return [row[1:3] for row in self._base.execute(f"PRAGMA table_info({table})")]

    def _has(self, name: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._base.execute(query, [name]).fetchone() is not None

    def _columns(self) -> str:
        own = [f"{_quoted(one.name)} {_TYPES.get(one.kind, 'TEXT')}" for one in self.fields]
        return ", ".join([*own, f"PRIMARY KEY ({_quoted(self._key)})"])

    def _values(self, row: Row) -> list[Any]:
        return [_value(row.get(one.source)) for one in self.fields]


def _value(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, (list, dict)) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _transaction(base: sqlite3.Connection) -> Iterator[None]:
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")
