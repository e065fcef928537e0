"""Rows as the Web API sends them → stable rows: the columns asked for, null included, and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column

__all__ = ["Row", "Shaper", "plain_row", "shaper"]

Row = dict[str, Any]
Shaper = Callable[[Row], Row]

_LOOKUP_VALUE = re.compile(r"_(.+)_value")


def shaper(columns: Iterable[Column], *, labels: bool, expanded: Iterable[str] = ()) -> Shaper:
    """A function that turns a row of the service into a stable row.

    Args:
        columns: the columns each row is to have.
        labels: put ``column.label`` beside choices and lookups, ``column.table`` beside lookups.
        expanded: navigation properties whose rows stand within the row.
    """
    parts = [part for column in columns for part in _parts(column, labels=labels)]
    nested = tuple(expanded)

    def shape(row: Row) -> Row:
        get = row.get
        shaped = {name: get(source) for name, source in parts}
        for name in nested:
            shaped[name] = _nested(get(name))
        return shaped

    return shape


def _parts(column: Column, *, labels: bool) -> Iterable[tuple[str, str]]:
    """Each member of the row that comes out, with the member it comes from."""
    yield column.name, column.wire_name
    if labels and (column.is_lookup or column.type in CHOICE_TYPES):
        yield f"{column.name}.label", f"{column.wire_name}@{FORMATTED}"
    if labels and column.is_lookup:
        yield f"{column.name}.table", f"{column.wire_name}@{LOOKUP_TABLE}"


def plain_row(row: Mapping[str, Any]) -> Row:
    """A row without annotations, lookups under their own names; rows within it likewise."""
    return {_plain_name(name): _nested(value) for name, value in row.items() if "@" not in name}


def _plain_name(name: str) -> str:
    match = _LOOKUP_VALUE.fullmatch(name) if name[:1] == "_" else None
    return match[1] if match else name


def _nested(value: Any) -> Any:
    if isinstance(value, dict):
        return plain_row(value)
    if isinstance(value, list):
        return [_nested(item) for item in value]
    return value
