r"""Stored values as the SDK's types in JSON: what .NET's data contract serializer makes of them.

Follows the sample in "Use webhooks". Dates are ``/Date(milliseconds)/``; types that JSON has not carry ``__type``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from onteg_dynamics.sandbox.model import Column, Table

_CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
_UNTOLD = frozenset({"versionnumber"})


def typed(name: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """A value of one of the SDK's types."""
    return {"__type": f"{name}:{_CONTRACTS}", **members}


def pair(key: str, value: Any) -> dict[str, Any]:
    """A member of a .NET collection of pairs."""
    return {"key": key, "value": value}


def date(moment: datetime, offset: str = "") -> str:
    """A moment as the serializer writes it."""
    return f"/Date({int(moment.timestamp()) * 1000}{offset})/"


def reference(table: str, row_id: str | None, *, is_typed: bool = True) -> dict[str, Any]:
    """An EntityReference."""
    members: dict[str, Any] = {
        "Id": row_id,
        "KeyAttributes": [],
        "LogicalName": table,
        "Name": None,
        "RowVersion": None,
    }
    return typed("EntityReference", members) if is_typed else members


def entity(table: Table, row_id: str, attributes: list[dict[str, Any]], *, is_typed: bool = True) -> dict[str, Any]:
    """An Entity; images come without their type."""
    members: dict[str, Any] = {
        "Attributes": attributes,
        "EntityState": None,
        "FormattedValues": [],
        "Id": row_id,
        "KeyAttributes": [],
        "LogicalName": table.logical_name,
        "RelatedEntities": [],
        "RowVersion": None,
    }
    return typed("Entity", members) if is_typed else members


def attributes(
    table: Table, row_id: str, values: Mapping[str, Any], chosen: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The attributes of a row; its id is always one of them.

    Args:
        table: The table.
        row_id: The row's id.
        values: Stored columns.
        chosen: The columns to tell; all where it is empty.
    """
    wanted = frozenset(chosen)
    columns = (table.columns.get(name) for name in values if not wanted or name in wanted)
    told = [
        pair(column.logical_name, attribute(column, values))
        for column in columns
        if column is not None and column.logical_name not in {*_UNTOLD, table.primary_id} and column.valid_for_read
    ]
    return [*told, pair(table.primary_id, row_id)]


def attribute(column: Column, values: Mapping[str, Any]) -> Any:
    """One attribute's value.

    Args:
        column: The column.
        values: The row's stored columns; a lookup's table is beside it.
    """
    value = values[column.logical_name]
    if value is None:
        return None
    if column.is_lookup:
        return reference(str(values.get(f"{column.logical_name}__table") or ""), str(value))
    convert = _CONVERSIONS.get(column.type)
    return value if convert is None else convert(value)


def _option(value: Any) -> dict[str, Any]:
    return typed("OptionSetValue", {"Value": value})


def _options(value: Any) -> list[dict[str, Any]]:
    return [{"Value": int(number)} for number in str(value).split(",") if number]


def _moment(value: Any) -> str:
    text = str(value).replace("Z", "+00:00")
    moment = datetime.fromisoformat(text)
    return date(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


def _image(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": bool,
    "ManagedProperty": lambda value: typed("BooleanManagedProperty", {"Value": bool(value), "CanBeChanged": True}),
    "Picklist": _option,
    "State": _option,
    "Status": _option,
    "MultiSelectPicklist": _options,
    "Money": lambda value: typed("Money", {"Value": value}),
    "DateTime": _moment,
    "Image": _image,
}
