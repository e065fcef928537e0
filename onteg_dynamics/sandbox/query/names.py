"""Names of the rows that lookups point at, and currency symbols: for formatted values, a few queries per page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from onteg_dynamics.sandbox.model import Table
from onteg_dynamics.sandbox.query.query import Query
from onteg_dynamics.sandbox.store.ddl import quoted
from onteg_dynamics.sandbox.world import World


def with_names(world: World, query: Query, found: list[dict[str, Any]]) -> None:
    """Adds ``x__name`` for each lookup ``x``, and ``__symbol`` where money is shown.

    Args:
        world: The sandbox.
        query: What was read.
        found: The rows' values; completed in place.
    """
    lookups = [column.logical_name for column in query.columns if column.is_lookup]
    wanted: dict[str, set[str]] = {}
    for values in found:
        for name in lookups:
            if values[name] is not None:
                wanted.setdefault(values[f"{name}__table"] or "", set()).add(values[name])
    known = row_names(world, wanted)
    for values in found:
        for name in lookups:
            values[f"{name}__name"] = known.get(values[f"{name}__table"] or "", {}).get(values[name])
    if any(column.type == "Money" for column in query.columns):
        _add_symbols(world, found)


def row_names(world: World, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """Names of rows by table and id.

    Args:
        world: The sandbox.
        wanted: Ids by table.
    """
    return {table: _names(world, world.model.table(table), ids) for table, ids in wanted.items()}


def currency_symbols(world: World, ids: Iterable[str]) -> dict[str, str]:
    """Symbols of currencies by their ids."""
    return _pairs(world, world.model.tables["transactioncurrency"], "currencysymbol", ids)


def _names(world: World, table: Table | None, ids: Iterable[str]) -> dict[str, str]:
    name = table.columns.get(table.primary_name or "") if table is not None else None
    if table is None or name is None or not name.is_stored:
        return {}
    return _pairs(world, table, name.logical_name, ids)


def _pairs(world: World, table: Table, column: str, ids: Iterable[str]) -> dict[str, str]:
    key, source = quoted(table.primary_id), quoted(table.logical_name)
    text = f"SELECT {key}, {quoted(column)} FROM {source} WHERE {key} IN (SELECT value FROM json_each(?))"
    return dict(world.store.db.execute(text, (orjson.dumps(list(ids)).decode(),)).fetchall())


def _add_symbols(world: World, found: list[dict[str, Any]]) -> None:
    symbols = currency_symbols(world, {str(values.get("transactioncurrencyid")) for values in found} - {"None"})
    for values in found:
        own = values.get("transactioncurrencyid") or ""
        values["__symbol"] = symbols.get(own, world.organization.base_currency_symbol)
