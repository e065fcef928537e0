"""The rows behind the index's documents: those that the caller may read and that the filters let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from onteg_dynamics.sandbox import refusals
from onteg_dynamics.sandbox.query import scope as query_scope
from onteg_dynamics.sandbox.query.parse import parse_filter
from onteg_dynamics.sandbox.query.sql import NEVER, Select, Sql, Value, joined, sql_columns
from onteg_dynamics.sandbox.query.tree import Path
from onteg_dynamics.sandbox.query.where import where
from onteg_dynamics.sandbox.search.asked import Asked, Scope
from onteg_dynamics.sandbox.search.columns import Fields
from onteg_dynamics.sandbox.world import Caller, World


class _Elsewhere(Exception):  # noqa: N818 - it ends an attempt
    """A column that another table has, and this one has not."""


@dataclass(frozen=True)
class _Names(query_scope.Scope):
    """What names mean in a search's filter: columns of the index, by their logical names."""

    fields: Fields | None = None
    others: frozenset[str] = frozenset()

    def value(self, path: Path) -> Value:
        """The column of a name."""
        assert self.fields is not None
        name = ".".join(path.steps).removeprefix("_").removesuffix("_value")
        if name not in self.fields.known:
            if name in self.others:
                raise _Elsewhere
            raise refusals.search_column(name, "filter")
        column = self.fields.table.columns[name]
        return Value(Sql(self.place.column(name)), column.edm_type, column, self.place)


def read_rows(
    world: World, caller: Caller, asked: Asked, scope: Scope, ids: Iterable[str], columns: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """Rows of one table.

    Args:
        world: The sandbox.
        caller: Who asks; what he may not read is left out.
        asked: The search.
        scope: The table.
        ids: The rows that the text was found in.
        columns: Which columns to read, besides the key.

    Raises:
        Refusal: A filter cannot be carried out.
    """
    table = scope.fields.table
    try:
        place = Select(world.model, caller.rights).place(table)
    except refusals.Refusal:  # whoever may not read a table finds nothing in it
        return
    condition = _condition(world, caller, asked, scope, place)
    names = sql_columns(table, [table.columns[name] for name in columns if name in scope.fields.known])
    wanted = ", ".join(place.column(name) for name in names)
    text = f"SELECT {wanted} FROM {place.source} WHERE {place.key} IN (SELECT value FROM json_each(?))"
    parameters = (orjson.dumps(list(ids)).decode(), *condition.parameters)
    for row in world.store.db.execute(f"{text} AND {condition.text}", parameters):
        yield dict(zip(names, row, strict=True))


def _condition(world: World, caller: Caller, asked: Asked, scope: Scope, place: Any) -> Sql:
    """The filter of the search and that of the table, together."""
    every = frozenset(name for one in asked.scopes for name in one.fields.known)
    own = _Names(world, caller, place, fields=scope.fields)
    parts = [where(parse_filter(scope.filter, {}), own)] if scope.filter.strip() else []
    for text in _for_table(asked.filter, scope.name):
        shared = _Names(world, caller, place, fields=scope.fields, others=every)
        try:
            parts.append(where(parse_filter(text, {}), shared))
        except _Elsewhere:
            parts.append(NEVER)
    return joined(parts, "AND") if parts else Sql("1")


def _for_table(text: str, table: str) -> list[str]:
    """The filter, without the table's name that older clients put before it."""
    if not text.strip():
        return []
    name, colon, rest = text.partition(":")
    named = colon and name.strip().isidentifier()
    if not named:
        return [text]
    return [rest] if name.strip() == table else []


def sort_key(row: Mapping[str, Any], name: str) -> tuple[bool, Any]:
    """What a row is ordered by: nothing comes before something, text goes without regard to case."""
    value = row.get(name)
    return value is not None, value.casefold() if isinstance(value, str) else value or 0
