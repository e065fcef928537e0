"""Rows as the Web API sends them → stable rows: the columns asked for, null included, and nothing else. Pure.

A page's rows are changed where they stand: what is not wanted is popped, what has another name is moved. Measured, that
is a quarter of the time that making new rows takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import Any, TypedDict, cast

import msgspec

from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column

__all__ = ["PARTY_ROLES", "PageReader", "PageShaper", "Row", "page_reader", "page_shaper", "party_values", "plain_row"]

PARTY_ROLES: Mapping[str, int] = {
    "from": 1,
    "to": 2,
    "cc": 3,
    "bcc": 4,
    "requiredattendees": 5,
    "optionalattendees": 6,
    "organizer": 7,
    "resources": 10,
    "customers": 11,
    "partners": 12,
    "related": 13,
}
"""The party columns of activities, and the participation type of those who stand in each."""

Row = dict[str, Any]
PageShaper = Callable[[list[Row]], list[Row]]
PageReader = Callable[[memoryview], list[Row]]

_LOOKUP_VALUE = re.compile(r"_(.+)_value")


def page_shaper(columns: Iterable[Column], *, labels: bool, expanded: Iterable[str] = ()) -> PageShaper:
    """A function that turns the rows of a page into stable rows, in place.

    Args:
        columns: the columns each row is to have.
        labels: put ``column.label`` beside choices and lookups, ``column.table`` beside lookups.
        expanded: navigation properties whose rows stand within the row.
    """
    layout = _layout(columns, labels=labels, expanded=expanded)

    def shape(rows: list[Row]) -> list[Row]:
        unwanted = [name for name in _members(rows, labels=labels) if name not in layout.sources]
        for row in rows if unwanted else ():
            pop = row.pop
            for name in unwanted:
                pop(name, None)
        return layout.named(rows)

    return shape


def page_reader(columns: Iterable[Column], *, labels: bool) -> PageReader:
    """A function that makes stable rows of a page's bytes, and no objects of what is not wanted, as most annotations.

    Measured with labels, it takes half the time that reading all of it and then shaping it takes. It reads plain values
    alone and raises a ValueError for others. What it passes over may go too deep: a RecursionError.

    Args:
        columns: the columns each row is to have.
        labels: as in `page_shaper`.
    """
    layout = _layout(columns, labels=labels, expanded=())
    decode = _decoder(tuple(sorted(layout.sources))).decode
    return lambda array: layout.named(decode(array))


_PLAIN = str | int | float | bool | None


@lru_cache(maxsize=64)
def _decoder(members: tuple[str, ...]) -> msgspec.json.Decoder[list[Row]]:
    """Reads these members of each row and passes over all others."""
    row = cast("Any", TypedDict)("row", dict.fromkeys(members, _PLAIN), total=False)
    return msgspec.json.Decoder(GenericAlias(list, (row,)))


@dataclass(frozen=True)
class _Layout:
    """How rows come out.

    Attributes:
        names: their members.
        sources: the members that the service sends for these.
        moved: those of other names, with what they are made of.
        nested: those that hold rows.
    """

    names: Sequence[str]
    sources: frozenset[str]
    moved: Sequence[tuple[str, str]]
    nested: Sequence[str]

    def named(self, rows: list[Row]) -> list[Row]:
        """Rows that hold nothing but `sources`, under the names they come out by."""
        names, moved, nested = self.names, self.moved, self.nested
        for row in rows:
            for name, source in moved:
                row[name] = row.pop(source, None)
            for name in nested:
                row[name] = _nested(row.get(name))
        return [row if len(row) == len(names) else {name: row.get(name) for name in names} for row in rows]


def _layout(columns: Iterable[Column], *, labels: bool, expanded: Iterable[str]) -> _Layout:
    parts = [part for column in columns for part in _parts(column, labels=labels)]
    nested = tuple(expanded)
    names = [*dict(parts), *nested]
    sources = frozenset({*(source for _, source in parts), *nested})
    return _Layout(names, sources, [(name, source) for name, source in parts if name != source], nested)


def _members(rows: Sequence[Row], *, labels: bool) -> list[str]:
    """The members that rows of this page may have: those of the first, and their annotations, which come and go."""
    first = list(rows[0]) if rows else []
    if not labels:
        return first
    plain = [name for name in first if "@" not in name]
    annotations = [f"{name}@{kind}" for name in plain for kind in (FORMATTED, LOOKUP_TABLE)[: 1 + (name[:1] == "_")]]
    return list(dict.fromkeys((*first, *annotations)))


def _parts(column: Column, *, labels: bool) -> Iterable[tuple[str, str]]:
    """Each member of the row that comes out, with the member it comes from."""
    yield column.name, column.wire_name
    if labels and (column.is_lookup or column.type in CHOICE_TYPES):
        yield f"{column.name}.label", f"{column.wire_name}@{FORMATTED}"
    if labels and column.is_lookup:
        yield f"{column.name}.table", f"{column.wire_name}@{LOOKUP_TABLE}"


def party_values(parties: Iterable[Mapping[str, Any]], role: int) -> list[Any]:
    """Those who take part in one role, each as it can be written again: ``{"table", "id"}``, or a plain address.

    Args:
        parties: rows of ``activityparty``, annotations included.
        role: their participation type.
    """
    own = "_partyid_value"
    found = [
        {"table": one.get(f"{own}@{LOOKUP_TABLE}"), "id": one[own]} if one.get(own) else one.get("addressused")
        for one in parties
        if one.get("participationtypemask") == role
    ]
    return sorted(found, key=str)  # the service gives them in no particular order


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
