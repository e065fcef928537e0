"""What the client has learned of the tables. Each thing is asked once, however many threads want it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from onteg_dynamics.dataverse.odata import literal, query_string
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import DETAIL_CASTS, Column, Columns, Details, Relationship, Table
from onteg_dynamics.errors import ErrorDetails, Problem, UnknownNameError

__all__ = ["Fetch", "Metadata"]

LIFETIME = 900.0
T = TypeVar("T")
Fetch = Callable[[Sequence[str]], Sequence[Mapping[str, Any]]]
"""Brings the JSON of these paths (relative to the API's root), in order, in as few round trips as it can."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Metadata:
    """Remembers tables, columns, choices and relationships. Safe to share between threads.

    The `fetch` of the call at hand is passed in, so that its deadline, cost and rights apply.

    Args:
        lifetime: seconds until a thing is asked anew: somebody may add a column while a worker runs for weeks.
        clock: seconds that only grow.
    """

    def __init__(self, lifetime: float = LIFETIME, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime, self._clock = lifetime, clock
        self._known: dict[Hashable, tuple[Any, float]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def table(self, name: str, fetch: Fetch) -> Table:
        """The table with this logical name or entity set name.

        Raises:
            UnknownNameError: there is none; says which ones are meant, perhaps.
        """
        text = name.strip()
        table: Table | None = self.once(("table", text), lambda: self._find_table(text, fetch))
        if table is None:
            raise _unknown_table(text, self.tables(fetch))
        return table

    def tables(self, fetch: Fetch) -> tuple[Table, ...]:
        """All tables that have an entity set, by logical name."""
        return self.once("tables", lambda: _all_tables(fetch))

    def columns(self, table: Table, fetch: Fetch) -> Columns:
        """The columns and lookups of `table`."""
        return self.once(("columns", table.name), lambda: _columns(table, fetch))

    def details(self, table: Table, column: Column, fetch: Fetch) -> Details:
        """What the metadata of the column's own type tells: choices, lengths, ranges, date behaviour."""
        if column.type not in DETAIL_CASTS:
            return Details()
        key = ("details", table.name, column.type)
        of_type: Mapping[str, Details] = self.once(key, lambda: _details(table, [column.type], fetch)[column.type])
        return of_type.get(column.name, Details())

    def learn_details(self, table: Table, fetch: Fetch) -> None:
        """Learn the details of all columns of `table` in one round trip."""
        present = {column.type for column in self.columns(table, fetch).by_name.values()}
        missing = [
            kind for kind in DETAIL_CASTS if kind in present and self._recall(("details", table.name, kind)) is None
        ]
        if missing:
            for kind, found in _details(table, missing, fetch).items():
                self._keep(("details", table.name, kind), found)

    def forget(self) -> None:
        """Ask anew from now on: after the tables have been changed."""
        with self._guard:
            self._known.clear()

    def _find_table(self, text: str, fetch: Fetch) -> Table | None:
        if not _NAME.fullmatch(text):
            return None
        if self._recall("tables") is not None:
            return next((table for table in self.tables(fetch) if text in (table.name, table.entity_set)), None)
        wanted = f"LogicalName eq {literal(text.lower())} or EntitySetName eq {literal(text)}"
        [data] = fetch(["EntityDefinitions" + query_string({"$select": Table.SELECT, "$filter": wanted})])
        found = [Table.read(item) for item in data["value"]]
        # One table's entity set name may be another's logical name: the logical name goes first.
        found.sort(key=lambda table: table.name != text.lower())
        return found[0] if found else None

    def once(self, key: Hashable, learn: Callable[[], T]) -> T:
        """What `learn` brings, learned once for each key however many threads ask; None is not remembered."""
        known: T | None = self._recall(key)
        if known is not None:
            return known
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            known = self._recall(key)
            if known is not None:
                return known
            found = learn()
            if found is not None:  # a table that does not exist may exist later
                self._keep(key, found)
            return found

    def _recall(self, key: Hashable) -> Any:
        """What is known and fresh, else None."""
        value, learned = self._known.get(key, (None, 0.0))
        return value if self._clock() - learned < self._lifetime else None

    def _keep(self, key: Hashable, value: Any) -> None:
        self._known[key] = value, self._clock()


def _all_tables(fetch: Fetch) -> tuple[Table, ...]:
    [data] = fetch(["EntityDefinitions" + query_string({"$select": Table.SELECT})])
    tables = (Table.read(item) for item in data["value"])
    return tuple(sorted((table for table in tables if table.entity_set), key=lambda table: table.name))


def _columns(table: Table, fetch: Fetch) -> Columns:
    expand = f"Attributes($select={Column.SELECT}),ManyToOneRelationships($select={Relationship.SELECT})"
    path = _definition(table) + query_string({"$select": "LogicalName", "$expand": expand})
    [data] = fetch([path])
    return Columns.read(table, data)


def _details(table: Table, kinds: Sequence[str], fetch: Fetch) -> dict[str, dict[str, Details]]:
    casts = (f"{_definition(table)}/Attributes/Microsoft.Dynamics.CRM.{kind}AttributeMetadata" for kind in kinds)
    answers = fetch([cast + DETAIL_CASTS[kind] for kind, cast in zip(kinds, casts, strict=True)])
    return {
        kind: {item["LogicalName"]: Details.read(item) for item in answer["value"]}
        for kind, answer in zip(kinds, answers, strict=True)
    }


def _definition(table: Table) -> str:
    return f"EntityDefinitions(LogicalName={literal(table.name)})"


def _unknown_table(name: str, tables: Sequence[Table]) -> UnknownNameError:
    by_label = {table.label.lower(): table.name for table in tables}
    known = [table.name for table in tables] + [table.entity_set for table in tables]
    hint = f'Its logical name is "{by_label[name.lower()]}".' if name.lower() in by_label else suggest(name, known)
    problem = Problem("table", "", f'there is no table "{name}" here.')
    return UnknownNameError((problem,), ErrorDetails(fix=hint or "List Tables shows all of them.", table=name))
