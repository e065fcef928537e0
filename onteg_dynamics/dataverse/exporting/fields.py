"""The columns of a file, typed by the service's metadata. Pure but for the metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.protocol import FORMATTED, LOOKUP_TABLE
from onteg_dynamics.dataverse.tables import CHOICE_TYPES, Column, Table

__all__ = ["Field", "Kind", "fields_of"]

Kind = Literal["text", "whole", "big", "number", "decimal", "yes_no", "moment", "local_moment", "day", "id"]

# Column type → kind of field; whatever is not here is a text.
_KINDS: dict[str, Kind] = {
    "Integer": "whole",
    "Picklist": "whole",
    "State": "whole",
    "Status": "whole",
    "BigInt": "big",
    "Double": "number",
    "Decimal": "decimal",
    "Money": "decimal",
    "Boolean": "yes_no",
    "DateTime": "moment",
    "Uniqueidentifier": "id",
    "Lookup": "id",
    "Customer": "id",
    "Owner": "id",
}


_REPEATING = {*CHOICE_TYPES, "Boolean", "Label", "Table", "Lookup", "Customer", "Owner"}


@dataclass(frozen=True)
class Field:
    """One column of the file.

    Attributes:
        name: in the file.
        source: the member of a row as the service sends it.
        kind: text, whole (32 bits), big (64 bits), number (floating), decimal (exact), yes_no, moment (UTC),
            local_moment (of no time zone), day, id (GUID).
        type: the column's type in the service; ``Label`` and ``Table`` for what stands beside a value.
    """

    name: str
    source: str
    kind: Kind
    type: str

    @property
    def repeats(self) -> bool:
        """Whether it has few different values."""
        return self.type in _REPEATING


def fields_of(link: Link, table: Table, columns: Iterable[Column], *, labels: bool) -> list[Field]:
    """The fields for columns of `table`: labels beside choices and lookups where wanted, the table beside a lookup.

    Args:
        link: the client at work.
        table: where the columns stand.
        columns: what is read.
        labels: also the labels.
    """
    return [field for column in columns for field in _fields(link, table, column, labels=labels)]


def _fields(link: Link, table: Table, column: Column, *, labels: bool) -> Iterator[Field]:
    yield Field(column.name, column.wire_name, _kind(link, table, column), column.type)
    if labels and (column.is_lookup or column.type in CHOICE_TYPES):
        yield Field(f"{column.name}.label", f"{column.wire_name}@{FORMATTED}", "text", "Label")
    if column.is_lookup:
        yield Field(f"{column.name}.table", f"{column.wire_name}@{LOOKUP_TABLE}", "text", "Table")


def _kind(link: Link, table: Table, column: Column) -> Kind:
    kind = _KINDS.get(column.type, "text")
    if kind != "moment":
        return kind
    behavior = link.details(table, column.name).behavior
    return {"DateOnly": "day", "TimeZoneIndependent": "local_moment"}.get(behavior or "", "moment")  # type: ignore[return-value]
