"""Rows by the values of their columns: typed values, and the filter that they make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from onteg_dynamics.dataverse.ids import guid_of
from onteg_dynamics.dataverse.link import Link
from onteg_dynamics.dataverse.odata import literal
from onteg_dynamics.dataverse.suggest import suggest
from onteg_dynamics.dataverse.tables import Column, Table
from onteg_dynamics.dataverse.values import to_wire
from onteg_dynamics.errors import InputError, Problem, UnknownNameError

__all__ = ["equals", "in_python", "typed_value", "typed_values"]


def equals(link: Link, table: Table, values: Mapping[str, Any], field: str = "values") -> str:
    """The ``$filter`` of rows whose columns have these values; None matches rows without a value.

    Args:
        link: the client at work.
        table: their table.
        values: by column. Choices by value or label; lookups as `lookups.read_target` takes them.
        field: what the values are called where something is wrong with them.

    Raises:
        UnknownNameError: a column does not exist.
        InputError: a value does not fit its column.
    """
    typed = typed_values(link, table, values, field)
    return " and ".join(f"{name} eq {literal(value)}" for name, value in typed.items())


def typed_values(link: Link, table: Table, values: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Values in the types of their columns, by the property that holds each.

    Raises:
        UnknownNameError: a column does not exist.
        InputError: a value does not fit its column.
    """
    columns = link.columns(table)
    typed: dict[str, Any] = {}
    for name, value in values.items():
        column = columns.find(name)
        if column is None:
            hint = suggest(name, [known.name for known in columns.visible()])
            message = f"{table.name} has no such column. {hint}".strip()
            raise UnknownNameError((Problem(f"{field}.{name}", "", message),))
        typed[column.wire_name] = _checked(link, table, column, value, f"{field}.{name}")
    return typed


def typed_value(link: Link, table: Table, column: Column, value: Any) -> Any:
    """A value in the type of its column, as `odata.literal` wants it.

    Raises:
        ValueError: it does not fit.
        LookupError: a text for a lookup matches no row, or several.
    """
    if value is None or value == "":
        return None
    if column.is_lookup:
        return UUID(link.writer(table).target_id(column, value))
    if column.type == "Uniqueidentifier":
        return _guid(value)
    return in_python(column.type, to_wire(column, value, lambda: link.details(table, column.name)))


def in_python(column_type: str, wire: Any) -> Any:
    """What `values.to_wire` made, in the Python type that `odata.literal` writes rightly."""
    if isinstance(wire, orjson.Fragment):
        return Decimal(orjson.dumps(wire).decode())
    if column_type != "DateTime" or wire is None:
        return wire
    return date.fromisoformat(wire) if len(wire) == 10 else datetime.fromisoformat(wire.replace("Z", "+00:00"))


def _guid(value: Any) -> UUID:
    guid = guid_of(str(value))
    if guid is None:
        raise ValueError("a GUID is expected")
    return UUID(guid)


def _checked(link: Link, table: Table, column: Column, value: Any, path: str) -> Any:
    try:
        return typed_value(link, table, column, value)
    except (ValueError, LookupError) as exc:
        problem = Problem(path, column.label, str(exc))
    raise InputError((problem,))
